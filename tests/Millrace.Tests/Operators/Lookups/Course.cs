using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators;
using Millrace.Planning;
using Millrace.Tests.Stores;
using Millrace.Time;

namespace Millrace.Tests.Operators.Lookups;

/// <summary>What comes to an operator of one or several inputs, in order: rows, frontiers of an input, ticks, barriers. Run as a station would, in several ways.</summary>
sealed class Course(PlanNode node)
{
    readonly List<Step> _steps = [];

    abstract record Step;
    sealed record RowsStep(int Input, List<object?[]> Rows, List<int>? Weights, List<long>? Marks) : Step;
    sealed record FrontierStep(int Input, Frontier Frontier) : Step;
    sealed record TickStep(Timestamp Now) : Step;
    sealed record BarrierStep : Step;

    public Course Rows(int input, params object?[][] rows)
    {
        _steps.Add(new RowsStep(input, [.. rows], null, null));
        return this;
    }

    public Course Changes(int input, params (int Weight, object?[] Row)[] rows)
    {
        _steps.Add(new RowsStep(input, [.. rows.Select(r => r.Row)], [.. rows.Select(r => r.Weight)], null));
        return this;
    }

    /// <summary>Rows with the watermark of their partition before each.</summary>
    public Course Marked(int input, params (long Mark, object?[] Row)[] rows)
    {
        _steps.Add(new RowsStep(input, [.. rows.Select(r => r.Row)], null, [.. rows.Select(r => r.Mark)]));
        return this;
    }

    public Course Time(int input, long time) => Time(input, new Frontier(new(time), new(time)));

    public Course Time(int input, Frontier frontier)
    {
        _steps.Add(new FrontierStep(input, frontier));
        return this;
    }

    public Course End()
    {
        for (var i = 0; i < node.Inputs.Count; i++) Time(i, Frontier.End);
        return Barrier();
    }

    public Course Tick(long now)
    {
        _steps.Add(new TickStep(new(now)));
        return this;
    }

    public Course Barrier()
    {
        _steps.Add(new BarrierStep());
        return this;
    }

    /// <summary>The same course with each row in a step of its own.</summary>
    public int Barriers => _steps.Count(s => s is BarrierStep);

    /// <summary>Runs it and gives what came out.</summary>
    /// <param name="cut">Rows of a batch at most.</param>
    /// <param name="isFull">Whether the outlet is full all the time.</param>
    /// <param name="restartAt">The barrier after which the operator is replaced by one that got its state, from 1; 0 = none.</param>
    /// <param name="used">The columns that are read, or null.</param>
    public (Recorder Output, Notes Notes) Run(int cut = int.MaxValue, bool isFull = false, int restartAt = 0, bool[]? used = null)
    {
        var memory = new MemoryAccountant(batchRows: Script.BatchRows);
        var owner = memory.Owner("operator");
        var (output, notes) = (new Recorder(isFull), new Notes());
        IOperator Make() => node.CreateOperator(new(memory, owner, notes) { Used = used })!;
        var operation = Make();
        var log = new StateLog();
        var frontiers = node.Inputs.Select(_ => Frontier.Start).ToArray();
        var joined = Frontier.Start;
        var barriers = 0;
        void Finish()
        {
            while (operation.Resume(output)) { }
        }
        foreach (var step in _steps)
        {
            switch (step)
            {
                case RowsStep rows:
                    for (var from = 0; from < rows.Rows.Count;)
                    {
                        var count = Math.Min(Math.Min(cut, Script.BatchRows), rows.Rows.Count - from);
                        var batch = StoredRows.Batch(memory, node.Inputs[rows.Input].Schema, rows.Weights is null ? null : [.. rows.Weights.Skip(from).Take(count)], [.. rows.Rows.Skip(from).Take(count)]);
                        if (rows.Marks is { } marks)
                        {
                            batch.Watermarks = memory.Rent<long>(DataType.Timestamp);
                            foreach (var mark in marks.Skip(from).Take(count)) batch.Watermarks.Append(mark);
                        }
                        operation.OnBatch(rows.Input, batch, output);
                        batch.Release();
                        Finish();
                        from += count;
                    }
                    break;
                case FrontierStep(var input, var frontier):
                    frontiers[input] = frontier;
                    if (frontiers.Length > 1) operation.OnInputFrontier(input, frontier, output);
                    Finish();
                    var next = frontiers.Where((_, i) => node.HoldsTime(i)).Aggregate(Frontier.Min);
                    if (next == joined) break;
                    joined = next;
                    operation.OnFrontier(joined, output);
                    Finish();
                    break;
                case TickStep tick:
                    operation.OnTick(tick.Now, output);
                    Finish();
                    break;
                default:
                    operation.OnBarrier(1, output);
                    Finish();
                    output.Mark("barrier");
                    log.Save(operation);
                    if (++barriers != restartAt) break;
                    var again = Make();
                    log.Load(again, operation);
                    operation.Dispose();
                    operation = again;
                    break;
            }
        }
        operation.Dispose();
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
        return (output, notes);
    }

    /// <summary>Runs it in batches of several sizes, into an outlet that is always full, and with a restart at every barrier: the same rows each time.</summary>
    public List<string> RunAll(Func<Recorder, IEnumerable<string>>? rows = null)
    {
        rows ??= r => Recorder.Sum(r[0]);
        var straight = Run();
        var expected = rows(straight.Output).ToList();
        foreach (var cut in (int[])[1, 3, 7, 32])
            foreach (var isFull in (bool[])[false, true])
            {
                var (output, notes) = Run(cut, isFull);
                Assert.Equal(expected, rows(output));
                Assert.Equal(straight.Notes.Late, notes.Late);
            }
        for (var restart = 1; restart < Barriers; restart++) Assert.Equal(expected, rows(Run(5, restartAt: restart).Output));
        return expected;
    }
}

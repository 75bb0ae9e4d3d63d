using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators;
using Millrace.Planning;
using Millrace.Tests.Stores;
using Millrace.Time;

namespace Millrace.Tests.Operators;

/// <summary>Rows with barriers among them, to be run through a plan in several ways: cut into batches of any size, into an outlet that is always full, with a restart from saved state.</summary>
sealed class Script(PlanNode plan, IReadOnlyList<object?[]> rows, IReadOnlySet<int> barriers, IReadOnlyList<int>? weights = null)
{
    /// <summary>Rows of a batch at most; small, so that every loop over several batches is walked.</summary>
    public const int BatchRows = 32;

    public Demand Demand { get; init; } = Demand.Changes;

    /// <summary>Runs the script and gives what came out.</summary>
    public (Recorder Output, Notes Notes) Run(int cut, bool isFull = false, int restartAt = -1)
    {
        var memory = new MemoryAccountant(batchRows: BatchRows);
        var owner = memory.Owner("operators");
        var (output, notes) = (new Recorder(isFull), new Notes());
        var operators = Make(plan, memory, owner, notes);
        var head = Chain(operators, output, isFull);
        var logs = operators.Select(_ => new StateLog()).ToList();
        var leaf = Leaf(plan);
        var (row, passed) = (0, 0);
        while (row < rows.Count)
        {
            var end = row + 1;
            while (end < rows.Count && end - row < Math.Min(cut, BatchRows) && !barriers.Contains(end)) end++;
            var batch = StoredRows.Batch(memory, leaf, weights is null ? null : [.. weights.Skip(row).Take(end - row)], [.. rows.Skip(row).Take(end - row)]);
            head.OnBatch(batch);
            batch.Release();
            row = end;
            if (!barriers.Contains(row)) continue;
            head.OnBarrier();
            output.Mark($"barrier at {row}");
            // Not every barrier saves: what left and came back between two that do is a case of its own.
            if (row == restartAt || ++passed % 3 == 0)
                for (var i = 0; i < operators.Count; i++) logs[i].Save(operators[i]);
            if (row == restartAt)
            {
                var again = Make(plan, memory, owner, notes);
                for (var i = 0; i < operators.Count; i++)
                {
                    logs[i].Load(again[i], operators[i]);
                    operators[i].Dispose();
                }
                operators = again;
                head = Chain(operators, output, isFull);
            }
        }
        head.OnFrontier(Frontier.End);
        head.OnBarrier();
        foreach (var operation in operators)
        {
            if (operation is IStateful stateful && plan is Aggregate { Window: not null }) Assert.Equal(0, stateful.StateRows);
            operation.Dispose();
        }
        Assert.Equal(0, memory.Alive);
        Assert.Equal(0, owner.Bytes);
        return (output, notes);
    }

    List<IOperator> Make(PlanNode node, MemoryAccountant memory, MemoryOwner owner, Notes notes)
    {
        var operators = new List<IOperator>();
        for (var at = node; ; at = at.Inputs[0])
        {
            if (at.Inputs.Count > 0 && at.CreateOperator(new(memory, owner, notes, ReferenceEquals(at, plan) ? Demand : Demand.Changes)) is { } operation) operators.Insert(0, operation);
            if (at.Inputs.Count == 0) return operators;
        }
    }

    static Schema Leaf(PlanNode node)
    {
        while (node.Inputs.Count > 0) node = node.Inputs[0];
        return node.Schema;
    }

    static Link Chain(List<IOperator> operators, IOutput output, bool isFull)
    {
        Link? next = null;
        for (var i = operators.Count - 1; i >= 0; i--) next = new(operators[i], (IOutput?)next ?? output, next, isFull);
        return next!;
    }

    /// <summary>One operator and what follows it, called as a lane would.</summary>
    sealed class Link(IOperator operation, IOutput output, Link? next, bool isFull) : IOutput
    {
        public bool IsFull => isFull;

        public void OnBatch(Batch batch)
        {
            operation.OnBatch(0, batch, output);
            Finish();
        }

        public void OnFrontier(Frontier frontier)
        {
            operation.OnFrontier(frontier, output);
            Finish();
        }

        public void OnBarrier()
        {
            operation.OnBarrier(1, output);
            Finish();
            next?.OnBarrier();
        }

        void Finish()
        {
            while (operation.Resume(output)) { }
        }

        public void Push(Batch batch, int port = 0)
        {
            OnBatch(batch);
            batch.Release();
        }

        public void Advance(Frontier frontier) => OnFrontier(frontier);
    }
}

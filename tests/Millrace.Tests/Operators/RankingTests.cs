using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Operators;
using Millrace.Planning;
using Millrace.Tests.Oracle;
using Millrace.Tests.Stores;
using Millrace.Time;

namespace Millrace.Tests.Operators;

/// <summary>Top-n and the counting of rows over random weighted input: at every barrier what was told adds up to the plain answer.</summary>
public sealed class RankingTests(ITestOutputHelper log)
{
    static readonly PlanNode s_input = Plans.Retracting();

    static PlanNode Top(RankKind kind, ImmutableArray<int> partition, ImmutableArray<SortKey> order, long limit, bool withRank) =>
        PlanBuilder.TopN(s_input, kind, partition, order, limit, withRank, null, "view", LatePolicy.Drop) is var plan && plan is Project ? plan.Inputs[0] : plan;

    static PlanNode Plan(string name) => name switch
    {
        "first by shop" => Top(RankKind.RowNumber, [1], [new(3, true, true)], 1, false),
        "three by shop with their rank" => Top(RankKind.RowNumber, [1], [new(3, true, true)], 3, true),
        "two of all" => Top(RankKind.RowNumber, [], [new(2, false, false), new(3, true, false)], 2, true),
        "ranks up to two" => Top(RankKind.Rank, [1], [new(2, false, true)], 2, false),
        "dense ranks up to two" => Top(RankKind.DenseRank, [1, 4], [new(3, false, false)], 2, true),
        "all, numbered" => Top(RankKind.RowNumber, [1], [new(3, false, false)], TopN.NoLimit, true),
        "distinct" => PlanBuilder.Set(SetKind.Distinct, [s_input], "view", LatePolicy.Drop),
        _ => PlanBuilder.Keyed(s_input),
    };

    public static TheoryData<string> Names => ["first by shop", "three by shop with their rank", "two of all", "ranks up to two", "dense ranks up to two", "all, numbered", "distinct", "copies"];

    /// <summary>Rows that come and go: within a stretch between two barriers a row may be taken back before it comes.</summary>
    static (List<object?[]> Rows, List<int> Weights, List<int> Barriers) Changes(Random random)
    {
        var (rows, weights, barriers, there) = (new List<object?[]>(), new List<int>(), new List<int>(), new List<object?[]>());
        for (var stretch = 0; stretch < 12; stretch++)
        {
            var changes = new List<(object?[] Row, int Weight)>();
            for (var i = random.Next(40); i > 0; i--)
            {
                if (there.Count > 0 && random.Next(5) < 2)
                {
                    var gone = random.Next(there.Count);
                    changes.Add((there[gone], -1));
                    there.RemoveAt(gone);
                    continue;
                }
                object?[] row = [0L, random.Next(5) == 0 ? null : "shop " + random.Next(3), random.Next(4), random.Next(6) == 0 ? null : random.Next(5), random.Next(2) == 0];
                var copies = random.Next(8) == 0 ? 3 : 1;
                changes.Add((row, copies));
                there.AddRange(Enumerable.Repeat(row, copies));
            }
            foreach (var (row, weight) in changes.OrderBy(_ => random.Next()))
            {
                rows.Add(row);
                weights.Add(weight);
            }
            if (rows.Count > barriers.LastOrDefault()) barriers.Add(rows.Count);
        }
        return (rows, weights, barriers);
    }

    [Theory, MemberData(nameof(Names))]
    public void At_every_barrier_what_was_told_adds_up_to_the_plain_answer(string name)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var round = 0; round < 10; round++)
        {
            var plan = Plan(name);
            var (rows, weights, barriers) = Changes(random);
            var script = new Script(plan, rows, barriers.ToHashSet(), weights);
            foreach (var (cut, isFull, restartAt) in new[] { (32, false, -1), (1, true, barriers[barriers.Count / 2]), (7, true, -1) })
            {
                var (output, _) = script.Run(cut, isFull, restartAt);
                var told = new List<string>();
                var barrier = 0;
                foreach (var line in output[0])
                {
                    told.Add(line);
                    if (!line.StartsWith("--", StringComparison.Ordinal)) continue;
                    Assert.Equal(Expected(plan, rows, weights, barriers[barrier]), Recorder.Sum(told));
                    barrier++;
                }
                Assert.Equal(barriers.Count, barrier);
            }
        }
    }

    /// <summary>What the plain evaluator says of the rows up to a place, as the recorder writes it.</summary>
    static List<string> Expected(PlanNode plan, List<object?[]> rows, List<int> weights, int count)
    {
        var bag = Rows.Sum(rows.Take(count).Zip(weights, (r, w) => (r, w)));
        var leaf = bag.SelectMany(r => Enumerable.Repeat(new PlainRow(r.Row), r.Weight)).ToList();
        var memory = new MemoryAccountant(batchRows: 4096);
        var batch = StoredRows.Batch(memory, plan.Schema, [.. new PlainEvaluator(n => ReferenceEquals(n, s_input) ? leaf : null).Evaluate(plan).Select(r => r.Values)]);
        var texts = Recorder.Sum(Enumerable.Range(0, batch.RowCount).Select(r => $"+1 {Recorder.Text(batch, r)}"));
        batch.Release();
        return texts;
    }

    [Fact]
    public void Memory_stays_flat_while_partitions_pass()
    {
        var source = Plans.Source(0);
        ImmutableArray<SortKey> order = [new(3, true, true)];
        PlanNode[] plans =
        [
            PlanBuilder.TopN(source, RankKind.RowNumber, [0, 1], order, 1, false, null, "view", LatePolicy.Drop),
            PlanBuilder.TopN(source, RankKind.RowNumber, [0, 1], order, 3, true, null, "view", LatePolicy.Drop),
            PlanBuilder.TopN(source, RankKind.RowNumber, [1], order, 3, true, new Interval(0, 0, 150_000_000), "view", LatePolicy.Drop),
            PlanBuilder.Set(SetKind.Except, [source, source], "view", LatePolicy.Drop),
            PlanBuilder.Over(source, [1], [new(0, false, false)], new(0, 0), [Call("sum", 3, new(false, 150_000_000, 0)), Call("min", 2, new(false, 150_000_000, 0))], null, "view", LatePolicy.Drop),
            PlanBuilder.Over(source, [1], [new(0, false, false)], new(0, 0), [Call("sum", 3, OverFrame.Default), new(OverFunction.Lead, [2], 1, OverFrame.Default, DataType.Integer)], new Interval(0, 0, 150_000_000), "view", LatePolicy.Drop),
        ];
        foreach (var plan in plans)
        {
            var memory = new MemoryAccountant(batchRows: 1000);
            var owner = memory.Owner("x");
            var after = new List<long>();
            var output = new Recorder();
            using (var operation = plan.CreateOperator(new(memory, owner, new Notes()))!)
            {
                for (var round = 0; round < 60; round++)
                {
                    var time = round * 100_000_000L;
                    for (var b = 0; b < 3; b++)
                    {
                        var batch = StoredRows.Batch(memory, Plans.Schema, [.. Enumerable.Range(0, 1000).Select(i => new object?[] { time, $"shop {round} {b} {i % 300}", i, i % 7, true })]);
                        operation.OnBatch(0, batch, output);
                        batch.Release();
                    }
                    operation.OnBarrier(round, output);
                    while (operation.Resume(output)) { }
                    operation.OnFrontier(new(new(time + 1), new(time + 1)), output);
                    while (operation.Resume(output)) { }
                    after.Add(owner.Bytes);
                }
                Assert.True(after[30..].Max() <= after[..30].Max() * 11 / 10, $"{plan.Details}: {string.Join(" ", after)}");
            }
            Assert.Equal(0, owner.Bytes);
            Assert.Equal(0, memory.Alive);
        }
    }

    static OverCall Call(string function, int argument, OverFrame frame)
    {
        var call = Plans.Call(Plans.Schema, function, argument);
        return new(OverFunction.Aggregate, call.Arguments, 0, frame, call.Signature.Result) { Aggregate = call.Function, Signature = call.Signature };
    }
}

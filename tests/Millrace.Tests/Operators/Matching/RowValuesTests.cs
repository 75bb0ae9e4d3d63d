using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators;
using Millrace.Operators.Matching;
using Millrace.Planning;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Operators.Matching;

/// <summary>Conditions computed for one row at a time say what columns say, NULLs, NaN and overflow included.</summary>
public sealed class RowValuesTests(ITestOutputHelper log)
{
    static Schema Schema { get; } = new(
        new Field("at", DataType.Timestamp), new Field("i", DataType.Integer), new Field("l", DataType.BigInt), new Field("d", DataType.Double), new Field("b", DataType.Boolean),
        new Field("m", DataType.Decimal(30, 2)));

    static readonly double[] s_doubles = [0, -0.0, 1.5, -2, double.NaN, double.PositiveInfinity, 1e300];

    static object?[] Row(Random random, int at) =>
    [
        (long)at, Some(random, random.Next(4) == 0 ? int.MaxValue : random.Next(-3, 4)), Some(random, random.Next(4) == 0 ? long.MinValue : random.NextInt64(-3, 4)),
        Some(random, s_doubles[random.Next(s_doubles.Length)]), Some(random, random.Next(2) == 0), Some(random, (Int128)random.Next(-3, 4)),
    ];

    static object? Some(Random random, object value) => random.Next(6) == 0 ? null : value;

    [Fact]
    public void Conditions_row_by_row_are_those_of_columns()
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var sure = 0;
        for (var round = 0; round < 400; round++) sure += Compare(new Random(seed + round), $"seed {seed + round}");
        Assert.True(sure > 2000, $"only {sure} of 8000 answers were sure");
    }

    static int Compare(Random random, string seed)
    {
        var memory = new MemoryAccountant(batchRows: 32);
        var notes = new Notes();
        var context = new OperatorContext(memory, memory.Owner("operators"), notes);
        var items = Items(random).ToImmutableArray();
        var condition = Condition(random, items, 3);
        var plan = PlanBuilder.MatchRecognize(Plans.Source(0, Schema), [], [new(0, false, false)], [new("a", 1, int.MaxValue, false, condition, items)], [(items[0], "x")], SkipMode.PastLastRow,
            -1, null, "view", LatePolicy.Drop);
        var sure = 0;
        using (var matching = new Millrace.Operators.Matching.Matching((MatchRecognize)plan, context))
        using (var columns = new Evaluated(condition, items, matching))
        {
            var quick = new RowValues(0, items, matching).Condition(ConstantFolding.Fold(condition));
            Assert.True(quick is not null, $"{seed}: {condition.ToSql()}");
            var rows = Enumerable.Range(0, 20).Select(i => Row(random, i)).ToArray();
            var batch = StoredRows.Batch(memory, Schema, null, rows);
            var slots = new int[rows.Length];
            matching.Rows.Add(batch, [.. Enumerable.Range(0, rows.Length)], slots);
            batch.Release();
            for (var i = 0; i < slots.Length; i++)
                (matching.Rows.Previous[slots[i]], matching.Rows.Next[slots[i]]) = (i > 0 ? slots[i - 1] : -1, i + 1 < slots.Length ? slots[i + 1] : -1);
            var attempt = matching.Attempts.Begin();
            foreach (var slot in slots)
            {
                attempt = matching.Attempts.Fork(attempt, 0, slot);
                matching.Count(attempt, 0, slot);
                var taken = new Taken(attempt, slots[0], slot);
                var failures = notes.Failures.Count;
                var expected = columns.Holds(taken);
                var answer = quick.Get(taken, out var found);
                if (answer == Answer.Unsure) continue;
                sure++;
                Assert.True(expected == (answer == Answer.Value && found != 0), $"{seed}: {condition.ToSql()} is {expected} by columns, {answer} {found} by row {slot}");
                Assert.Equal(failures, notes.Failures.Count);
            }
        }
        Assert.Equal(0, memory.Alive);
        return sure;
    }

    static IEnumerable<PatternItem> Items(Random random)
    {
        for (var column = 1; column < Schema.Count; column++)
            foreach (var kind in new[] { PatternItemKind.Last, PatternItemKind.First, PatternItemKind.Previous })
                yield return new(kind, random.Next(-1, 1), column, random.Next(3), null, Schema[column].Type);
        foreach (var (function, column) in new[] { ("sum", 1), ("avg", 1), ("max", 3), ("count", 4) })
        {
            var call = Plans.Call(Schema, function, column);
            yield return new(PatternItemKind.Aggregate, random.Next(-1, 1), -1, 0, call, call.Signature.Result);
        }
    }

    static Expression Condition(Random random, ImmutableArray<PatternItem> items, int depth)
    {
        if (depth == 0) return Column(random, items, DataType.Boolean);
        switch (random.Next(6))
        {
            case 0: return new Not(Condition(random, items, depth - 1));
            case 1: return new IsNull(random.Next(2) == 0 ? Condition(random, items, depth - 1) : Number(random, items, depth - 1));
            case 2 or 3: return new Logical(random.Next(2) == 0, [Condition(random, items, depth - 1), Condition(random, items, depth - 1)]);
            default:
                string[] names = ["=", "<>", "<", "<=", ">", ">="];
                if (random.Next(8) == 0) return Plans.Call(names[random.Next(6)], Column(random, items, Schema[5].Type), Column(random, items, Schema[5].Type));
                return Plans.Call(names[random.Next(6)], Number(random, items, depth - 1), Number(random, items, depth - 1));
        }
    }

    static Expression Number(Random random, ImmutableArray<PatternItem> items, int depth)
    {
        if (depth > 0 && random.Next(2) == 0)
            return Plans.Call(random.Next(3) switch { 0 => "+", 1 => "-", _ => "*" }, Number(random, items, depth - 1), Number(random, items, depth - 1));
        return random.Next(5) == 0 ? Plans.Integer(random.Next(-2, 3)) : Column(random, items, random.Next(3) switch { 0 => DataType.Integer, 1 => DataType.BigInt, _ => DataType.Double });
    }

    static ColumnReference Column(Random random, ImmutableArray<PatternItem> items, DataType type)
    {
        var fitting = Enumerable.Range(0, items.Length).Where(i => items[i].Type == type).ToList();
        var index = fitting[random.Next(fitting.Count)];
        return new(index, $"item{index}", type);
    }
}

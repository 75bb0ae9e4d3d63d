using System.Globalization;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Planning;

namespace Millrace.Tests.Operators;

/// <summary>MATCH_RECOGNIZE against a matcher that tries everything: random rows, patterns, conditions and skips, cut into any batches and restarted in the middle.</summary>
public sealed class MatchRecognizeTests(ITestOutputHelper log)
{
    const int Quantity = 3, Good = 4;

    static Schema Schema { get; } = new(
        new Field("at", DataType.Timestamp), new Field("shop", DataType.Text), new Field("id", DataType.Integer), new Field("quantity", DataType.Integer), new Field("good", DataType.Boolean));

    static List<object?[]> Rows(Random random, int count, int shops, long spread)
    {
        var rows = new List<object?[]>();
        for (var i = 0; i < count; i++)
        {
            object? shop = random.Next(8) == 0 ? null : "shop " + random.Next(shops);
            object? time = random.Next(60) == 0 ? null : i * 2L - random.NextInt64(spread + 1);
            rows.Add([time, shop, i, random.Next(8) == 0 ? null : random.Next(10), random.Next(9) == 0 ? null : random.Next(3) > 0]);
        }
        return rows;
    }

    static PatternItem Last(int variable, int column, int offset = 0) => new(PatternItemKind.Last, variable, column, offset, null, Schema[column].Type);
    static PatternItem First(int variable, int column, int offset = 0) => new(PatternItemKind.First, variable, column, offset, null, Schema[column].Type);
    static PatternItem Previous(int variable, int column, int offset) => new(PatternItemKind.Previous, variable, column, offset, null, Schema[column].Type);

    static PatternItem Aggregated(string function, int variable, int column)
    {
        var call = Plans.Call(Schema, function, column);
        return new(PatternItemKind.Aggregate, variable, -1, 0, call, call.Signature.Result);
    }

    static int? Int(BruteMatcher matcher, int row) => row < 0 || row >= matcher.Rows.Count ? null : (int?)matcher.Rows[row][Quantity];
    static int At(IEnumerable<int> rows, int index) => index < 0 ? -1 : rows.Skip(index).Append(-1).First();

    static Expression Compare(string how, PatternItem a, PatternItem b)
    {
        var call = Scalars.All.First(f => f.Name == how);
        Expression left = new ColumnReference(0, "a", a.Type), right = new ColumnReference(1, "b", b.Type);
        var signature = call.Resolve([a.Type, b.Type])!;
        return new Call(call, [Cast(left, signature.Parameters[0]), Cast(right, signature.Parameters[1])], DataType.Boolean);
    }

    static Expression Cast(Expression expression, DataType type) => expression.Type == type ? expression : new Cast(expression, type, false);

    /// <summary>A random condition for the variable at a place, for the operator and for the oracle.</summary>
    static (Expression? Condition, PatternItem[] Items, Func<BruteMatcher, int, bool> Holds, string Text) Condition(Random random, int place)
    {
        var (other, offset) = (random.Next(-1, place + 1), random.Next(3));
        var own = Last(random.Next(2) == 0 ? -1 : place, Quantity);
        switch (random.Next(9))
        {
            case 0: return (null, [], (_, _) => true, "any");
            case 1: return (new ColumnReference(0, "good", DataType.Boolean), [Last(place, Good)], (m, r) => (bool?)m.Rows[r][Good] == true, "good");
            case 2:
                var limit = random.Next(10);
                return (Plans.Call("<", new ColumnReference(0, "q", DataType.Integer), Plans.Integer(limit)), [own], (m, r) => Int(m, r) < limit, $"q < {limit}");
            case 3:
                return (Compare(">", own, Last(other, Quantity, offset)), [own, Last(other, Quantity, offset)],
                    (m, r) => Int(m, r) > Int(m, At(m.Of(other).Reverse(), offset)), $"q > LAST({other}, {offset})");
            case 4:
                return (new Logical(false, [Compare("<", own, Last(place, Quantity, 1)), new IsNull(new ColumnReference(1, "b", DataType.Integer))]), [own, Last(place, Quantity, 1)],
                    (m, r) => Int(m, At(m.Of(place).Reverse(), 1)) is not { } before || Int(m, r) < before, "q < LAST(own, 1) or none");
            case 5:
                return (Compare(">=", own, Previous(other, Quantity, offset)), [own, Previous(other, Quantity, offset)],
                    (m, r) => m.Of(other).Any() && Int(m, r) >= Int(m, m.Of(other).Last() - offset), $"q >= PREV({other}, {offset})");
            case 6:
                return (Compare("<>", own, First(other, Quantity, offset)), [own, First(other, Quantity, offset)],
                    (m, r) => Int(m, r) != Int(m, At(m.Of(other), offset)) && Int(m, r) is not null && Int(m, At(m.Of(other), offset)) is not null, $"q <> FIRST({other}, {offset})");
            case 7:
                var sum = random.Next(5, 25);
                return (Plans.Call("<", new ColumnReference(0, "s", DataType.BigInt), Plans.Integer(sum)), [Aggregated("sum", other, Quantity)],
                    (m, _) => m.Of(other).Select(r => Int(m, r)).Where(q => q is not null).ToList() is { Count: > 0 } all && all.Sum() < sum, $"SUM({other}) < {sum}");
            default:
                return (Compare("<=", own, Aggregated("max", other, Quantity)), [own, Aggregated("max", other, Quantity)],
                    (m, r) => Int(m, r) <= m.Of(other).Max(o => Int(m, o)), $"q <= MAX({other})");
        }
    }

    [Fact]
    public void Finds_what_trying_everything_finds()
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        for (var round = 0; round < 300; round++) Compare(new Random(seed + round), round);
    }

    void Compare(Random random, int round)
    {
        var places = random.Next(1, 5);
        var elements = new List<PatternElement>();
        var brute = new List<BruteElement>();
        var text = "";
        for (var place = 0; place < places; place++)
        {
            var (min, max) = random.Next(6) switch { 0 or 1 => (1, 1), 2 => (0, 1), 3 => (0, int.MaxValue), 4 => (1, int.MaxValue), _ => (random.Next(1, 3), random.Next(3, 5)) };
            if (places == 1 && min == 0) min = 1;
            var (condition, items, holds, words) = Condition(random, place);
            var isReluctant = max > 1 && random.Next(3) == 0 || min == 0 && random.Next(3) == 0;
            elements.Add(new($"v{place}", min, max, isReluctant, condition, [.. items]));
            brute.Add(new(min, max, isReluctant, holds));
            text += $"{elements[^1]} ({words}) ";
        }
        // A pattern that needs no row is refused before it gets here.
        if (elements.All(e => e.Min == 0))
        {
            elements[0] = elements[0] with { Min = 1, Max = Math.Max(1, elements[0].Max) };
            brute[0] = brute[0] with { Min = 1 };
        }
        var skip = (SkipMode)random.Next(4);
        var skipTo = skip is SkipMode.ToFirst or SkipMode.ToLast ? random.Next(places) : -1;
        long? within = random.Next(2) == 0 ? random.Next(1, 40) : null;
        var hasNumber = random.Next(2) == 0;
        var items2 = new List<(PatternItem, string)> { (First(-1, 2), "first"), (Last(-1, 2), "last"), (Aggregated("count", -1, Quantity), "count") };
        for (var place = 0; place < places; place++)
        {
            items2.Add((Last(place, 2), $"last{place}"));
            items2.Add((Aggregated("sum", place, Quantity), $"sum{place}"));
        }
        items2.Add((new(PatternItemKind.Classifier, -1, -1, 0, null, DataType.Text), "classifier"));
        if (hasNumber) items2.Add((new(PatternItemKind.MatchNumber, -1, -1, 0, null, DataType.BigInt), "number"));
        System.Collections.Immutable.ImmutableArray<int> partition = random.Next(5) == 0 ? [] : [1];

        var rows = Rows(random, 160, 3, 10);
        var plan = PlanBuilder.MatchRecognize(Plans.Source(10, Schema), partition, [new(0, false, false)], [.. elements], items2, skip, skipTo, within, "view", LatePolicy.Drop);
        var script = new Script(plan, rows, new HashSet<int> { 30, 77, 120 });

        var expected = new List<string>();
        foreach (var part in rows.Where(r => r[0] is not null).GroupBy(r => partition.IsEmpty ? null : r[1]))
        {
            var matcher = new BruteMatcher([.. part.OrderBy(r => (long)r[0]!).ThenBy(r => r[1] as string ?? "~", StringComparer.Ordinal).ThenBy(r => (int)r[2]!)], brute, within);
            var number = 0;
            foreach (var (start, labels) in matcher.Matches(skip, skipTo))
            {
                var cells = new List<object?>();
                if (!partition.IsEmpty) cells.Add(part.Key);
                object? Id(int row) => row < 0 ? null : matcher.Rows[row][2];
                int?[] Quantities(int place) => [.. labels.Select((l, i) => (l, i)).Where(p => place < 0 || p.l == place).Select(p => (int?)matcher.Rows[start + p.i][Quantity]).Where(q => q is not null)];
                cells.AddRange([Id(start), Id(start + labels.Count - 1), Quantities(-1).Length]);
                for (var place = 0; place < places; place++)
                {
                    var last = labels.ToList().LastIndexOf(place);
                    cells.Add(last < 0 ? null : Id(start + last));
                    cells.Add(Quantities(place) is { Length: > 0 } all ? all.Sum() : null);
                }
                cells.Add($"v{labels[^1]}");
                number++;
                if (hasNumber) cells.Add(number);
                expected.Add("+1 " + string.Join(" | ", cells.Select(c => c is null ? "NULL" : Convert.ToString(c, CultureInfo.InvariantCulture))));
            }
        }
        expected.Sort(StringComparer.Ordinal);
        foreach (var (cut, isFull, restartAt) in new[] { (32, false, -1), (1, true, 77), (7, false, 30) })
        {
            var (output, notes) = script.Run(cut, isFull, restartAt);
            Assert.Empty(notes.Failures);
            Assert.Empty(notes.Late);
            var found = output[0].Where(r => !r.StartsWith("--", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
            if (!expected.SequenceEqual(found))
            {
                Assert.Fail($"round {round}, cut {cut}: {text}, {skip} {skipTo}, within {within}\nmissing {string.Join("; ", expected.Except(found).Take(5))}\ntoo much {string.Join("; ", found.Except(expected).Take(5))}");
            }
        }
    }
}

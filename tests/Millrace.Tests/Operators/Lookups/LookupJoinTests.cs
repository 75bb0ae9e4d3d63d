using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Tests.Operators.Lookups;

public sealed class LookupJoinTests(ITestOutputHelper log)
{
    static readonly Schema s_left = new(new Field("id", DataType.Integer), new Field("name", DataType.Text), new Field("small", DataType.Integer), new Field("far", DataType.BigInt), new Field("price", DataType.Double));
    static readonly Schema s_right = new(new Field("label", DataType.Text), new Field("name", DataType.Text), new Field("small", DataType.Integer), new Field("far", DataType.BigInt), new Field("least", DataType.Double));

    static PlanNode Leaf(Schema schema) => PlanBuilder.Values(schema, []);

    static PlanNode Plan(ImmutableArray<int> keys, JoinKind kind, bool hasCondition)
    {
        var both = new Schema(s_left.Fields.Concat(s_right.Fields));
        var condition = hasCondition ? Plans.Call(">", Plans.Column(both, 4), Plans.Column(both, 9)) : null;
        return PlanBuilder.Lookup(Leaf(s_left), Leaf(s_right), keys, keys, condition, kind);
    }

    static object?[] Row(Random random, int id, int keys, object first)
    {
        object? Maybe(object value) => random.Next(12) == 0 ? null : value;
        return [first, Maybe("n" + random.Next(keys)), Maybe(random.Next(-3, keys)), Maybe(random.Next(keys) * 10_000_000_000L), Maybe((double)random.Next(10))];
    }

    static IEnumerable<string> Expected(List<object?[]> left, List<object?[]> right, ImmutableArray<int> keys, JoinKind kind, bool hasCondition)
    {
        string Text(object? value) => value switch { null => "NULL", double d => d.ToString(System.Globalization.CultureInfo.InvariantCulture), _ => value.ToString()! };
        foreach (var l in left)
        {
            var partners = right.Where(r => keys.All(k => l[k] is { } v && v.Equals(r[k])) && (!hasCondition || l[4] is double price && r[4] is double least && price > least)).ToList();
            if (!kind.GivesPairs && partners.Count > 0 == (kind == JoinKind.Semi)) yield return $"+1 {string.Join(" | ", l.Select(Text))}";
            if (!kind.GivesPairs) continue;
            foreach (var r in partners) yield return $"+1 {string.Join(" | ", l.Concat(r).Select(Text))}";
            if (partners.Count == 0 && kind == JoinKind.Left) yield return $"+1 {string.Join(" | ", l.Concat(new object?[5]).Select(Text))}";
        }
    }

    public static TheoryData<int[], JoinKind, bool, bool> Cases
    {
        get
        {
            var cases = new TheoryData<int[], JoinKind, bool, bool>();
            foreach (var keys in (int[][])[[1], [2], [3], [1, 2], []])
                foreach (var kind in (JoinKind[])[JoinKind.Inner, JoinKind.Left, JoinKind.Semi, JoinKind.Anti])
                    foreach (var hasCondition in (bool[])[false, true])
                        foreach (var isUnique in (bool[])[false, true]) cases.Add(keys, kind, hasCondition, isUnique);
            return cases;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void Rows_meet_their_partners_however_they_come(int[] keyColumns, JoinKind kind, bool hasCondition, bool isUnique)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        ImmutableArray<int> keys = [.. keyColumns];
        var right = Enumerable.Range(0, 40).Select(i => Row(random, i, 15, "r" + i)).ToList();
        if (isUnique) right = [.. right.Where(r => keys.All(k => r[k] is not null)).GroupBy(r => string.Join('|', keys.Select(k => r[k]))).Select(g => g.First())];
        var left = Enumerable.Range(0, 150).Select(i => Row(random, i, 20, i)).ToList();
        var course = new Course(Plan(keys, kind, hasCondition))
            .Rows(0, [.. left.Take(20)]).Rows(1, [.. right.Take(30)]).Barrier().Rows(0, [.. left.Skip(20).Take(50)]).Rows(1, [.. right.Skip(30)]).Barrier()
            .Time(0, 5).Time(1, Frontier.End).Rows(0, [.. left.Skip(70).Take(60)]).Barrier().Rows(0, [.. left.Skip(130)]).End();
        var found = course.RunAll();
        Assert.Equal(Recorder.Sum(Expected(left, right, keys, kind, hasCondition)), found);
    }

    [Fact]
    public void Time_stands_still_until_the_table_is_read()
    {
        var course = new Course(Plan([1], JoinKind.Inner, false)).Rows(0, [1, "a", 1, 1L, 1.0]).Time(0, 10).Rows(1, ["x", "a", 1, 1L, 1.0]).Time(0, 20).Barrier();
        Assert.Empty(course.Run().Output.Frontiers);
        Assert.Equal(["-- barrier"], course.Run().Output[0]);
        var (output, _) = course.Time(1, Frontier.End).Time(0, 30).Run();
        Assert.Equal(["-- barrier", "+1 1 | a | 1 | 1 | 1 | x | a | 1 | 1 | 1"], output[0]);
        Assert.Equal([20, 30], output.Frontiers.Select(f => f.Final.Microseconds));
    }

    [Fact]
    public void Rows_that_are_taken_back_take_their_matches_back()
    {
        var (output, _) = new Course(Plan([1], JoinKind.Left, false)).Rows(1, ["x", "a", 1, 1L, 1.0], ["y", "a", 1, 1L, 1.0]).Time(1, Frontier.End)
            .Changes(0, (1, [1, "a", 1, 1L, 1.0]), (1, [2, "b", 1, 1L, 1.0])).Changes(0, (-1, [2, "b", 1, 1L, 1.0]), (-1, [1, "a", 1, 1L, 1.0])).End().Run();
        Assert.Equal(6, output[0].Count(r => r[0] != '-' || r[1] != '-'));
        Assert.Empty(Recorder.Sum(output[0]));
    }

    [Fact]
    public void Columns_that_nobody_reads_are_not_kept()
    {
        var used = new bool[10];
        used[0] = used[5] = true;
        var (output, _) = new Course(Plan([1], JoinKind.Inner, false)).Rows(1, ["x", "a", 1, 1L, 1.0]).Time(1, Frontier.End).Rows(0, [1, "a", 1, 1L, 1.0], [2, "b", 1, 1L, 1.0]).End().Run(used: used);
        Assert.Equal("+1 1 | NULL | NULL | NULL | NULL | x | NULL | NULL | NULL | NULL", output[0][0]);
    }
}

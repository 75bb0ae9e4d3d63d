using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Tests.Operators.Lookups;

public sealed class TemporalJoinTests(ITestOutputHelper log)
{
    static readonly Schema s_left = new(new Field("ts", DataType.Timestamp), new Field("key", DataType.Text), new Field("id", DataType.Integer));
    static readonly Schema s_right = new(new Field("since", DataType.Timestamp), new Field("key", DataType.Text), new Field("rate", DataType.Integer), new Field("gone", DataType.Boolean));

    static PlanNode Plan(TemporalCondition? how = null, long leftLag = 0)
    {
        var left = Plans.Source(5, s_left);
        if (leftLag > 0) left = new Lagging { Schema = s_left, Times = [new(0, leftLag)] };
        return PlanBuilder.Temporal(left, Plans.Source(5, s_right), how ?? Upsert, "view", LatePolicy.Drop, LatePolicy.Drop);
    }

    static TemporalCondition Upsert { get; } = new() { LeftKeys = [1], RightKeys = [1], LeftTime = 0, RightTime = 0, Deleted = 3, LastWins = true };
    static TemporalCondition Asof { get; } = new() { LeftKeys = [1], RightKeys = [1], LeftTime = 0, RightTime = 0 };

    sealed class Lagging : PlanNode
    {
        public override IReadOnlyList<PlanNode> Inputs => [];
        public override ChangeMode Mode => ChangeMode.Append;
        internal override PlanNode WithInputs(System.Collections.Immutable.ImmutableArray<PlanNode> inputs) => this;
    }

    static string Time(long? at)
    {
        if (at is not { } t) return "NULL";
        var text = new Timestamp(t).ToString().TrimEnd('Z').Replace('T', ' ');
        return text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    static string Show(object?[] left, object?[]? right) =>
        $"+1 {Time((long?)left[0])} | {left[1] ?? "NULL"} | {left[2]} | {(right is null ? "NULL | NULL | NULL | NULL" : $"{Time((long?)right[0])} | {right[1]} | {right[2]} | {(right[3] is bool b ? b ? "true" : "false" : "NULL")}")}";

    /// <summary>The answer by looking at everything.</summary>
    static IEnumerable<string> Expected(List<object?[]> left, List<object?[]> right, TemporalCondition how, long bound = long.MinValue)
    {
        foreach (var l in left)
        {
            var versions = right.Where(r => l[1] is { } key && key.Equals(r[1]) && l[0] is long ts && r[0] is long since && (how.IsStrict ? since < ts : since <= ts)
                && (how.ToleranceMicroseconds is not { } most || since >= ts - most)).ToList();
            var newest = versions.Count == 0 ? null : versions.Max(r => (long)r[0]!) is var at && how.LastWins ? versions.Last(r => (long)r[0]! == at)
                : versions.Where(r => (long)r[0]! == at).OrderBy(r => (int)r[2]!).ThenBy(r => r[3] is null ? 2 : (bool)r[3]! ? 1 : 0).First();
            if (how.Deleted >= 0 && newest?[3] is true) newest = null;
            if (how.Condition is not null && newest is not null && !((int)newest[2]! > (int)l[2]! % 10)) newest = null;
            if (newest is not null || how.KeepsLeft) yield return Show(l, newest);
        }
        _ = bound;
    }

    public static TheoryData<string> Kinds => new("upsert", "upsert left", "asof", "asof left strict", "asof tolerance", "upsert left condition", "asof without key");

    static TemporalCondition How(string kind)
    {
        var how = kind.StartsWith("upsert", StringComparison.Ordinal) ? Upsert : Asof;
        how = how with { KeepsLeft = kind.Contains("left", StringComparison.Ordinal), IsStrict = kind.Contains("strict", StringComparison.Ordinal) };
        if (kind.Contains("tolerance", StringComparison.Ordinal)) how = how with { ToleranceMicroseconds = 12 };
        var both = new Schema(s_left.Fields.Concat(s_right.Fields));
        if (kind.Contains("condition", StringComparison.Ordinal))
            how = how with { Condition = Plans.Call(">", Plans.Column(both, 5), Plans.Call("%", Plans.Column(both, 2), Plans.Integer(10))) };
        return kind.Contains("without", StringComparison.Ordinal) ? how with { LeftKeys = [], RightKeys = [] } : how;
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Each_row_meets_the_version_of_its_time_whoever_comes_first(string kind)
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var how = How(kind);
        var oneKey = how.LeftKeys.IsEmpty;
        object? Key(double missing) => oneKey ? "k" : random.NextDouble() < missing ? null : "k" + random.Next(6);
        var left = Enumerable.Range(0, 200).Select(i => (object?[])[random.Next(30) == 0 && how.KeepsLeft ? null : i - (long)random.Next(5), Key(0.05), i]).ToList();
        var right = Enumerable.Range(0, 150).Select(i => (object?[])[i * 4L / 3 - random.Next(5), Key(0.05), random.Next(10), random.Next(4) == 0 ? true : random.Next(2) == 0 ? null : false]).ToList();
        var expected = Recorder.Sum(Expected(left, right, how));
        for (var order = 0; order < 4; order++)
        {
            var course = new Course(Plan(how));
            var (l, r) = (0, 0);
            while (l < left.Count || r < right.Count)
            {
                var isLeft = l < left.Count && (r == right.Count || order == 0 || order > 1 && random.Next(2) == 0);
                var rows = isLeft ? left : right;
                var from = isLeft ? l : r;
                var count = Math.Min(random.Next(1, 40), rows.Count - from);
                course.Rows(isLeft ? 0 : 1, [.. rows.Skip(from).Take(count)]);
                if (isLeft) l += count;
                else r += count;
                // Nothing later is earlier than the furthest row by more than the disorder.
                course.Time(isLeft ? 0 : 1, isLeft ? l - 5 : r * 4L / 3 - 6);
                if (random.Next(3) == 0) course.Barrier();
            }
            course.End();
            Assert.Equal(expected, course.RunAll());
            Assert.Empty(course.Run().Notes.Late);
        }
    }

    [Fact]
    public void Rows_are_told_when_both_sides_have_passed_their_time()
    {
        var (output, _) = new Course(Plan()).Rows(1, [10L, "a", 1, null]).Rows(0, [20L, "a", 1], [31L, "a", 2]).Time(0, 40).Barrier().Time(1, 20).Barrier().Time(1, 21).Barrier()
            .Rows(1, [25L, "a", 2, null]).Time(1, 32).Barrier().Run();
        Assert.Equal(["-- barrier", "-- barrier", Show([20L, "a", 1], [10L, "a", 1, null]), "-- barrier", Show([31L, "a", 2], [25L, "a", 2, null]), "-- barrier"], output[0]);
        Assert.Equal([20, 21, 32], output.Frontiers.Select(f => f.Final.Microseconds));
    }

    [Fact]
    public void A_late_row_of_either_side_is_reported_and_changes_nothing()
    {
        var course = new Course(Plan()).Rows(1, [10L, "a", 1, null]).Time(0, 20).Time(1, 20).Rows(0, [19L, "a", 1], [20L, "a", 2]).Rows(1, [15L, "a", 2, null])
            .Marked(1, (30, [29L, "a", 3, null]), (30, [30L, "a", 4, null])).Rows(0, [40L, "a", 3]).End();
        Assert.Equal([Show([20L, "a", 2], [10L, "a", 1, null]), Show([40L, "a", 3], [30L, "a", 4, null])], course.RunAll());
        Assert.Equal(["1970-01-01 00:00:00.000019 | a | 1 missed 19 at 20", "1970-01-01 00:00:00.000015 | a | 2 | NULL missed 15 at 20", "1970-01-01 00:00:00.000029 | a | 3 | NULL missed 29 at 30"],
            course.Run().Notes.Late);
    }

    [Fact]
    public void A_left_time_that_lags_finds_the_versions_of_its_time()
    {
        var course = new Course(Plan(leftLag: 50)).Rows(1, [10L, "a", 1, null], [20L, "a", 2, null], [90L, "a", 3, null]).Time(1, 60).Time(0, 60).Rows(0, [10L, "a", 1], [15L, "a", 2], [25L, "a", 3])
            .Barrier().Rows(0, [9L, "a", 4]).Barrier().End();
        Assert.Equal([Show([10L, "a", 1], [10L, "a", 1, null]), Show([15L, "a", 2], [10L, "a", 1, null]), Show([25L, "a", 3], [20L, "a", 2, null])], course.RunAll());
        Assert.Single(course.Run().Notes.Late);
    }

    [Fact]
    public void Old_versions_are_dropped()
    {
        var memory = new MemoryAccountant(batchRows: 64);
        var owner = memory.Owner("operator");
        using var operation = Plan().CreateOperator(new(memory, owner, new Notes()))!;
        var output = new Recorder();
        var most = 0L;
        for (var i = 0; i < 2000; i++)
        {
            var batch = Stores.StoredRows.Batch(memory, s_right, [.. Enumerable.Range(0, 64).Select(k => (object?[])[i * 64L + k, "k" + k, i, null])]);
            operation.OnBatch(1, batch, output);
            batch.Release();
            operation.OnFrontier(new(new(i * 64L), new(i * 64L)), output);
            most = Math.Max(most, ((Millrace.Operators.IStateful)operation).StateRows);
        }
        Assert.InRange(most, 64, 1024 + 64);
    }
}

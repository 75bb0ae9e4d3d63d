using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Tests.Operators.Joins;

/// <summary>The law of joins: what is told adds up to the join of what both inputs add up to, however rows are cut, interleaved, held back, saved and loaded.</summary>
public sealed class JoinLawTests
{
    static readonly Schema s_left = new(new Field("at", DataType.Timestamp), new Field("k", DataType.Integer), new Field("s", DataType.Text), new Field("x", DataType.Integer));
    static readonly Schema s_right = new(new Field("t", DataType.Timestamp), new Field("j", DataType.Integer), new Field("u", DataType.Text), new Field("y", DataType.Integer));

    static Expression L(int column) => Plans.Column(s_left, column);
    static Expression R(int column) => new ColumnReference(4 + column, s_right[column].Name, s_right[column].Type);
    static Expression And(params Expression[] all) => new Logical(true, [.. all]);
    static Expression Later(Expression time, int seconds) => Plans.Call("+", time, new Literal(Interval.FromSeconds(seconds), DataType.Interval));

    /// <summary>Conditions by name: the expression, and the same in C#.</summary>
    static (Expression? Condition, Func<object?[], object?[], bool> Matches) Condition(string name)
    {
        static bool Same(object? a, object? b) => a is not null && b is not null && a.Equals(b);
        static bool Within(object? a, object? b, long from, long to) => a is long x && b is long y && y - x >= from && y - x <= to;
        return name switch
        {
            "key" => (Plans.Call("=", L(1), R(1)), (a, b) => Same(a[1], b[1])),
            "keys" => (And(Plans.Call("=", L(1), R(1)), Plans.Call("=", R(2), L(2))), (a, b) => Same(a[1], b[1]) && Same(a[2], b[2])),
            "null-safe" => (new NotDistinct(L(1), R(1)), (a, b) => Equals(a[1], b[1])),
            "residual" => (And(Plans.Call("=", L(1), R(1)), Plans.Call("<", L(3), R(3))), (a, b) => Same(a[1], b[1]) && (int)a[3]! < (int)b[3]!),
            "interval" => (And(Plans.Call("=", L(1), R(1)), Plans.Call(">=", R(0), L(0)), Plans.Call("<=", R(0), Later(L(0), 1))),
                (a, b) => Same(a[1], b[1]) && Within(a[0], b[0], 0, 1_000_000)),
            "around" => (And(Plans.Call("=", L(1), R(1)), Plans.Call(">", Later(R(0), 1), L(0)), Plans.Call("<=", R(0), L(0))),
                (a, b) => Same(a[1], b[1]) && Within(a[0], b[0], -999_999, 0)),
            "one-sided" => (And(Plans.Call("=", L(1), R(1)), Plans.Call("<=", L(0), R(0))), (a, b) => Same(a[1], b[1]) && Within(a[0], b[0], 0, long.MaxValue / 2)),
            "same-time" => (And(Plans.Call("=", L(0), R(0)), Plans.Call("=", L(1), R(1))), (a, b) => Same(a[0], b[0]) && Same(a[1], b[1])),
            "near-and-more" => (And(Plans.Call("<=", Plans.Call("-", R(0), L(0)), new Literal(Interval.FromSeconds(1), DataType.Interval)), Plans.Call("<=", L(0), R(0)), Plans.Call("<>", L(2), R(2))),
                (a, b) => Within(a[0], b[0], 0, 1_000_000) && a[2] is string s && b[2] is string u && s != u),
            "all" => (null, (_, _) => true),
            _ => throw new ArgumentException(name),
        };
    }

    public static TheoryData<string, JoinKind> Cases
    {
        get
        {
            var data = new TheoryData<string, JoinKind>();
            foreach (var condition in new[] { "key", "keys", "null-safe", "residual", "interval", "around", "one-sided", "same-time", "near-and-more", "all" })
                foreach (var kind in Enum.GetValues<JoinKind>()) data.Add(condition, kind);
            return data;
        }
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_sum_of_what_is_told_is_the_join_of_the_sums(string condition, JoinKind kind)
    {
        for (var seed = 1; seed <= 12; seed++)
        {
            try
            {
                Check(condition, kind, new Random(seed), (seed & 1) != 0, (seed & 2) != 0, hasNulls: seed % 3 == 0);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{kind} on {condition}, seed {seed}: {e.Message}", e);
            }
        }
    }

    static void Check(string name, JoinKind kind, Random random, bool leftRetracts, bool rightRetracts, bool hasNulls)
    {
        var (condition, matches) = Condition(name);
        var left = JoinInput.Random(random, 60, leftRetracts, 4, hasNulls);
        var right = JoinInput.Random(random, 60, rightRetracts, 4, hasNulls);
        var plan = PlanBuilder.Join(Side(s_left, leftRetracts), Side(s_right, rightRetracts), kind, condition, null, "v", LatePolicy.Drop, LatePolicy.Drop);
        var expected = NestedLoops.Join(kind, left, right, matches);
        foreach (var (cut, isFull, restarts) in new[] { (1, false, false), (100, false, false), (7, true, false), (5, true, true), (100, false, true) })
        {
            var script = new JoinScript(plan, left, right);
            Assert.Equal(expected, script.Run(random, cut, isFull, restarts));
            Assert.Empty(script.Notes.Late);
        }
    }

    [Theory]
    [InlineData("key"), InlineData("value"), InlineData("residual")]
    public void The_key_tells_rows_apart(string name)
    {
        var (condition, matches) = name == "value"
            ? (Plans.Call("=", L(3), R(3)), (a, b) => a[3]!.Equals(b[3])) : Condition(name);
        foreach (var kind in Enum.GetValues<JoinKind>())
            for (var seed = 1; seed <= 8; seed++)
            {
                var random = new Random(seed);
                var (left, right) = (JoinInput.Keyed(random, 60, 5), JoinInput.Keyed(random, 60, 5));
                var plan = PlanBuilder.Join(Plans.Retracting(s_left, 1), Plans.Retracting(s_right, 1), kind, condition, null, "v", LatePolicy.Drop, LatePolicy.Drop);
                var expected = NestedLoops.Join(kind, left, right, matches);
                try
                {
                    // A row and the one that replaces it lie in one batch or in two.
                    foreach (var cut in new[] { 1, 3, 100 }) Assert.Equal(expected, new JoinScript(plan, left, right).Run(random, cut, cut == 3, cut == 100));
                }
                catch (Exception e)
                {
                    throw new InvalidOperationException($"{kind} on {name}, seed {seed}: {e.Message}", e);
                }
            }
    }

    static PlanNode Side(Schema schema, bool retracts) => retracts ? Plans.Retracting(schema) : Plans.Source(0, schema);
}

using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;

namespace Millrace.Planning.Rules;

/// <summary>A join with a table that ends becomes a look-up: the table is read whole first, then rows of the other side pass, and none of them is remembered.</summary>
/// <remarks>
/// <para>The other side's rows all go on or are tested alone, so that a row of the table without a partner is nobody's business; NULL keys match nothing.</para>
/// <para>
/// It cannot be switched off. The rows keep their event times because each passes with its own watermark; a join that remembers rows would tell some when the table's rows come, and
/// whether they are late for a window above would depend on when that is.
/// </para>
/// </remarks>
sealed class StaticLookup : PlanRule
{
    public override string Name => "static_lookup";

    public override bool IsOptional => false;

    protected override PlanNode Apply(PlanNode node)
    {
        if (node is not Join join || join.Keys.Any(k => k.IsNullSafe)) return node;
        if (StaticTables.IsLookedUp(join.Right, isRight: true, join.Kind))
        {
            return Make(join, join.Left, join.Right, [.. join.Keys.Select(k => k.Left)], [.. join.Keys.Select(k => k.Right)], Condition(join), join.Kind, join.Key);
        }
        return StaticTables.IsLookedUp(join.Left, isRight: false, join.Kind) ? Turned(join) : node;
    }

    static LookupJoin Make(Join join, PlanNode rows, PlanNode table, ImmutableArray<int> keys, ImmutableArray<int> tableKeys, Expression? condition, JoinKind kind, ImmutableArray<int> key) => new()
    {
        Schema = kind.GivesPairs ? new Schema(rows.Schema.Fields.Concat(table.Schema.Fields)) : rows.Schema,
        Left = rows,
        Right = table,
        LeftKeys = keys,
        RightKeys = tableKeys,
        Condition = condition,
        Kind = kind,
        Key = key,
        Times = rows.Times,
        Where = join.Where,
    };

    /// <summary>The table stands on the left: rows are looked up from the right, and the columns put back in order.</summary>
    static Project Turned(Join join)
    {
        var (table, rows) = (join.Left.Schema.Count, join.Right.Schema.Count);
        int To(int column) => column < table ? column + rows : column - table;
        var condition = Condition(join) is { } both ? JoinCondition.Moved(both, To) : null;
        var kind = join.Kind == JoinKind.Right ? JoinKind.Left : JoinKind.Inner;
        var lookup = Make(join, join.Right, join.Left, [.. join.Keys.Select(k => k.Right)], [.. join.Keys.Select(k => k.Left)], condition, kind, [.. join.Key.Select(To)]);
        return new()
        {
            Schema = join.Schema,
            Input = lookup,
            Expressions = [.. Enumerable.Range(0, table + rows).Select(i => (Expression)new ColumnReference(To(i), join.Schema[i].Name, join.Schema[i].Type))],
            Key = join.Key,
            Times = join.Times,
            Where = join.Where,
        };
    }

    /// <summary>Bounds of times are conditions like others here: the table has no time of its own.</summary>
    static Expression? Condition(Join join)
    {
        var all = join.Bounds.Where(b => !b.IsImplied).Select(b => Test(join, b)).ToList();
        if (join.Residual is not null) all.Add(join.Residual);
        return all.Count switch { 0 => null, 1 => all[0], _ => new Logical(true, [.. all]) };
    }

    static Expression Test(Join join, TimeBound bound)
    {
        Expression left = new ColumnReference(bound.Left, join.Left.Schema[bound.Left].Name, DataType.Timestamp);
        Expression right = new ColumnReference(bound.Right + join.Left.Schema.Count, join.Right.Schema[bound.Right].Name, DataType.Timestamp);
        var (earlier, later) = bound.IsLeftEarlier ? (left, right) : (right, left);
        if (bound.OffsetMicroseconds != 0) later = Call("+", later, new Literal(new Interval(0, 0, bound.OffsetMicroseconds), DataType.Interval));
        return Call("<=", earlier, later);
    }

    static Call Call(string function, Expression a, Expression b)
    {
        var found = Scalars.All.First(f => f.Name == function);
        return new(found, [a, b], found.Resolve([a.Type, b.Type])!.Result);
    }
}

using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>JOIN ... FOR SYSTEM_TIME AS OF and ASOF JOIN.</summary>
internal sealed class LookupBinder(Compilation compilation, string view, Interval? stateTtl, Func<FromItem, CommonTables, From> bindItem)
{
    /// <summary>A condition of ON, taken apart: a column or expression of each side that are equal, or anything else over both.</summary>
    readonly record struct Part(Expression Whole, Expression? Left, Expression? Right);

    public From Bind(LookupItem item, CommonTables common)
    {
        var (left, leftScope) = Rows(item.Left, common);
        var asOf = (item.Right as TableItem)?.AsOf;
        var (right, rightScope) = Rows(item.Right is TableItem table ? table with { AsOf = null } : item.Right, common);
        var width = left.Schema.Count;
        foreach (var name in rightScope.Columns.Select(c => c.Table).Distinct())
            if (name.Length > 0 && leftScope.Columns.Any(c => c.Table == name))
                throw new SqlError(Codes.RepeatedTable, item.Right.Span, $"'{name}' stands for two tables of this FROM. Give one of them another name: {name} AS other.");
        var shared = item.Using.Select(n => n.Text).ToHashSet(StringComparer.Ordinal);
        var scope = new Scope($"{leftScope.Description} JOIN {rightScope.Description}",
            [.. leftScope.Columns, .. rightScope.Columns.Select(c => c with { Index = c.Index + width, NeedsTable = c.NeedsTable || shared.Contains(c.Name) })]);
        var parts = Conditions(item, leftScope, rightScope, scope, width).Select(c => Taken(c, width)).ToList();
        var keepsLeft = item.Kind == JoinSyntax.Left;
        var node = item.IsAsof ? Asof(item, left, right, parts, keepsLeft) : AsOf(item, asOf!, left, leftScope, right, parts, keepsLeft);
        return new(node, scope);
    }

    (PlanNode Node, Scope Scope) Rows(FromItem item, CommonTables common)
    {
        var from = bindItem(item, common);
        return (from.Rows(compilation, item.Span), from.Scope);
    }

    IEnumerable<Expression> Conditions(LookupItem item, Scope left, Scope right, Scope both, int width)
    {
        if (item.On is not null) return JoinCondition.Parts(new ExpressionBinder(compilation, both, null, "in ON").Condition(item.On, "ON"));
        var conditions = new List<Expression>();
        for (var i = 0; i < item.Using.Length; i++)
        {
            var name = item.Using[i];
            var l = left.Find(null, name) ?? throw left.Unknown(null, name);
            var r = right.Find(null, name) ?? throw right.Unknown(null, name);
            var word = item.IsAsof && i == item.Using.Length - 1 ? ">=" : "=";
            var pair = new BinaryExpr(word, new ScopeExpr(l, name.Span), new ScopeExpr(r with { Index = r.Index + width }, name.Span), name.Span, name.Span);
            conditions.Add(new ExpressionBinder(compilation, both, null, "in USING").Bind(pair));
        }
        return conditions;
    }

    static Part Taken(Expression condition, int width)
    {
        if (condition is not Call { Function.Name: "=" or "<" or "<=" or ">" or ">=", Arguments: [var a, var b] } || a.Type != b.Type) return new(condition, null, null);
        var (ofA, ofB) = (JoinCondition.Sides(a, width), JoinCondition.Sides(b, width));
        if (ofA == (false, true) && ofB == (true, false)) return new(condition, b, JoinCondition.Moved(a, i => i - width));
        return ofA == (true, false) && ofB == (false, true) ? new(condition, a, JoinCondition.Moved(b, i => i - width)) : new(condition, null, null);
    }

    static bool IsEqual(Part part) => part.Left is not null && part.Whole is Call { Function.Name: "=" };

    /// <summary>ASOF JOIN: the newest row of the right side that is not after the row.</summary>
    PlanNode Asof(LookupItem item, PlanNode left, PlanNode right, List<Part> parts, bool keepsLeft)
    {
        var on = item.On?.Span ?? item.Word;
        var times = parts.Where(p => !IsEqual(p)).ToList();
        if (times.Count != 1 || times[0] is not { Left: ColumnReference { Type.Kind: TypeKind.Timestamp } leftTime, Right: ColumnReference { Type.Kind: TypeKind.Timestamp } rightTime, Whole: Call comparison })
            throw new SqlError(Codes.BadLookup, on, "ASOF JOIN takes equalities and one comparison of a TIMESTAMP column of each side: ON a.k = b.k AND a.ts >= b.ts. Test anything else in WHERE.");
        var leftFirst = comparison.Arguments[0] == leftTime;
        if (comparison.Function.Name[0] == '<' == leftFirst)
            throw new SqlError(Codes.BadLookup, on, "ASOF JOIN with the next row of the right side does not exist yet: when it comes is not known. Compare the other way round, a.ts >= b.ts.");
        if (!compilation.IsQuery)
        {
            RequireTime(left, leftTime, on, "left");
            RequireTime(right, rightTime, on, "right");
            if (stateTtl is null && !StaticTables.Is(right))
                compilation.Findings.Warning(Codes.AsofKeeps, item.Word, $"the newest row of each key of the right side is kept for ever in '{view}'. Add WITH (state_ttl = '1 day') to the view, if older rows are not to be found.");
        }
        var how = new TemporalCondition
        {
            LeftKeys = [],
            RightKeys = [],
            LeftTime = leftTime.Index,
            RightTime = rightTime.Index,
            IsStrict = comparison.Function.Name.Length == 1,
            KeepsLeft = keepsLeft,
            ToleranceMicroseconds = stateTtl is { } ttl ? PlanBuilder.LongestMicroseconds(ttl) : null,
        };
        return PlanBuilder.Temporal(left, right, [.. parts.Where(IsEqual).Select(p => (p.Left!, p.Right!))], [], how, view, PlanSearch.Late(left), PlanSearch.Late(right), compilation.Where(item.Word));
    }

    static void RequireTime(PlanNode side, ColumnReference time, Span span, string which)
    {
        if (PlanBuilder.LagOf(side, time.Index) is not null) return;
        throw new SqlError(Codes.LookupTime, span, side.TimeColumn < 0
            ? $"the {which} side has no event time, so nobody knows when all rows up to '{time.Name}' are there. Add WATERMARK FOR {time.Name} AS {time.Name} - INTERVAL '5 seconds' to its source."
            : $"the watermark says nothing about '{time.Name}' of the {which} side; it speaks of '{side.Schema[side.TimeColumn].Name}'.");
    }

    /// <summary>FOR SYSTEM_TIME AS OF: in a table that ends, in versions by event time, or in what holds now.</summary>
    PlanNode AsOf(LookupItem item, Expr asOf, PlanNode left, Scope leftScope, PlanNode right, List<Part> parts, bool keepsLeft)
    {
        var where = compilation.Where(item.Word);
        var time = ProctimeBinder.IsCall(asOf) ? null : new ExpressionBinder(compilation, leftScope, null, "in FOR SYSTEM_TIME AS OF").Bind(asOf);
        if (time is not null && time.Type.Kind != TypeKind.Timestamp) throw new SqlError(Codes.WrongTypes, asOf.Span, $"FOR SYSTEM_TIME AS OF takes a TIMESTAMP column of the left side; this is {time.Type}.");
        List<(Expression, Expression)> Keys(IEnumerable<Part> from) => [.. from.Where(IsEqual).Select(p => (p.Left!, p.Right!))];
        List<Expression> Rest(Func<Part, bool> isKey) => [.. parts.Where(p => !isKey(p)).Select(p => p.Whole)];
        if (StaticTables.Is(right)) return PlanBuilder.Lookup(left, right, Keys(parts), Rest(IsEqual), keepsLeft ? JoinKind.Left : JoinKind.Inner, where);

        var isNow = time is null || time is ColumnReference p && PlanBuilder.IsProcessingTime(left, p.Index);
        var upsert = right as NormalizeUpsert;
        var versions = upsert?.Input ?? right;
        if (!isNow && versions.TimeColumn >= 0)
        {
            if (upsert is null && right.Mode == ChangeMode.Retract)
                throw new SqlError(Codes.LookupTime, item.Right.Span, "the rows of this view change, and their versions by event time are not kept. Look up in the source itself (changes = 'upsert' with a WATERMARK), or what holds now with FOR SYSTEM_TIME AS OF PROCTIME().");
            if (time is not ColumnReference at) throw new SqlError(Codes.BadLookup, asOf.Span, "FOR SYSTEM_TIME AS OF takes a column of event time of the left side as it is, not an expression.");
            RequireTime(left, at, asOf.Span, "left");
            // Of an upsert source the primary key finds the row; what else is equal is tested.
            bool IsKey(Part part) => IsEqual(part) && (upsert is null || part.Right is ColumnReference c && upsert.Keys.Contains(c.Index));
            if (upsert is not null && upsert.Keys.FirstOrDefault(k => !parts.Any(x => IsKey(x) && ((ColumnReference)x.Right!).Index == k), -1) is var missing and >= 0)
            {
                var names = upsert.Keys.Select(k => right.Schema[k].Name).ToList();
                throw new SqlError(Codes.LookupKey, item.On?.Span ?? item.Word, $"a row of '{upsert.Source}' is found by its key ({string.Join(", ", names)}); ON says nothing of '{right.Schema[missing].Name}'.");
            }
            var how = new TemporalCondition
            {
                LeftKeys = [],
                RightKeys = [],
                LeftTime = at.Index,
                RightTime = versions.TimeColumn,
                KeepsLeft = keepsLeft,
                Deleted = upsert?.Deleted ?? -1,
                LastWins = upsert is not null,
                ToleranceMicroseconds = stateTtl is { } ttl ? PlanBuilder.LongestMicroseconds(ttl) : null,
            };
            return PlanBuilder.Temporal(left, versions, Keys(parts.Where(IsKey)), Rest(IsKey), how, view, PlanSearch.Late(left), PlanSearch.Late(right), where);
        }
        compilation.Findings.Warning(Codes.LookupNow, item.Word, "each row is joined with what the table holds when it comes, which may be another thing in another run.");
        return PlanBuilder.LookupNow(left, right, Keys(parts), Rest(IsEqual), keepsLeft, where);
    }
}

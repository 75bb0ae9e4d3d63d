using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>Finds conditions on a rank that a query in FROM computes, and lets the plan keep the rows of those ranks alone: SELECT ... FROM (SELECT *, ROW_NUMBER() OVER (...) AS rn ...) WHERE rn &lt;= n.</summary>
internal sealed class TopNBinder(Compilation compilation, OverBinder overs, string view, Interval? stateTtl)
{
    /// <summary>The select with the ranks limited below it.</summary>
    public (From From, SelectBody Select) Limit(From rows, SelectBody select, IReadOnlyList<(Expr Expression, string Name)> items, ImmutableArray<OrderItem> orderBy)
    {
        if (select.Where is null || rows.Window is not null) return (rows, select);
        var conditions = select.Where is LogicalExpr { IsAnd: true } all ? all.Conditions : [select.Where];
        foreach (var column in rows.Scope.Columns)
        {
            if (!IsRank(rows.Node, column.Index)) continue;
            var (limit, rest) = (long.MaxValue, new List<Expr>());
            foreach (var condition in conditions)
            {
                if (UpTo(condition, column, rows.Scope) is not var (upTo, saysAll))
                {
                    rest.Add(condition);
                    continue;
                }
                limit = Math.Min(limit, upTo);
                if (!saysAll) rest.Add(condition);
            }
            if (limit is long.MaxValue or < 1) continue;
            var isUsed = rest.Concat(items.Select(i => i.Expression)).Concat(select.GroupBy).Concat(select.DistinctOn).Concat(orderBy.Select(o => o.Expression)).Append(select.Having)
                .Concat(select.Windows.SelectMany(w => w.Window.PartitionBy.Concat(w.Window.OrderBy.Select(o => o.Expression)))).Any(e => e is not null && Names(e, column));
            var where = rest.Count switch { 0 => null, 1 => rest[0], _ => new LogicalExpr(true, [.. rest], select.Where.Span) };
            return (rows with { Node = Limited(rows.Node, column.Index, limit, isUsed, select.Where.Span).Node }, select with { Where = where });
        }
        return (rows, select);
    }

    static bool Names(Expr expression, ScopeColumn column) =>
        expression is ScopeExpr known && known.Column.Index == column.Index || expression is ColumnExpr named && named.Column.Text == column.Name || expression.Parts.Any(p => Names(p, column));

    /// <summary>The greatest rank that a condition lets through, and whether it says nothing else; null where it says nothing about the rank.</summary>
    static (long UpTo, bool SaysAll)? UpTo(Expr condition, ScopeColumn column, Scope scope)
    {
        bool IsColumn(Expr expression) => expression is ColumnExpr named && named.Column.Text == column.Name && scope.Find(named.Table, named.Column)?.Index == column.Index;
        switch (condition)
        {
            case BetweenExpr { IsNegated: false, IsSymmetric: false } between when IsColumn(between.Operand) && Number(between.High) is { } high:
                return (high, Number(between.Low) is <= 1);
            case BinaryExpr binary:
                var (left, right, isTurned) = IsColumn(binary.Left) ? (binary.Left, binary.Right, false) : (binary.Right, binary.Left, true);
                if (!IsColumn(left) || Number(right) is not { } number) return null;
                return (binary.Operator, isTurned) switch
                {
                    ("=", _) => (number, number == 1),
                    ("<=", false) or (">=", true) => (number, true),
                    ("<", false) or (">", true) => (number - 1, true),
                    _ => null,
                };
            default: return null;
        }
    }

    static long? Number(Expr expression) => expression is NumberExpr number && long.TryParse(number.Digits, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var value) ? value : null;

    /// <summary>Whether a column is the rank of a node that stands below projections alone, and that nothing limits yet.</summary>
    static bool IsRank(PlanNode node, int column)
    {
        while (node is Project project)
        {
            if (project.Expressions[column] is not ColumnReference reference) return false;
            (node, column) = (project.Input, reference.Index);
        }
        return node is TopN { Limit: TopN.NoLimit, WithRank: true } or Over { Calls: [{ Function: OverFunction.RowNumber or OverFunction.Rank or OverFunction.DenseRank }] } && column == node.Schema.Count - 1;
    }

    /// <summary>The plan with a limit, and whether its column is still the rank.</summary>
    (PlanNode Node, bool HasRank) Limited(PlanNode node, int column, long limit, bool isUsed, Span span)
    {
        if (node is Project project)
        {
            var rank = ((ColumnReference)project.Expressions[column]).Index;
            // Another column that is computed from the rank needs it as well.
            isUsed |= project.Expressions.Where((_, i) => i != column && !PlanBuilder.IsHidden(project.Schema[i].Name)).Any(e => Reads(e, rank));
            var (input, hasRank) = Limited(project.Input, rank, limit, isUsed, span);
            var items = project.Expressions.Select((e, i) => (hasRank ? e : WithoutRank(e, rank, limit), project.Schema[i].Name)).Where(i => !PlanBuilder.IsHidden(i.Name));
            return (PlanBuilder.Project(input, [.. items], project.Where), true);
        }
        var (kind, partition, order) = node is TopN top ? (top.Kind, top.Partition, top.Order) : KindOf((Over)node);
        var rows = node.Inputs[0];
        var withRank = isUsed && !(kind == RankKind.RowNumber && limit == 1);
        var limited = PlanBuilder.TopN(rows, kind, partition, order, limit, withRank, stateTtl, view, PlanSearch.Late(rows), compilation.Where(span));
        if (!compilation.IsQuery && limited.StateBound == "unbounded") overs.Warn(span);
        return (limited, limited is TopN { WithRank: true });
    }

    static (RankKind, ImmutableArray<int>, ImmutableArray<SortKey>) KindOf(Over over) =>
        (over.Calls[0].Function switch { OverFunction.RowNumber => RankKind.RowNumber, OverFunction.Rank => RankKind.Rank, _ => RankKind.DenseRank }, over.Partition, over.Order);

    static bool Reads(Expression expression, int column) => expression is ColumnReference reference && reference.Index == column || expression.Parts().Any(p => Reads(p, column));

    /// <summary>The rank of the only row is 1; otherwise nobody reads it.</summary>
    static Expression WithoutRank(Expression expression, int rank, long limit) =>
        expression is ColumnReference reference && reference.Index == rank ? limit == 1 ? new Literal(1L, DataType.BigInt) : new Literal(null, DataType.BigInt) : expression.WithParts(p => WithoutRank(p, rank, limit));
}

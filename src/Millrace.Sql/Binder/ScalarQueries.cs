using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>Stands for the value of a query until it is known which column that is.</summary>
internal sealed record ScalarSlot(int Index, DataType Type) : Expression(Type);

/// <summary>The queries that stand as values in the expressions of one SELECT: each is joined to the rows, and its column takes its place.</summary>
/// <param name="compilation">Takes warnings.</param>
/// <param name="subqueries">Binds them.</param>
/// <param name="scope">The columns around them.</param>
/// <param name="common">Tables of WITH.</param>
internal sealed class ScalarQueries(Compilation compilation, SubqueryBinder subqueries, Scope scope, CommonTables common)
{
    readonly List<(QueryExpr Query, SubqueryBinder.Scalar Rows)> _all = [];
    readonly List<int> _places = [];

    /// <summary>Whether there are any.</summary>
    public bool Any => _all.Count > 0;

    /// <summary>The value of a query.</summary>
    public Expression Value(QueryExpr query)
    {
        var index = _all.FindIndex(q => ReferenceEquals(q.Query, query));
        if (index < 0)
        {
            // Queries inside it are its own.
            compilation.Scalars = null;
            var rows = subqueries.BindScalar(query, scope, common);
            compilation.Scalars = this;
            index = _all.Count;
            _all.Add((query, rows));
        }
        var found = _all[index].Rows;
        var slot = new ScalarSlot(index, found.Node.Schema[0].Type);
        return found.IsCount ? new Case([new When(new IsNull(slot), new Literal(0L, slot.Type))], slot, slot.Type) : slot;
    }

    /// <summary>The rows with a column for each query.</summary>
    /// <param name="node">The rows.</param>
    /// <param name="over">What a query is compared with, over the columns of the rows; null where it is so already.</param>
    public PlanNode Join(PlanNode node, Func<Expression, Span, Expression>? over = null)
    {
        foreach (var (query, rows) in _all)
        {
            var width = node.Schema.Count;
            var moved = over is null ? rows : rows with { Outer = [.. rows.Outer.Select(o => (over(o.Outer, query.Span), o.Column))] };
            node = subqueries.JoinScalar(node, moved, query.Span);
            _places.Add(width);
        }
        return node;
    }

    /// <summary>An expression with columns in the place of queries.</summary>
    public Expression Resolve(Expression expression) =>
        expression is ScalarSlot slot ? new ColumnReference(_places[slot.Index], "query", slot.Type) : Any ? expression.WithParts(Resolve) : expression;

    /// <summary>Refuses an expression with a query inside.</summary>
    public static void Refuse(Expression expression, Span span, string place)
    {
        if (expression is ScalarSlot) throw new SqlError(Codes.MisplacedQuery, span, $"a query cannot stand for a value inside {place}. Compute it in a query in FROM, or join the table.");
        foreach (var part in expression.Parts()) Refuse(part, span, place);
    }
}

using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>PROCTIME(): the machine's time as a column.</summary>
internal static class ProctimeBinder
{
    /// <summary>Whether an expression is PROCTIME() by itself.</summary>
    public static bool IsCall(Expr expression) => expression is CallExpr { Function.Text: "proctime", Arguments.IsEmpty: true };

    /// <summary>What is wrong with PROCTIME() anywhere else.</summary>
    public static SqlError Misplaced(Span span) =>
        new(Codes.MisplacedProctime, span, "PROCTIME() stands by itself in a select list without GROUP BY, or as a generated column of a source: p AS PROCTIME(). Give it a name in a view or a query in FROM, and use the name.");

    /// <summary>The rows with the machine's time, where a select list has PROCTIME().</summary>
    /// <param name="compilation">What it belongs to.</param>
    /// <param name="node">The rows.</param>
    /// <param name="items">The select list.</param>
    /// <returns>The rows, and the column of each item that is PROCTIME(); -1 for the others.</returns>
    public static (PlanNode Node, int Column) Assign(Compilation compilation, PlanNode node, IEnumerable<Expr> items)
    {
        if (items.FirstOrDefault(IsCall) is not { } call) return (node, -1);
        if (compilation.IsQuery) throw new SqlError(Codes.MisplacedProctime, call.Span, "PROCTIME() in a query of stored rows: they have come already. Store it with them, in the view.");
        return (PlanBuilder.ProcessingTime(node, "$proctime", compilation.Where(call.Span)), node.Schema.Count);
    }

    /// <summary>The generated column PROCTIME() of a source, or null.</summary>
    public static ColumnSyntax? ColumnOf(CreateSource source)
    {
        var all = source.Columns.Where(c => c.Generated is { } g && IsCall(g)).ToList();
        return all.Count < 2 ? all.FirstOrDefault() : throw new SqlError(Codes.Repeated, all[1].Name.Span, "PROCTIME() stands twice; a source has one time of the machine.");
    }

    /// <summary>A source with such a column: the others first, then this one in its place.</summary>
    public static SourceDefinition Bind(CreateSource source, ColumnSyntax column, Func<CreateSource, SourceDefinition> bind)
    {
        var place = source.Columns.IndexOf(column);
        var follows = source.Watermark?.Column.Text == column.Name.Text;
        if (follows && (source.Watermark!.Expression is not ColumnExpr { Table: null } of || of.Column.Text != column.Name.Text)) throw Form(source, column);
        if (source.Columns.Any(c => c != column && c.Name.Text == column.Name.Text)) throw new SqlError(Codes.DuplicateColumn, column.Name.Span, $"the column '{column.Name}' stands twice.");
        var definition = bind(source with { Columns = source.Columns.Remove(column), Watermark = follows ? null : source.Watermark });
        if (definition.Changes == SourceChanges.Upsert)
            throw new SqlError(Codes.NotYet, column.Name.Span, "PROCTIME() on an upsert source does not exist yet. Leave it out.");
        PlanBuilder.SourceProcessingTime(definition, column.Name.Text, place, follows);
        return definition;
    }

    static SqlError Form(CreateSource source, ColumnSyntax column) =>
        new(Codes.BadWatermark, source.Watermark!.Expression.Span, $"the machine's time is never out of order: write WATERMARK FOR {column.Name} AS {column.Name}.");
}

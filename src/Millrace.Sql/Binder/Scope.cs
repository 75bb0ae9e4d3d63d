using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>A column that expressions can name.</summary>
internal sealed record ScopeColumn(string Table, string Name, int Index, DataType Type)
{
    /// <summary>Whether it can only be named with its table, because USING has made it one with another.</summary>
    public bool NeedsTable { get; init; }
}

/// <summary>A select item that is a column already: what * stands for.</summary>
internal sealed record ScopeExpr(ScopeColumn Column, Span Span) : Expr(Span);

/// <summary>The columns that expressions can name at one place, and what to call the place in messages.</summary>
internal sealed class Scope(string description, IReadOnlyList<ScopeColumn> columns)
{
    /// <summary>Columns of a plan; hidden ones cannot be named.</summary>
    public static Scope Of(PlanNode node, string table, string description) =>
        new(description, [.. node.Schema.Fields.Select((f, i) => new ScopeColumn(table, f.Name, i, f.Type)).Where(c => !PlanBuilder.IsHidden(c.Name))]);

    public static Scope Empty { get; } = new("a query without FROM", []);

    /// <summary>The columns of the query around this one, which can be named where no column here has the name.</summary>
    public Scope? Outer { get; init; }

    /// <summary>The window of GROUP BY, which TUMBLE_START and the like speak of; null where there is none.</summary>
    public GroupWindow? GroupWindow { get; init; }

    public string Description { get; } = description;
    public IReadOnlyList<ScopeColumn> Columns { get; } = columns;

    /// <summary>The column of a name, or null.</summary>
    public ScopeColumn? Find(Name? table, Name name)
    {
        ScopeColumn? found = null;
        foreach (var column in Columns)
        {
            if (column.Name != name.Text || (table is { } t ? column.Table != t.Text : column.NeedsTable)) continue;
            if (found is not null) throw Ambiguous(name, found, column);
            found = column;
        }
        return found ?? Outer?.Find(table, name);
    }

    SqlError Ambiguous(Name name, ScopeColumn first, ScopeColumn second) => new(Codes.AmbiguousColumn, name.Span, first.Table != second.Table && first.Table.Length > 0 && second.Table.Length > 0
        ? $"'{name}' stands for a column of {first.Table} and one of {second.Table}. Write {first.Table}.{name} or {second.Table}.{name}."
        : $"'{name}' stands for more than one column of {Description}. Give them different names with AS.");

    public SqlError Unknown(Name? table, Name name, IEnumerable<string>? aliases = null)
    {
        if (table is { } t && Columns.Count > 0 && Columns.All(c => c.Table != t.Text))
        {
            var tables = Columns.Select(c => c.Table).Where(n => n.Length > 0).Distinct();
            return new(Codes.UnknownTable, t.Span, $"no table '{t}' in this FROM.{Suggestions.OrList(t.Text, tables, "There is")}");
        }
        var known = Columns.Select(c => c.Name).Concat(aliases ?? []);
        return new(Codes.UnknownColumn, name.Span, $"no column '{name}' in {Description}.{Suggestions.OrList(name.Text, known, "Its columns are")}");
    }

    public static ColumnReference Reference(ScopeColumn column) => new(column.Index, column.Name, column.Type);
}

using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>A SELECT before its columns are put in order: the rows to project, the select list over them, and how further expressions (ORDER BY, DISTINCT ON) are bound over them.</summary>
internal sealed record SelectStage(PlanNode Node, IReadOnlyList<(Expression Expression, string Name)> Items, Func<Expr, Expression> Bind, Scope Scope)
{
    /// <summary>The item that ORDER BY or DISTINCT ON means by a position or an output name, or -1.</summary>
    public int ItemOf(Expr expression, bool inputFirst)
    {
        if (expression is NumberExpr number)
        {
            if (int.TryParse(number.Digits, System.Globalization.NumberStyles.AllowLeadingSign, null, out var position) && position >= 1 && position <= Items.Count) return position - 1;
            throw new SqlError(Codes.BadPosition, number.Span, $"no position {number.Digits} in a select list of {Items.Count} columns.");
        }
        if (expression is not ColumnExpr { Table: null } column) return -1;
        if (inputFirst && Scope.Find(null, column.Column) is not null) return -1;
        for (var i = 0; i < Items.Count; i++)
            if (Items[i].Name == column.Column.Text) return i;
        return Scope.Find(null, column.Column) is null ? throw Scope.Unknown(null, column.Column, Items.Select(i => i.Name)) : -1;
    }
}

using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>Expressions inside MATCH_RECOGNIZE: v.x, FIRST, LAST, PREV, aggregates and their kin become items, and the rest is an ordinary expression over them.</summary>
internal sealed class PatternExpressions(Compilation compilation, Scope scope, Dictionary<string, int> variables, RowColumns columns, int timeColumn)
{
    /// <summary>Binds an expression.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="own">The variable that it defines, or -1.</param>
    /// <param name="items">Takes what it reads; its columns are these.</param>
    /// <param name="clause">DEFINE or MEASURES.</param>
    public Expression Bind(Expr expression, int own, List<PatternItem> items, string clause)
    {
        var bound = Binder(own, items, clause).Bind(expression);
        return bound.Type.Kind == TypeKind.Null ? new Literal(null, DataType.Text) : bound;
    }

    /// <summary>Binds the condition of a variable. Parts that concern the row at hand alone and cannot fail are computed below, for whole batches.</summary>
    public Expression Condition(Expr expression, int own, List<PatternItem> items)
    {
        var condition = Binder(own, items, "DEFINE").Condition(expression, "DEFINE");
        var parts = condition is Logical { IsAnd: true } all ? all.Conditions.ToList() : [condition];
        for (var i = 0; i < parts.Count; i++)
        {
            if (parts[i] is ColumnReference || !IsOfOneRow(parts[i], own, items) || Below(parts[i], items) is var below && Fallible.Is(below)) continue;
            parts[i] = Item(new(PatternItemKind.Last, own, columns.Add(below), 0, null, DataType.Boolean), items);
        }
        return parts.Count == 1 ? parts[0] : new Logical(true, [.. parts]);
    }

    static bool IsOfOneRow(Expression expression, int own, List<PatternItem> items) => expression is ColumnReference column
        ? items[column.Index] is { Kind: PatternItemKind.Last, Offset: 0 } item && (item.Variable < 0 || item.Variable == own)
        : expression.Parts().All(p => IsOfOneRow(p, own, items));

    Expression Below(Expression expression, List<PatternItem> items) =>
        expression is ColumnReference column ? columns[items[column.Index].Column] : expression.WithParts(p => Below(p, items));

    ExpressionBinder Binder(int own, List<PatternItem> items, string clause) =>
        new(compilation, scope, null, $"in {clause}", expression => expression switch
        {
            ColumnExpr column => Item(new(PatternItemKind.Last, VariableOf(column.Table), columns.Add(Row(column)), 0, null, Row(column).Type), items),
            CallExpr call => Special(call, own, items),
            _ => null,
        });

    ColumnReference? Special(CallExpr call, int own, List<PatternItem> items)
    {
        switch (call.Function.Text)
        {
            case "first": return Navigate(PatternItemKind.First, call, 0, items);
            case "last": return Navigate(PatternItemKind.Last, call, 0, items);
            case "prev": return Navigate(PatternItemKind.Previous, call, 1, items);
            case "next": throw new SqlError(Codes.NotYet, call.Span, "NEXT does not exist yet: rows are looked at in the order of their time. Compare a later variable with LAST of this one.");
            case "match_rowtime" when call.Arguments.Length <= 1: return Item(new(PatternItemKind.Last, -1, timeColumn, 0, null, columns[timeColumn].Type), items);
            case "classifier" or "match_number" when call.Arguments.IsEmpty:
                if (own >= 0) throw new SqlError(Codes.BadMeasure, call.Span, $"{call.Function.Text.ToUpperInvariant()}() belongs into MEASURES.");
                var isNumber = call.Function.Text == "match_number";
                return Item(new(isNumber ? PatternItemKind.MatchNumber : PatternItemKind.Classifier, -1, -1, 0, null, isNumber ? DataType.BigInt : DataType.Text), items);
        }
        var catalog = compilation.Options.Catalog;
        return catalog.Aggregate(call.Function.Text) is null || catalog.Scalar(call.Function.Text) is not null && !call.IsStar && !call.IsDistinct ? null : Aggregate(call, items);
    }

    ColumnReference Navigate(PatternItemKind kind, CallExpr call, int offset, List<PatternItem> items)
    {
        var name = call.Function.Text.ToUpperInvariant();
        if (call.Arguments.Length is not (1 or 2) || call.IsDistinct || call.Filter is not null) throw new SqlError(Codes.BadMeasure, call.Span, $"{name} takes a value of one variable's rows and a number of rows: {name}(v.x) or {name}(v.x, 1).");
        if (call.Arguments.Length == 2)
        {
            var count = Constants.Count(compilation, call.Arguments[1], $"the number of rows of {name}");
            offset = count <= 10_000 ? (int)count : throw new SqlError(Codes.BadMeasure, call.Arguments[1].Span, $"{name} goes 10000 rows at most.");
        }
        var (variable, value) = Row(call, call.Arguments[0], name);
        return Item(new(kind, variable, columns.Add(value), offset, null, value.Type), items);
    }

    /// <summary>A value of one variable's row, bound over the input.</summary>
    (int Variable, Expression Value) Row(CallExpr call, Expr argument, string name)
    {
        var variable = OneVariable([argument], name);
        var value = new ExpressionBinder(compilation, ScopeOf(variable), null, $"inside {name}").Bind(argument);
        if (value.Type.Kind == TypeKind.Null) throw new SqlError(Codes.BadMeasure, call.Span, $"{name} of a bare NULL has no type.");
        return (variable, value);
    }

    ColumnReference Aggregate(CallExpr call, List<PatternItem> items)
    {
        var name = call.Function.Text.ToUpperInvariant();
        if (call.Filter is not null) throw new SqlError(Codes.BadMeasure, call.Span, $"FILTER inside MATCH_RECOGNIZE. Write {name}(CASE WHEN ... THEN x END).");
        var variable = -1;
        // COUNT(v.*) counts the rows of v.
        if (call.Arguments is [StarExpr { Table: { } table }]) (variable, call) = (VariableOf(table), call with { Arguments = [], IsStar = true });
        else if (!call.IsStar) variable = OneVariable(call.Arguments, name);
        var calls = new AggregateCalls();
        new ExpressionBinder(compilation, ScopeOf(variable), calls).Bind(call);
        var bound = calls.Calls[0];
        var aggregate = new AggregateCall(bound.Function, bound.Signature, [.. bound.Arguments.Select(columns.Add)], bound.Distinct, -1);
        return Item(new(PatternItemKind.Aggregate, variable, -1, 0, aggregate, bound.Signature.Result), items);
    }

    /// <summary>The variable whose columns some expressions name; -1 where they name none.</summary>
    int OneVariable(IEnumerable<Expr> expressions, string name)
    {
        var variable = -2;
        void Look(Expr expression)
        {
            if (expression is CallExpr { Function.Text: "first" or "last" or "prev" or "next" } inner)
                throw new SqlError(Codes.BadMeasure, inner.Span, $"{inner.Function.Text.ToUpperInvariant()} inside {name}. FIRST, LAST, PREV and aggregates do not nest.");
            if (expression is ColumnExpr column)
            {
                var found = VariableOf(column.Table);
                if (variable != -2 && variable != found) throw new SqlError(Codes.BadMeasure, column.Span, $"{name} over the rows of more than one variable. Name one alone.");
                variable = found;
            }
            foreach (var part in expression.Parts) Look(part);
        }
        foreach (var expression in expressions) Look(expression);
        return Math.Max(variable, -1);
    }

    int VariableOf(Name? table) => table is not { } name ? -1 : variables.TryGetValue(name.Text, out var variable) ? variable
        : throw new SqlError(Codes.UnknownVariable, name.Span, $"no variable '{name}' in the pattern.{Suggestions.OrList(name.Text, variables.Keys, "There are")}");

    ColumnReference Row(ColumnExpr column) => Scope.Reference(scope.Find(null, column.Column) ?? throw scope.Unknown(null, column.Column));

    Scope ScopeOf(int variable) => new(scope.Description, [.. scope.Columns.Select(c => c with { Table = variable < 0 ? "" : variables.First(v => v.Value == variable).Key })]);

    static ColumnReference Item(PatternItem item, List<PatternItem> items)
    {
        var index = item.Call is null ? items.IndexOf(item)
            : items.FindIndex(i => i.Call is { } call && i.Variable == item.Variable && AggregateCall.AreSame(call, item.Call));
        if (index < 0)
        {
            index = items.Count;
            items.Add(item);
        }
        return new ColumnReference(index, $"item{index + 1}", item.Type);
    }
}

using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Sql.Syntax;
using Values = Millrace.Planning.Values;

namespace Millrace.Sql.Binder;

/// <summary>Rows that a test gives or expects: each value becomes exactly one of its column's type, or is an error.</summary>
internal sealed class TestRows(Compilation compilation)
{
    static readonly Scope s_nothing = new("a row of a test (texts stand in single quotes)", []);

    /// <summary>Constant rows.</summary>
    /// <param name="rows">As they were written.</param>
    /// <param name="schema">Their columns.</param>
    /// <param name="columns">For each written value its column.</param>
    /// <param name="owner">Whose columns they are, for messages: "source 'sales' has".</param>
    /// <param name="where">Where they stand.</param>
    public Values Bind(ImmutableArray<RowSyntax> rows, Schema schema, IReadOnlyList<int> columns, string owner, string where)
    {
        var bound = ImmutableArray.CreateBuilder<ImmutableArray<Expression>>();
        foreach (var row in rows) compilation.Try(() => bound.Add(Bind(row, schema, columns, owner)));
        return (Values)PlanBuilder.Values(schema, bound.ToImmutable(), where);
    }

    ImmutableArray<Expression> Bind(RowSyntax row, Schema schema, IReadOnlyList<int> columns, string owner)
    {
        if (row.Values.Length != columns.Count)
        {
            throw new SqlError(Codes.TestRow, row.Span, string.Create(CultureInfo.InvariantCulture,
                $"this row has {Count(row.Values.Length, "value")}; {owner} {Count(columns.Count, "column")}: {Suggestions.List(columns.Select(c => schema[c].Name))}."));
        }
        Expression[] values = [.. schema.Fields.Select(f => new Literal(null, f.Type))];
        var isValid = true;
        for (var i = 0; i < columns.Count; i++)
        {
            var (value, field) = (row.Values[i], schema[columns[i]]);
            isValid &= compilation.Try(() => values[columns[i]] = Value(value, field));
        }
        return isValid ? [.. values] : throw SqlError.ToldBefore;
    }

    static string Count(int number, string what) => number == 1 ? $"1 {what}" : $"{number} {what}s";

    Literal Value(Expr expression, Field field)
    {
        var bound = new ExpressionBinder(compilation, s_nothing, null, "in a row of a test").Bind(expression);
        if (ConstantFolding.Fold(bound) is not Literal literal) throw new SqlError(Codes.NotConstant, expression.Span, "a value in a row of a test must be a constant that can be computed.");
        if (literal.Value is null) return new(null, field.Type);
        if (literal.Type == field.Type) return literal;
        var isText = literal.Value is string;
        if (!isText && !(literal.Type.IsNumeric && field.Type.IsNumeric))
            throw new SqlError(Codes.TestValue, expression.Span, $"'{field.Name}' is {field.Type}; this is {literal.Type}. {Literals.Form(field.Type)}");
        var converted = ConstantFolding.Fold(new Cast(literal, field.Type, false)) as Literal
            ?? throw new SqlError(Codes.TestValue, expression.Span, $"'{field.Name}' is {field.Type}, and {literal.ToSql()} is not a value of it. {Literals.Form(field.Type)}");
        if (field.Type.Kind is TypeKind.Decimal or TypeKind.Integer or TypeKind.BigInt && !(isText ? IsExact((string)literal.Value, field.Type.Scale) : IsExact(literal, converted)))
            throw new SqlError(Codes.TestValue, expression.Span, $"'{field.Name}' is {field.Type}, which would round {literal.ToSql()} to {converted.ToSql()}. Write it with as many digits as the column holds.");
        return converted;
    }

    static bool IsExact(string text, int scale) => Numbers.ParseScaled(Encoding.UTF8.GetBytes(text.Trim()), scale, out _) == Fit.Fits;

    static bool IsExact(Literal literal, Literal converted) => ConstantFolding.Fold(new Cast(converted, literal.Type, false)) is Literal back && Equals(back.Value, literal.Value);
}

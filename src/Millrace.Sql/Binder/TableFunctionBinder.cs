using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>Table functions in FROM: over the rows of what stands before them, or over a single row without columns.</summary>
internal sealed class TableFunctionBinder(Compilation compilation)
{
    /// <summary>The rows before it, each with what the function makes of it.</summary>
    /// <param name="item">The call.</param>
    /// <param name="input">The rows before it.</param>
    /// <param name="isLeft">Whether rows of which nothing is made stay.</param>
    public From Bind(TableFunctionItem item, From input, bool isLeft)
    {
        var catalog = compilation.Options.Catalog;
        var function = catalog.Table(item.Function.Text) ?? throw Unknown(item, catalog);
        var binder = new ExpressionBinder(compilation, input.Scope, null, "in FROM");
        var arguments = item.Arguments.Select(binder.Bind).ToList();
        var signature = Resolve(function, arguments) ?? throw new SqlError(Codes.WrongTypes, item.Span,
            $"{function.Name}({string.Join(", ", arguments.Select(a => a.Type))}) does not exist. Usage: {function.Syntax}.");
        ImmutableArray<Expression> converted = [.. arguments.Select((a, i) => ConstantFolding.Fold(ExpressionBinder.Convert(a, signature.Parameters[i], item.Arguments[i].Span)))];
        try
        {
            _ = function.Compile(signature, [.. converted.Select(a => a as Literal)]);
        }
        catch (ArgumentException error)
        {
            throw new SqlError(Codes.BadArgument, item.Span, $"{error.Message}.");
        }
        var node = input.Rows(compilation, item.Span);
        var names = Names(item, function, signature);
        var unnest = PlanBuilder.Unnest(node, function, signature, converted, names, item.HasOrdinality ? names[^1] : null, isLeft, compilation.Where(item.Span));
        var table = (item.Alias ?? item.Function).Text;
        var made = names.Select((n, i) => new ScopeColumn(table, n, node.Schema.Count + i, unnest.Schema[node.Schema.Count + i].Type));
        var description = input.Scope.Columns.Count == 0 ? $"the result of {function.Name}(...)" : $"{input.Scope.Description} with {function.Name}(...)";
        return new(unnest, new Scope(description, [.. input.Scope.Columns, .. made]));
    }

    static SqlError Unknown(TableFunctionItem item, Catalog catalog)
    {
        var name = item.Function.Text;
        var names = new[] { "tumble", "hop", "cumulate", "session" }.Concat(catalog.Tables.Select(t => t.Name));
        return new(Codes.UnknownFunction, item.Function.Span, catalog.Scalar(name) is not null ? $"'{name}' gives one value, not rows: it stands in an expression. Table functions are {string.Join(", ", names)}."
            : $"no table function '{name}'.{Suggestions.OrList(name, names, "There are")}");
    }

    /// <summary>The signature; a text literal also counts as a value of unknown type.</summary>
    static TableSignature? Resolve(TableFunction function, IReadOnlyList<Expression> arguments) =>
        function.Resolve([.. arguments.Select(a => a.Type)]) ?? function.Resolve([.. arguments.Select(a => a is Literal { Value: string } ? DataType.Null : a.Type)]);

    /// <summary>The names of its columns, that of the ordinality behind them: a lone column is called as the alias, unless it has a name of its own.</summary>
    static List<string> Names(TableFunctionItem item, TableFunction function, TableSignature signature)
    {
        var names = signature.Columns.Select(c => c.Name).ToList();
        if (names.Count == 1 && item.Alias is { } alias && names[0] == function.Name) names[0] = alias.Text;
        if (item.HasOrdinality) names.Add("ordinality");
        if (item.Columns.Length > names.Count)
            throw new SqlError(Codes.UnionColumns, item.Columns[names.Count].Span, $"{item.Columns.Length} names for {names.Count} columns of {function.Name}(...).");
        for (var i = 0; i < item.Columns.Length; i++) names[i] = item.Columns[i].Text;
        return names;
    }
}

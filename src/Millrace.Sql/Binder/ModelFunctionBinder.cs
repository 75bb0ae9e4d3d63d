using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>ML_PREDICT and its kin in FROM.</summary>
internal sealed class ModelFunctionBinder(Compilation compilation, string view)
{
    public From Bind(ModelItem item, From? input)
    {
        var function = item.Function.Text.ToUpperInvariant();
        if (compilation.IsQuery)
            throw new SqlError(Codes.NotYet, item.Function.Span, $"{function} in a query: a model learns while the pipeline runs. Declare CREATE MATERIALIZED VIEW name AS SELECT ... FROM {function}(...) in the file, and query that.");
        var model = compilation.Model(item.Model);
        foreach (var (name, _) in item.Arguments) throw new SqlError(Codes.UnknownOption, name.Span, $"{function} takes no argument '{name}'.");
        var where = compilation.Where(item.Span);
        var node = input is null ? PlanBuilder.Learn(model, view, PlanSearch.Late(model.Rows), where) : Predict(item, model, input, where);
        // Names are those that FROM gives.
        var table = (item.Alias ?? item.Input?.Alias ?? (item.Input as TableItem)?.Table ?? item.Model).Text;
        var rows = input?.Scope ?? Scope.Of(model.Rows, table, "");
        var answers = model.Answers.Select((a, i) => new ScopeColumn(table, a.Name, node.Schema.Count - model.Answers.Length + i, a.Type));
        return new(node, new Scope($"the result of {function}(...)", [.. rows.Columns.Select(c => c with { Table = table }), .. answers]));
    }

    PlanNode Predict(ModelItem item, ModelDefinition model, From input, string where)
    {
        var span = item.Input!.Span;
        var known = input.Rows(compilation, span);
        var rows = PlanBuilder.WithTime(known) ?? throw ModelBinder.WithoutTime(known, span, "a model is asked");
        var scope = input.Scope;
        foreach (var answer in model.Answers)
            if (scope.Columns.Any(c => c.Name == answer.Name))
                throw new SqlError(Codes.AmbiguousColumn, span, $"the rows have a column '{answer.Name}', as the model's answer has. Give theirs another name in a query in FROM.");
        var features = model.Features.Select(f => ColumnOf(model.Rows.Schema[f], model, scope, span)).ToImmutableArray();
        return PlanBuilder.Predict(rows, model, features, view, PlanSearch.Late(rows), where);
    }

    static int ColumnOf(Field feature, ModelDefinition model, Scope scope, Span span)
    {
        var column = scope.Columns.FirstOrDefault(c => c.Name == feature.Name)
            ?? throw new SqlError(Codes.BadFeature, span, $"the rows have no column '{feature.Name}', which the model '{model.Name}' looks at.{Suggestions.OrList(feature.Name, scope.Columns.Select(c => c.Name), "Their columns are")}");
        if (column.Type.Kind == TypeKind.Text == (feature.Type.Kind == TypeKind.Text) && ModelDefinition.CanBeFeature(column.Type)) return column.Index;
        throw new SqlError(Codes.BadFeature, span, $"'{feature.Name}' is {column.Type} here; the model '{model.Name}' has learned {feature.Type}. Cast it in a query in FROM.");
    }
}

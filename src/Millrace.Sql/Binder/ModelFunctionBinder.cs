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
        var where = compilation.Where(item.Span);
        if (item.Function.Text == "ml_evaluate") return Evaluate(item, model, where);
        foreach (var (name, _) in item.Arguments) throw new SqlError(Codes.UnknownOption, name.Span, $"{function} takes no argument '{name}'.");
        var explains = item.Function.Text == "ml_explain";
        if (explains && input is null) throw new SqlError(Codes.Unexpected, item.Span, "ML_EXPLAIN tells of rows what made the model say so: ML_EXPLAIN(MODEL name, TABLE rows).");
        var node = input is null ? Tested(model, where) : Predict(item, model, input, explains, where);
        // Names are those that FROM gives.
        var table = (item.Alias ?? item.Input?.Alias ?? (item.Input as TableItem)?.Table ?? item.Model).Text;
        var rows = input?.Scope ?? Scope.Of(model.Rows, table, "");
        var added = model.Answers.Concat(explains ? PredictModel.Explanation : []).ToList();
        var answers = added.Select((a, i) => new ScopeColumn(table, a.Name, node.Schema.Count - added.Count + i, a.Type));
        return new(node, new Scope($"the result of {function}(...)", [.. rows.Columns.Select(c => c with { Table = table }), .. answers]));
    }

    PlanNode Tested(ModelDefinition model, string where) => PlanBuilder.Learn(model, view, PlanSearch.Late(model.Rows), where);

    // ML_EVALUATE(MODEL m [, every => INTERVAL '1 hour'] [, rolling => 1000])
    From Evaluate(ModelItem item, ModelDefinition model, string where)
    {
        if (item.Input is not null) throw new SqlError(Codes.Unexpected, item.Input.Span, "ML_EVALUATE tests a model on the rows that it learns from: ML_EVALUATE(MODEL name).");
        if (model.Target < 0) throw new SqlError(Codes.BadTarget, item.Model.Span, $"'{model.Name}' tells how unusual a row is; without a target nobody can say how well it does.");
        long every = 3_600_000_000;
        long rolling = 1000;
        foreach (var (name, value) in item.Arguments)
        {
            switch (name.Text)
            {
                case "every":
                    var interval = Constants.Interval(compilation, value, "interval of every");
                    if (!interval.IsFixed || interval.FixedMicroseconds <= 0) throw new SqlError(Codes.BadOption, value.Span, "every takes an interval longer than nothing, in days and time (months are not all alike).");
                    every = interval.FixedMicroseconds;
                    break;
                case "rolling":
                    rolling = Constants.Count(compilation, value, "the number of rows of rolling");
                    if (rolling is < 1 or > 1_000_000) throw new SqlError(Codes.BadOption, value.Span, "rolling looks at 1 to 1,000,000 rows.");
                    break;
                default: throw new SqlError(Codes.UnknownOption, name.Span, $"ML_EVALUATE takes no argument '{name}'.{Suggestions.OrList(name.Text, ["every", "rolling"], "There are")}");
            }
        }
        var node = PlanBuilder.Evaluate(Tested(model, where), model, every, (int)rolling, where);
        return new(node, Scope.Of(node, (item.Alias ?? item.Model).Text, "the result of ML_EVALUATE(...)"));
    }

    PlanNode Predict(ModelItem item, ModelDefinition model, From input, bool explains, string where)
    {
        var span = item.Input!.Span;
        var known = input.Rows(compilation, span);
        var rows = PlanBuilder.WithTime(known) ?? throw ModelBinder.WithoutTime(known, span, "a model is asked");
        var scope = input.Scope;
        foreach (var answer in model.Answers.Concat(explains ? PredictModel.Explanation : []))
            if (scope.Columns.Any(c => c.Name == answer.Name))
                throw new SqlError(Codes.AmbiguousColumn, span, $"the rows have a column '{answer.Name}', as the model's answer has. Give theirs another name in a query in FROM.");
        var features = model.Features.Select(f => ColumnOf(model.Rows.Schema[f], model, scope, span)).ToImmutableArray();
        return PlanBuilder.Predict(rows, model, features, explains, view, PlanSearch.Late(rows), where);
    }

    static int ColumnOf(Field feature, ModelDefinition model, Scope scope, Span span)
    {
        var column = scope.Columns.FirstOrDefault(c => c.Name == feature.Name)
            ?? throw new SqlError(Codes.BadFeature, span, $"the rows have no column '{feature.Name}', which the model '{model.Name}' looks at.{Suggestions.OrList(feature.Name, scope.Columns.Select(c => c.Name), "Their columns are")}");
        if (column.Type.Kind == TypeKind.Text == (feature.Type.Kind == TypeKind.Text) && ModelDefinition.CanBeFeature(column.Type)) return column.Index;
        throw new SqlError(Codes.BadFeature, span, $"'{feature.Name}' is {column.Type} here; the model '{model.Name}' has learned {feature.Type}. Cast it in a query in FROM.");
    }
}

using System.Collections.Immutable;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>CREATE MODEL: what it is, the rows that it learns from, which of their columns it looks at and which it learns to tell.</summary>
internal sealed class ModelBinder(Compilation compilation)
{
    /// <summary>Options of a model.</summary>
    public static IReadOnlyList<OptionSpec> Known { get; } =
    [
        new("type", "text", null, "The kind of model, one of those that SHOW MODEL_TYPES lists.", Required: true),
        new("target", "text", null, "The column that it learns to tell; detectors of anomalies have none."),
        new("confidence", "number", null, "The share of truths that lie between lower_bound and upper_bound (0.9 unless given), or of rows that are no anomaly (0.99)."),
        new("seed", "integer", "42", "Where the random numbers of a model begin that draws some."),
    ];

    public ModelDefinition Bind(CreateModel model)
    {
        var options = new OptionsBinder(compilation).Bind(model.Options, Known, "a model", model.Name.Span, out var isValid);
        if (model.Emit is { Mode: not EmitMode.Final } emit)
            throw new SqlError(Codes.BadModelRows, emit.Span, "a model learns each row once, when nothing can change it any more: EMIT FINAL, which need not be said. It cannot take rows back.");
        var plan = new QueryBinder(compilation, model.Name.Text, null).Bind(model.Query);
        if (!isValid) throw SqlError.ToldBefore;
        var kind = KindOf(options.Text("type", ""), Value(model, "type")!.ValueSpan);
        var rows = PlanBuilder.WithTime(plan) ?? throw WithoutTime(plan, model.Query.Span, "a model learns");
        var target = TargetOf(model, options.TextOrNull("target"), kind, rows);
        var features = FeaturesOf(model, rows, target);
        if (PlanSearch.IsNeverFinal(rows))
            compilation.Findings.Warning(Codes.LateFinal, model.Name.Span, "a model reads final rows, and nothing here is final before the input ends. Group by a window below it.");
        return new()
        {
            Name = model.Name.Text,
            Kind = kind,
            Rows = rows,
            Features = features,
            Target = target,
            Time = PlanBuilder.KnownAt(rows),
            Seed = unchecked((ulong)options.Integer("seed", 42)),
            Confidence = Confidence(model, options, kind),
            Text = compilation.Text[model.Span],
        };
    }

    static OptionSyntax? Value(CreateModel model, string name) => model.Options.FirstOrDefault(o => o.Name.Text == name);

    static ModelKind KindOf(string name, Span span)
    {
        var kind = ModelKinds.Find(name.ToLowerInvariant());
        return kind ?? throw new SqlError(Codes.UnknownModelType, span, $"no type of model '{name}'.{Suggestions.OrList(name, ModelKinds.All.Select(k => k.Name), "There are")}");
    }

    /// <summary>Rows without event time have no order.</summary>
    public static SqlError WithoutTime(PlanNode plan, Span span, string who) => new(Codes.BadModelRows, span, PlanSearch.HasWatermark(plan)
        ? $"{who} in the order of event time, and no column here is one. Select the source's time column, or group by a window."
        : $"{who} in the order of event time, and the source has none. Add WATERMARK FOR column AS column - INTERVAL '5 seconds' to it.");

    static int TargetOf(CreateModel model, string? name, ModelKind kind, PlanNode rows)
    {
        var option = Value(model, "target");
        if (kind.Answer == ModelAnswer.Score)
        {
            if (option is not null) throw new SqlError(Codes.BadTarget, option.Name.Span, $"{kind.Name} tells how unusual a row is; it has no target. Leave the option out.");
            return -1;
        }
        if (name is null)
            throw new SqlError(Codes.MissingOption, model.Name.Span, $"the option 'target' is missing for a model: {kind.Name} learns to tell {(kind.Answer == ModelAnswer.Class ? "a class" : "a number")}; target names the column.");
        var scope = Scope.Of(rows, "", $"model '{model.Name}'");
        var column = scope.Find(null, new(name, option!.ValueSpan)) ?? throw scope.Unknown(null, new(name, option.ValueSpan));
        if (ModelDefinition.CanBeTarget(kind.Answer, column.Type)) return column.Index;
        throw new SqlError(Codes.BadTarget, option.ValueSpan, kind.Answer == ModelAnswer.Class
            ? $"'{name}' is {column.Type}; {kind.Name} tells classes: a TEXT, a BOOLEAN or a whole number. Cast it, or use a model that tells numbers."
            : $"'{name}' is {column.Type}; {kind.Name} tells numbers. Cast it, or use a model that tells classes.");
    }

    static ImmutableArray<int> FeaturesOf(CreateModel model, PlanNode rows, int target)
    {
        var features = ImmutableArray.CreateBuilder<int>();
        var select = model.Query.Body as SelectBody;
        for (var i = 0; i < rows.Schema.Count; i++)
        {
            var field = rows.Schema[i];
            if (i == target || PlanBuilder.IsHidden(field.Name) || rows.Times.Any(t => t.Column == i)) continue;
            if (!ModelDefinition.CanBeFeature(field.Type))
            {
                var span = select is not null && i < select.Items.Length ? select.Items[i].Expression.Span : model.Name.Span;
                throw new SqlError(Codes.BadFeature, span, $"'{field.Name}' is {field.Type}; a model looks at numbers, BOOLEAN and TEXT.{(field.Type.Kind is TypeKind.Timestamp or TypeKind.Interval ? " Take a number of it: EXTRACT(HOUR FROM ...)." : "")}");
            }
            features.Add(i);
        }
        return features.Count > 0 ? features.ToImmutable()
            : throw new SqlError(Codes.BadFeature, model.Name.Span, "the model has nothing to look at: every column but the target and the column of event time is a feature. Select more.");
    }

    double Confidence(CreateModel model, Options options, ModelKind kind)
    {
        var confidence = options.Number("confidence", kind.Answer == ModelAnswer.Score ? ModelDefinition.UsualScoreConfidence : ModelDefinition.UsualConfidence);
        return confidence is > 0 and < 1 ? confidence
            : throw new SqlError(Codes.BadOption, Value(model, "confidence")!.ValueSpan, $"'confidence' is {Value(model, "confidence")!.Value}; a share above 0 and below 1 was expected.");
    }
}

using System.Collections.Immutable;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>SHOW and EXPLAIN: what is known, as rows.</summary>
internal sealed class ShowBinder(Compilation compilation, Pipeline? pipeline)
{
    static readonly string[] s_things = ["sources", "views", "models", "model_types", "functions", "settings", "connectors", "formats"];

    public PlanNode Show(ShowStatement show)
    {
        var options = compilation.Options;
        switch (show.What.Text)
        {
            case "functions":
                var scalars = options.Catalog.Scalars.Select(f => new string?[] { f.Name, f.Category, f.Syntax, f.Summary });
                var aggregates = options.Catalog.Aggregates.Select(f => new string?[] { f.Name, "aggregate", f.Syntax, f.Summary });
                var tables = options.Catalog.Tables.Select(f => new string?[] { f.Name, "table", f.Syntax, f.Summary });
                return Rows(["name", "category", "syntax", "summary"], scalars.Concat(aggregates).Concat(tables).OrderBy(r => r[0], StringComparer.Ordinal));
            case "settings": return Rows(["name", "kind", "default", "summary"], Settings.Specs.Select(s => new[] { s.Name, s.Kind, s.Default, s.Summary }));
            case "connectors":
                return Rows(["name", "as", "summary"], options.Connectors.All.OrderBy(c => c.Name, StringComparer.Ordinal).Select(c => new[]
                {
                    c.Name, c.SourceOptions is null ? "sink" : c.SinkOptions is null ? "source" : "source, sink", c.Summary,
                }));
            case "formats": return Rows(["name", "summary"], options.Formats.All.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => new[] { f.Name, f.Summary }));
            case "model_types": return Rows(["name", "tells", "summary"], ModelKinds.All.Select(k => new[] { k.Name, k.Answer switch { ModelAnswer.Class => "class", ModelAnswer.Number => "number", _ => "score" }, k.Summary }));
            case "sources":
                return Rows(["name", "connector", "format", "columns"], (pipeline?.Sources ?? []).Select(s => new[] { s.Name, s.Connector, s.Format, s.Schema.ToString() }));
            case "models":
                return Rows(["name", "type", "target", "features"], (pipeline?.Models ?? []).Select(m => new[]
                {
                    m.Name, m.Kind.Name, m.Target < 0 ? null : m.Rows.Schema[m.Target].Name, string.Join(", ", m.Features.Select(f => m.Rows.Schema[f].Name)),
                }));
            case "views":
                if (pipeline is not null)
                    return Rows(["name", "kind", "columns"], pipeline.Views.Select(v => new[] { v.Name, v.IsMaterialized ? "materialized" : "view", Visible(v.Plan.Schema) }));
                return Rows(["name", "kind", "columns"], compilation.Relations.Select(r => new[] { r.Key, "stored", Visible(r.Value.Plan!.Schema) }));
            default:
                throw new SqlError(Codes.UnknownStatement, show.What.Span, $"nothing to show as '{show.What}'.{Suggestions.OrList(show.What.Text, s_things.Select(t => t.ToUpperInvariant()), "There are")}");
        }
    }

    /// <summary>Lines of text; of EXPLAIN ANALYZE the plan that is to be run, unless it is a view of a pipeline that runs anyway.</summary>
    public PlanNode Explain(ExplainStatement explain)
    {
        if (explain is { IsAnalyzed: true, View: { } asked } && compilation.Options.Running?.Invoke() is var (operators, elapsed))
        {
            var own = operators.Where(o => o.Owner == asked.Text).ToList();
            if (own.Count > 0) return Lines(AnalysisText.Lines(own, elapsed));
        }
        PlanNode plan;
        if (explain.Query is not null) plan = new QueryBinder(compilation, "query", null).Bind(explain.Query);
        else if (pipeline?.Views.FirstOrDefault(v => v.Name == explain.View!.Text) is { } view) plan = view.Plan;
        else if (pipeline?.Sources.FirstOrDefault(s => s.Name == explain.View!.Text) is { Plan: { } source }) plan = source;
        else plan = compilation.Relation(explain.View!).Plan!;
        compilation.IsAnalyzed = explain.IsAnalyzed;
        return explain.IsAnalyzed ? plan : Lines(PlanText.Lines(PlanBuilder.Optimize(plan)));
    }

    /// <summary>A row for each line.</summary>
    public static PlanNode Lines(IEnumerable<string> lines) => Rows(["plan"], lines.Select(l => new[] { l }));

    static string Visible(Schema schema) => string.Join(", ", schema.Fields.Where(f => !PlanBuilder.IsHidden(f.Name)));

    static PlanNode Rows(string[] names, IEnumerable<string?[]> rows) => PlanBuilder.Values(new Schema(names.Select(n => new Field(n, DataType.Text))),
        [.. rows.Select(r => r.Select(v => (Expression)new Literal(v, DataType.Text)).ToImmutableArray())]);
}


using Millrace.Connectors;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>CREATE SINK.</summary>
internal sealed class SinkBinder(Compilation compilation)
{
    /// <summary>What every sink takes, whatever its connector.</summary>
    public static IReadOnlyList<OptionSpec> EngineOptions { get; } =
    [
        new("connector", "text", null, "Where the rows go; SHOW CONNECTORS lists them.", Required: true),
        new("format", "text", null, "How rows become bytes; SHOW FORMATS lists them."),
        new("key", "text", null, "Columns that tell rows apart, with commas; the view's key unless given."),
        new("mode", "upsert|append", null, "Whether rows replace the row of the same key; 'upsert' where there is a key and the connector can, unless given."),
    ];

    public SinkDefinition Bind(CreateSink sink)
    {
        var relation = compilation.Relation(sink.View);
        if (relation.Kind == "source") throw new SqlError(Codes.UnknownTable, sink.View.Span, $"'{sink.View}' is a source; a sink reads a view. Write CREATE VIEW v AS SELECT * FROM {sink.View}.");
        var plan = relation.Plan!;
        var options = new OptionsBinder(compilation);
        var (connector, values) = Options(sink, options);
        foreach (var spec in connector.SinkOptions!.Where(s => s.Kind == "columns").Concat(EngineOptions.Where(s => s.Name == "key")))
            if (values.TextOrNull(spec.Name) is { } columns) CheckColumns(sink, spec.Name, columns, plan);
        var hasOwnMode = connector.SinkOptions!.Any(s => s.Name == "mode");
        var hasKey = values.TextOrNull("key") is not null || !plan.Key.IsEmpty;
        var mode = values.TextOrNull("mode") ?? (!hasOwnMode && hasKey ? "upsert" : "append");
        if (mode == "upsert" && !hasKey && plan.Mode == ChangeMode.Append && !PlanSearch.IsSingleRow(plan))
            throw new SqlError(Codes.NoKey, sink.View.Span, $"'{sink.View}' has no key that rows could replace each other by. Add key = 'column, ...' or use mode = 'append'.");
        var emit = sink.Emit is null ? relation.Emit ?? (mode == "append" ? Emit.Final : Emit.Changes) : EmitBinder.Bind(compilation, sink.Emit);
        // Where late rows never update a window, one that has closed is final.
        if (mode == "append" && emit.Mode == EmitMode.OnWindowClose && PlanSearch.Late(plan).AllowedMicroseconds == 0) emit = Emit.Final;
        if (mode == "append" && emit.Mode != EmitMode.Final && plan.Mode == ChangeMode.Retract)
        {
            throw new SqlError(Codes.BadEmit, sink.Emit?.Span ?? sink.View.Span,
                $"'{sink.View}' updates its rows, and an append-only sink cannot take rows back. Use EMIT FINAL{(hasOwnMode ? "" : ", or mode = 'upsert'")}.");
        }
        if (emit.Mode == EmitMode.Final && PlanSearch.IsNeverFinal(plan))
            compilation.Findings.Warning(Codes.LateFinal, sink.Emit?.Span ?? sink.Name.Span, $"'{sink.View}' keeps groups without a window: the sink hears of them only when the input ends.");
        return new SinkDefinition
        {
            Name = sink.Name.Text,
            View = sink.View.Text,
            // With a key of its own the sink hears of changes by that; the engine still tells rows apart by the plan's.
            Plan = emit.Mode == EmitMode.Final ? plan : PlanBuilder.Keyed(plan),
            Connector = connector.Name,
            Options = values,
            Emit = emit,
            IsUpsert = mode == "upsert",
        };
    }

    (Connector, Options) Options(CreateSink sink, OptionsBinder options)
    {
        var all = compilation.Options.Connectors.All.Where(c => c.SinkOptions is not null).Select(c => c.Name);
        var named = sink.Options.FirstOrDefault(o => o.Name.Text == "connector")
            ?? throw new SqlError(Codes.MissingOption, sink.Name.Span, $"sink '{sink.Name}' names no connector: add connector = '...'.{OptionsBinder.Slip("connector", sink.Options)} There are: {Suggestions.List(all)}.");
        var name = options.Value(named);
        var connector = compilation.Options.Connectors.Find(name)
            ?? throw new SqlError(Codes.UnknownConnector, named.ValueSpan, $"no connector '{name}'.{Suggestions.OrList(name, all, "There are")}");
        if (connector.SinkOptions is null) throw new SqlError(Codes.UnknownConnector, named.ValueSpan, $"connector '{name}' is no sink. Sinks are {Suggestions.List(all)}.");
        var known = connector.SinkOptions.ToList();
        if (sink.Options.FirstOrDefault(o => o.Name.Text == "format") is { } wanted && known.All(s => s.Name != "format"))
        {
            var format = compilation.Options.Formats.Find(options.Value(wanted))
                ?? throw new SqlError(Codes.UnknownConnector, wanted.ValueSpan, $"no format '{options.Value(wanted)}'.{Suggestions.OrList(options.Value(wanted), compilation.Options.Formats.All.Select(f => f.Name), "There are")}");
            known.AddRange(format.Options);
        }
        known.AddRange(EngineOptions);
        var values = options.Bind(sink.Options, known, $"connector '{name}'", sink.Name.Span, out var isValid);
        return isValid ? (connector, values) : throw SqlError.ToldBefore;
    }

    static void CheckColumns(CreateSink sink, string option, string columns, PlanNode plan)
    {
        var span = sink.Options.First(o => o.Name.Text == option).ValueSpan;
        var names = plan.Schema.Fields.Select(f => f.Name).Where(n => !PlanBuilder.IsHidden(n)).ToList();
        foreach (var name in columns.Split(',', StringSplitOptions.TrimEntries))
            if (!names.Contains(name)) throw new SqlError(Codes.UnknownColumn, span, $"no column '{name}' in view '{sink.View}'.{Suggestions.OrList(name, names, "Its columns are")}");
    }
}

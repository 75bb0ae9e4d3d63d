using System.Collections.Concurrent;

namespace Millrace.Connectors.Programs;

/// <summary>connector = 'memory': rows of the program that runs the pipeline. Each list of connectors has one of its own; sources and sinks are registered by name.</summary>
/// <example>
/// <code>
/// var connectors = new ConnectorList();
/// var orders = new MemorySource(new Schema(new Field("id", DataType.BigInt), new Field("price", DataType.Decimal(10, 2))));
/// connectors.Memory.Add("orders", orders);
/// orders.Push(1L, 12.50m);
/// orders.Complete();
/// </code>
/// </example>
public sealed class MemoryConnector : Connector
{
    readonly ConcurrentDictionary<string, MemorySource> _sources = new(StringComparer.Ordinal);
    readonly ConcurrentDictionary<string, MemorySink> _sinks = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string Name => "memory";

    /// <inheritdoc/>
    public override string Summary => "Rows of the program that runs the pipeline, as columns.";

    /// <inheritdoc/>
    public override bool NeedsFormat => false;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SourceOptions { get; } = [new("name", "text", null, "The name under which the program registered it; default: the name of the source.")];

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SinkOptions { get; } = [new("name", "text", null, "The name under which the program registered it; default: the name of the sink.")];

    /// <summary>Registers a source; replaces one of that name for pipelines that start later.</summary>
    public MemoryConnector Add(string name, MemorySource source)
    {
        _sources[name] = source;
        return this;
    }

    /// <summary>Registers a sink; replaces one of that name for pipelines that start later.</summary>
    public MemoryConnector Add(string name, MemorySink sink)
    {
        _sinks[name] = sink;
        return this;
    }

    /// <summary>Whether all its rows are there: a program may go on to push rows for as long as it runs.</summary>
    public override bool IsBounded(string source, Options options) => _sources.TryGetValue(options.Text("name", source), out var found) && found.IsComplete;

    /// <inheritdoc/>
    public override ISource CreateSource(SourceContext context)
    {
        var name = context.Options.Text("name", context.Name);
        if (!_sources.TryGetValue(name, out var source)) throw Unknown("source", name, _sources.Keys);
        if (source.Schema.Fields.SequenceEqual(context.Schema.Fields)) return source.Open(context.Name);
        throw new ConnectorException(Fault.User, $"source '{context.Name}' declares ({context.Schema}), but the program's source '{name}' has ({source.Schema}). Make them the same, in the same order.");
    }

    /// <inheritdoc/>
    public override ISink CreateSink(SinkContext context)
    {
        var name = context.Options.Text("name", context.Name);
        return _sinks.TryGetValue(name, out var sink) ? sink.Start() : throw Unknown("sink", name, _sinks.Keys);
    }

    static ConnectorException Unknown(string kind, string name, IEnumerable<string> names)
    {
        var known = names.Order(StringComparer.Ordinal).ToList();
        return new(Fault.User, $"the program registered no {kind} '{name}'" + (known.Count == 0 ? "" : $"; there are {string.Join(", ", known.Select(n => $"'{n}'"))}") +
            $". Call ConnectorList.Memory.Add(\"{name}\", ...) before the pipeline starts.");
    }
}

namespace Millrace.Connectors;

/// <summary>A kind of source or sink that SQL names by <c>connector = '...'</c>: one file each, one line in <see cref="ConnectorList"/>.</summary>
public abstract class Connector
{
    /// <summary>The name.</summary>
    public abstract string Name { get; }

    /// <summary>One sentence.</summary>
    public abstract string Summary { get; }

    /// <summary>Options as a source; null if it cannot be one.</summary>
    public virtual IReadOnlyList<OptionSpec>? SourceOptions => null;

    /// <summary>Options as a sink; null if it cannot be one.</summary>
    public virtual IReadOnlyList<OptionSpec>? SinkOptions => null;

    /// <summary>Whether a source of this kind needs a <c>format</c>.</summary>
    public virtual bool NeedsFormat => true;

    /// <summary>Whether what a source of this kind reads are messages, so that columns may be <see cref="Formats.MessageMetadata"/>.</summary>
    public virtual bool HasMessages => false;

    /// <summary>Whether a source surely ends, so that others may wait for it; where in doubt, false.</summary>
    /// <param name="source">Its name.</param>
    /// <param name="options">Its options.</param>
    public virtual bool IsBounded(string source, Options options) => false;

    /// <summary>Opens nothing yet: makes the source.</summary>
    public virtual ISource CreateSource(SourceContext context) => throw new NotSupportedException($"'{Name}' is no source.");

    /// <summary>Opens nothing yet: makes the sink.</summary>
    public virtual ISink CreateSink(SinkContext context) => throw new NotSupportedException($"'{Name}' is no sink.");
}

/// <summary>What a connector is told when a source is made.</summary>
/// <param name="Name">Name of the source.</param>
/// <param name="Schema">Its declared physical columns.</param>
/// <param name="Options">Its options.</param>
/// <param name="BaseDirectory">What relative paths are relative to: the folder of the SQL file.</param>
/// <param name="DataDirectory">The pipeline's own folder, for journals.</param>
/// <param name="Clock">The outside world's time, for pacing.</param>
public sealed record SourceContext(string Name, Data.Schema Schema, Options Options, string BaseDirectory, string DataDirectory, TimeProvider Clock)
{
    /// <summary>For each column the field of the input it comes from. Default: the columns' names.</summary>
    public IReadOnlyList<string> Paths { get; init; } = [.. Schema.Fields.Select(static f => f.Name)];
}

/// <summary>What a connector is told when a sink is made.</summary>
/// <param name="Name">Name of the sink.</param>
/// <param name="Options">Its options.</param>
/// <param name="BaseDirectory">What relative paths are relative to: the folder of the SQL file.</param>
/// <param name="DataDirectory">The pipeline's own folder.</param>
public sealed record SinkContext(string Name, Options Options, string BaseDirectory, string DataDirectory)
{
    /// <summary>Name of the pipeline: with the sink's it names what a target remembers of the sink.</summary>
    public string Pipeline { get; init; } = "";
}

/// <summary>The built-in connectors; assemblies with further ones add to it at start.</summary>
public sealed class ConnectorList
{
    readonly Dictionary<string, Connector> _connectors = new(StringComparer.Ordinal);

    /// <summary>A list of the built-in ones.</summary>
    public ConnectorList()
    {
        Add(new Files.FileConnector());
        Add(new Generators.GeneratorConnector());
        Add(new Journals.HttpConnector());
        Add(new Journals.StdinConnector());
        Add(Memory);
    }

    /// <summary>Where a program registers its own sources and sinks (<c>connector = 'memory'</c>).</summary>
    public Programs.MemoryConnector Memory { get; } = new();

    /// <summary>All of them.</summary>
    public IEnumerable<Connector> All => _connectors.Values;

    /// <summary>Adds one.</summary>
    public ConnectorList Add(Connector connector)
    {
        _connectors.Add(connector.Name, connector);
        return this;
    }

    /// <summary>Adds one in the place of another of its name, if there is one.</summary>
    public ConnectorList Replace(Connector connector)
    {
        _connectors[connector.Name] = connector;
        return this;
    }

    /// <summary>The connector of a name, or null.</summary>
    public Connector? Find(string name) => _connectors.GetValueOrDefault(name);
}

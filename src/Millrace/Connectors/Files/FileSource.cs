using Millrace.Stores;

namespace Millrace.Connectors.Files;

/// <summary>The files of a path, as one partition or one each.</summary>
sealed class FileSource(SourceContext context) : ISource
{
    readonly FilePattern _pattern = new(context.Options.Text("path", ""), context.BaseDirectory);
    readonly bool _isFollowed = context.Options.Boolean("follow", false);

    public bool CanReplay => true;
    public bool IsBounded => !_isFollowed;
    public double? Pace { get; } = context.Options.Speed("speed", "max");

    public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop)
    {
        var files = Find();
        IReadOnlyList<IPartition> partitions = files.Count > 0 && context.Options.Text("partitions", "one") == "files"
            ? [.. files.Select((f, i) => new FilePartition(i, Path.GetFileName(f), [f], null, _isFollowed, context.Clock))]
            : [new FilePartition(0, _pattern.Path, files, _isFollowed && _pattern.MayGrow ? _pattern : null, _isFollowed, context.Clock)];
        return new(partitions);
    }

    /// <summary>The files there are now; none only where they may still come.</summary>
    /// <exception cref="ConnectorException">There are none, or they cannot be looked for.</exception>
    public IReadOnlyList<string> Find()
    {
        try
        {
            var files = _pattern.Find();
            if (files.Count == 0 && !(_isFollowed && _pattern.MayGrow)) throw _pattern.Empty();
            return files;
        }
        catch (ConnectorException e)
        {
            throw new ConnectorException(e.Fault, $"source '{context.Name}': {e.Message}", e.InnerException);
        }
    }

    public ValueTask DisposeAsync() => default;
}

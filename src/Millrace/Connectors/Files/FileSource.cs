using Millrace.Stores;

namespace Millrace.Connectors.Files;

/// <summary>The files of a path, as one partition or one each.</summary>
sealed class FileSource(SourceContext context) : ISource
{
    readonly FilePattern _pattern = new(context.Options.Text("path", ""), context.BaseDirectory);
    readonly bool _isFollowed = context.Options.Boolean("follow", false);
    readonly bool _isEach = context.Options.Text("partitions", "one") == "files";
    NewFiles? _arriving;

    public bool IsBounded => !_isFollowed;
    public double? Pace { get; } = context.Options.Speed("speed", "max");

    public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop)
    {
        var files = Find(mayBeEmpty: from.Count > 0);
        try
        {
            return new(_isEach && (files.Count > 0 || from.Count > 0 || _isFollowed && _pattern.MayGrow) ? Each(files, from) : [One(files, from)]);
        }
        catch (ConnectorException e)
        {
            throw Named(e);
        }
    }

    FilePartition One(IReadOnlyList<string> files, IReadOnlyList<SourcePosition> from)
    {
        if (from.Any(p => p.Partition != 0)) throw Divided();
        return new(0, _pattern.Path, _pattern, files, new KnownFiles(files), _isFollowed && _pattern.MayGrow, _isFollowed, from.FirstOrDefault(), context.Clock);
    }

    /// <summary>A file has the number that it had in the checkpoint, whatever came before it in the order of names; further ones are numbered behind.</summary>
    List<IPartition> Each(IReadOnlyList<string> files, IReadOnlyList<SourcePosition> from)
    {
        var partitions = new List<IPartition>();
        var known = new HashSet<string>(StringComparer.Ordinal);
        var all = new KnownFiles(files);
        foreach (var position in from.OrderBy(p => p.Partition))
        {
            if (ReadFiles.Parse(position.Mark ?? "", out _) is not [{ Name: var name }, ..] read || !_isFollowed && read.Count > 1) throw Divided();
            var path = _pattern.PathOf(name);
            known.UnionWith(read.Select(f => _pattern.PathOf(f.Name)));
            partitions.Add(new FilePartition(position.Partition, name, _pattern, File.Exists(path) ? [path] : [], all, false, _isFollowed, position, context.Clock));
        }
        var next = from.Count == 0 ? 0 : from.Max(p => p.Partition) + 1;
        foreach (var path in files.Where(f => !known.Contains(f)))
            partitions.Add(new FilePartition(next++, _pattern.NameOf(path), _pattern, [path], all, false, _isFollowed, null, context.Clock));
        if (!_isFollowed || !_pattern.MayGrow) return partitions;
        _arriving = new(_pattern, all, context.Clock);
        for (var place = 0; place < NewFiles.Places; place++)
            partitions.Add(new FilePartition(next++, $"{_pattern.Path}, later files ({place + 1})", _pattern, [], all, false, true, null, context.Clock) { Arriving = (_arriving, place) });
        return partitions;
    }

    ConnectorException Divided() => new(Fault.User,
        $"partitions = '{(_isEach ? "files" : "one")}': the checkpoint read '{_pattern.Path}' in the other way. Set partitions back to what it was, or start anew with --from fresh.");

    /// <summary>The files there are now; none only where they may still come.</summary>
    /// <exception cref="ConnectorException">There are none, or they cannot be looked for.</exception>
    public IReadOnlyList<string> Find(bool mayBeEmpty = false)
    {
        try
        {
            var files = mayBeEmpty && !_pattern.MayGrow ? _pattern.FindIfThere() : _pattern.Find();
            if (files.Count == 0 && !mayBeEmpty && !(_isFollowed && _pattern.MayGrow)) throw _pattern.Empty();
            return files;
        }
        catch (ConnectorException e)
        {
            throw Named(e);
        }
    }

    ConnectorException Named(ConnectorException e) => new(e.Fault, $"source '{context.Name}': {e.Message}", e.InnerException);

    public ValueTask DisposeAsync()
    {
        _arriving?.Dispose();
        return default;
    }
}

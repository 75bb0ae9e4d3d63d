namespace Millrace.Connectors.Files;

/// <summary>The files that a followed source has found. One that only has another name now, as a log that was rotated, is no new one.</summary>
sealed class KnownFiles
{
    readonly Dictionary<string, DateTime> _created = new(StringComparer.Ordinal);

    public KnownFiles(IEnumerable<string> paths)
    {
        foreach (var path in paths) Know(path);
    }

    /// <summary>Counts a file as found.</summary>
    public void Know(string path) => _created.TryAdd(path, File.GetCreationTimeUtc(path));

    /// <summary>Whether a file is new; it is known from then on.</summary>
    public bool TakeIfNew(string path)
    {
        if (_created.ContainsKey(path)) return false;
        var created = File.GetCreationTimeUtc(path);
        var isRenamed = _created.Any(known => known.Value == created && (!File.Exists(known.Key) || File.GetCreationTimeUtc(known.Key) != created));
        _created.Add(path, created);
        return !isRenamed;
    }
}

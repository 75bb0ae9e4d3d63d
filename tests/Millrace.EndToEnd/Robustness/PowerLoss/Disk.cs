namespace Millrace.EndToEnd.Robustness.PowerLoss;

/// <summary>A disk that holds for sure only what was synced: of the rest a power loss leaves nothing, all, a beginning, any part, or torn pieces.</summary>
/// <remarks>
/// As strict as POSIX: the sync of a file does not keep its name, only that of its folder does; names that change are kept or not, each in the order of its changes. A write is torn between sectors of 512 bytes.
/// What is mapped into memory (SQLite's -shm) is not seen and left out: it is made anew by whoever opens the database first.
/// </remarks>
sealed class Disk
{
    const int SectorBytes = 512;

    readonly Dictionary<string, Node> _names = new(StringComparer.Ordinal);
    readonly Dictionary<string, Node?> _durableNames = new(StringComparer.Ordinal);
    readonly List<(string Folder, string Path, Node? Node)> _changes = []; // of names, not synced yet

    sealed class Node(bool isFolder)
    {
        public bool IsFolder => isFolder;
        public List<byte> Durable { get; private set; } = [];
        public List<DiskCall> Waiting { get; } = [];

        public void Sync(double before)
        {
            foreach (var call in Waiting.Where(c => c.Ended <= before)) Apply(Durable, call.Kind, call.At, call.Bytes);
            Waiting.RemoveAll(c => c.Ended <= before);
        }

        /// <summary>What is left of it.</summary>
        public List<byte> Left(Random random)
        {
            var left = new List<byte>(Durable);
            var way = random.Next(5);
            var stays = random.Next(Waiting.Count + 1);
            for (var i = 0; i < Waiting.Count; i++)
            {
                var call = Waiting[i];
                if (way == 0 || way == 2 && i > stays || way == 3 && random.Next(2) == 0) continue;
                if (call.Kind != CallKind.Write || way is not (2 or 4) || way == 2 && i < stays) Apply(left, call.Kind, call.At, call.Bytes);
                else
                    // Some of its sectors.
                    for (var at = 0; at < call.Bytes!.Length;)
                    {
                        var end = (int)Math.Min(call.Bytes.Length, ((call.At + at) / SectorBytes + 1) * SectorBytes - call.At);
                        if (random.Next(2) == 0) Apply(left, CallKind.Write, call.At + at, call.Bytes[at..end]);
                        at = end;
                    }
            }
            return left;
        }

        static void Apply(List<byte> bytes, CallKind kind, long at, byte[]? written)
        {
            var end = (int)at + (written?.Length ?? 0);
            if (kind == CallKind.Cut && end < bytes.Count) bytes.RemoveRange(end, bytes.Count - end);
            if (bytes.Count < end) bytes.AddRange(new byte[end - bytes.Count]);
            for (var i = 0; i < written?.Length; i++) bytes[(int)at + i] = written[i];
        }
    }

    /// <summary>A disk on which there is one folder.</summary>
    public Disk(string folder) => _names[folder] = _durableNames[folder] = new(isFolder: true);

    /// <summary>Does what a process did up to a moment.</summary>
    /// <param name="calls">Its calls.</param>
    /// <param name="until">The moment; what was under way then may have been done in part.</param>
    /// <param name="syncs">Which syncs are done: all, but where a test asks what would be lost without them.</param>
    public void Do(IEnumerable<DiskCall> calls, double until, Func<DiskCall, bool> syncs)
    {
        foreach (var call in calls)
        {
            if (call.Began > until || call.Ended > until && call.Kind != CallKind.Write) continue;
            switch (call.Kind)
            {
                case CallKind.CreateFile when _names.TryGetValue(call.Path, out var known):
                    if (call.At == 0) known.Waiting.Add(call with { Kind = CallKind.Cut });
                    break;
                case CallKind.CreateFile or CallKind.CreateFolder: Name(call.Path, new(call.Kind == CallKind.CreateFolder)); break;
                case CallKind.Delete: Name(call.Path, null); break;
                case CallKind.Rename:
                    Name(call.To!, _names[call.Path]);
                    Name(call.Path, null);
                    break;
                case CallKind.Sync when !syncs(call): break;
                case CallKind.Sync:
                    if (!_names.TryGetValue(call.Path, out var synced)) break;
                    synced.Sync(call.Began);
                    if (!synced.IsFolder) break;
                    foreach (var (_, path, node) in _changes.Where(c => c.Folder == call.Path)) _durableNames[path] = node;
                    _changes.RemoveAll(c => c.Folder == call.Path);
                    break;
                default: _names[call.Path].Waiting.Add(call); break;
            }
        }
    }

    void Name(string path, Node? node)
    {
        if (node is null) _names.Remove(path);
        else _names[path] = node;
        _changes.Add((Path.GetDirectoryName(path)!, path, node));
    }

    /// <summary>Puts what a power loss leaves into a real folder.</summary>
    /// <param name="from">The folder on this disk.</param>
    /// <param name="to">The real one.</param>
    /// <param name="random">Decides what is left.</param>
    public void Lose(string from, string to, Random random)
    {
        var names = new Dictionary<string, Node?>(_durableNames, StringComparer.Ordinal);
        var way = random.Next(3);
        foreach (var ofName in _changes.GroupBy(c => c.Path))
        {
            var changes = ofName.ToList();
            var kept = way switch { 0 => 0, 1 => changes.Count, _ => random.Next(changes.Count + 1) };
            if (kept > 0) names[ofName.Key] = changes[kept - 1].Node;
        }
        bool IsThere(string path) => path == from || names.GetValueOrDefault(path) is not null && IsThere(Path.GetDirectoryName(path)!);
        foreach (var (path, node) in names.OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            if (node is null || !IsThere(path) || path.EndsWith("-shm", StringComparison.Ordinal)) continue;
            var real = Path.Combine(to, Path.GetRelativePath(from, path));
            if (node.IsFolder) Directory.CreateDirectory(real);
            else File.WriteAllBytes(real, [.. node.Left(random)]);
        }
    }
}

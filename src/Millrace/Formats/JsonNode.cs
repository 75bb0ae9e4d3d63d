using System.Text;
using Millrace.Data;

namespace Millrace.Formats;

/// <summary>The fields of an object that somebody reads, as a tree of dotted paths.</summary>
sealed class JsonNode
{
    const int RememberedMax = 1024;

    readonly List<(string Name, byte[] Bytes, JsonNode Node)> _children = [];
    (byte[]? Key, ulong Hash, JsonMatch Match)[] _known = new (byte[]?, ulong, JsonMatch)[64];
    int _knownCount;

    /// <summary>The path that ends here, or -1.</summary>
    public int Target { get; private set; } = -1;

    public bool HasChildren => _children.Count > 0;

    /// <summary>The paths that end below.</summary>
    public int[] Below { get; private set; } = [];

    /// <summary>Adds a path: as a whole name, and as a way down if it has dots.</summary>
    public void Add(string path, int target)
    {
        var whole = Child(path);
        if (whole.Target < 0) whole.Target = target;
        if (!path.Contains('.')) return;
        var node = this;
        foreach (var part in path.Split('.')) node = node.Child(part);
        if (node.Target < 0) node.Target = target;
    }

    JsonNode Child(string name)
    {
        foreach (var child in _children)
            if (child.Name == name) return child.Node;
        var node = new JsonNode();
        _children.Add((name, Encoding.UTF8.GetBytes(name), node));
        return node;
    }

    /// <summary>Called once when all paths are in.</summary>
    public void Finish()
    {
        foreach (var child in _children) child.Node.Finish();
        Below = [.. _children.SelectMany(static c => c.Node.Target >= 0 ? [c.Node.Target, .. c.Node.Below] : c.Node.Below)];
    }

    /// <summary>The child of a key: exactly named, else the first that is equal without regard to case.</summary>
    public JsonMatch Find(ReadOnlySpan<byte> key)
    {
        var hash = Hash64.Of(key);
        var mask = _known.Length - 1;
        var slot = (int)(hash >> 32) & mask;
        for (; _known[slot].Key is { } known; slot = (slot + 1) & mask)
            if (_known[slot].Hash == hash && key.SequenceEqual(known)) return _known[slot].Match;

        var match = Search(key);
        if (_knownCount < RememberedMax && key.Length <= 64)
        {
            _known[slot] = (key.ToArray(), hash, match);
            if (++_knownCount * 2 > _known.Length) Grow();
        }
        return match;
    }

    JsonMatch Search(ReadOnlySpan<byte> key)
    {
        foreach (var child in _children)
            if (key.SequenceEqual(child.Bytes)) return new(child.Node, true);
        var text = Encoding.UTF8.GetString(key);
        foreach (var child in _children)
            if (string.Equals(child.Name, text, StringComparison.OrdinalIgnoreCase)) return new(child.Node, false);
        return default;
    }

    void Grow()
    {
        var old = _known;
        _known = new (byte[]?, ulong, JsonMatch)[old.Length * 2];
        foreach (var entry in old)
        {
            if (entry.Key is null) continue;
            var slot = (int)(entry.Hash >> 32) & (_known.Length - 1);
            while (_known[slot].Key is not null) slot = (slot + 1) & (_known.Length - 1);
            _known[slot] = entry;
        }
    }
}

/// <summary>What a key leads to; the default value is nothing.</summary>
readonly record struct JsonMatch(JsonNode? Child, bool IsExact);

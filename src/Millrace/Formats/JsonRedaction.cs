using System.Text;

namespace Millrace.Formats;

/// <summary>Replaces values in a raw JSON record.</summary>
static class JsonRedaction
{
    /// <summary>
    /// The record with the values of some columns' fields as "***", wherever and however often they stand, in any case; null where the record is no
    /// JSON object and so nothing can be told about it.
    /// </summary>
    public static byte[]? Apply(ReadOnlySpan<byte> record, DecoderContext context, IReadOnlySet<int> columns)
    {
        var bytes = record.ToArray();
        var at = JsonScanner.SkipBlanks(bytes, 0, bytes.Length);
        if (at == bytes.Length || bytes[at] != (byte)'{' || JsonScanner.SkipValue(bytes, at, bytes.Length, out _) is var end && end < 0) return null;
        if (JsonScanner.SkipBlanks(bytes, end, bytes.Length) != bytes.Length) return null;
        var target = new List<byte>(bytes.Length);
        var copied = 0;
        Walk(bytes, at, "", [.. columns.Select(c => context.Paths[c])], target, ref copied);
        target.AddRange(bytes.AsSpan(copied));
        return [.. target];
    }

    // The object is known to be well-formed.
    static int Walk(byte[] bytes, int at, string prefix, List<string> paths, List<byte> target, ref int copied)
    {
        at = JsonScanner.SkipBlanks(bytes, at + 1, bytes.Length);
        var name = new byte[bytes.Length];
        while (bytes[at] != (byte)'}')
        {
            if (bytes[at] == (byte)',') at = JsonScanner.SkipBlanks(bytes, at + 1, bytes.Length);
            var keyEnd = JsonScanner.SkipString(bytes, at + 1, bytes.Length, out _, out _);
            var length = JsonScanner.Unescape(bytes.AsSpan(at + 1, keyEnd - at - 2), name, out _);
            var path = prefix + Encoding.UTF8.GetString(name, 0, Math.Max(0, length));
            at = JsonScanner.SkipBlanks(bytes, JsonScanner.SkipBlanks(bytes, keyEnd, bytes.Length) + 1, bytes.Length);
            var end = JsonScanner.SkipValue(bytes, at, bytes.Length, out _);
            if (paths.Exists(p => string.Equals(p, path, StringComparison.OrdinalIgnoreCase) || path.StartsWith(p + ".", StringComparison.OrdinalIgnoreCase)))
            {
                target.AddRange(bytes.AsSpan(copied, at - copied));
                target.AddRange("\"***\""u8);
                copied = end;
            }
            else if (bytes[at] == (byte)'{') Walk(bytes, at, path + ".", paths, target, ref copied);
            at = JsonScanner.SkipBlanks(bytes, end, bytes.Length);
        }
        return at + 1;
    }
}

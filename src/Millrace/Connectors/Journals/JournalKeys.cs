using System.Globalization;
using System.Text;
using Millrace.Data;
using Millrace.Stores;

namespace Millrace.Connectors.Journals;

/// <summary>The idempotency keys of segments that were dropped, in a file of their own beside those that are there.</summary>
/// <remarks>Lines of records, position and key, then a line with the CRC-32C of all before. Written anew, whole, whenever segments are dropped: 100,000 keys are about 5 MB.</remarks>
static class JournalKeys
{
    static string PathIn(string folder) => Path.Combine(folder, "dropped.keys");

    public static void Save(string folder, IEnumerable<(string Key, int Count, long Position)> keys)
    {
        var text = new StringBuilder();
        foreach (var (key, count, position) in keys) text.Append(CultureInfo.InvariantCulture, $"{count} {position} {Uri.EscapeDataString(key)}\n");
        var bytes = Encoding.ASCII.GetBytes(text.ToString());
        var path = PathIn(folder);
        using (var file = new FileStream(path + ".new", FileMode.Create))
        {
            file.Write(bytes);
            file.Write(Encoding.ASCII.GetBytes(Sum(bytes)));
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path, overwrite: true);
        Durability.SyncFolder(folder);
    }

    static string Sum(ReadOnlySpan<byte> bytes) => Crc32C.Append(0, bytes).ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>Tells of each key in the order in which they came: key, records, position behind them.</summary>
    /// <exception cref="ConnectorException">The file is damaged.</exception>
    public static void Load(string folder, Action<string, int, long> onKey)
    {
        var path = PathIn(folder);
        if (!File.Exists(path)) return;
        var bytes = File.ReadAllBytes(path);
        var end = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
        if (!bytes.AsSpan(end).SequenceEqual(Encoding.ASCII.GetBytes(Sum(bytes.AsSpan(0, end)))))
        {
            throw new ConnectorException(Fault.External,
                $"'{path}' is damaged: its checksum is wrong. Restore it from a backup, or delete it: rows that clients send again with an old key are then counted twice.");
        }
        foreach (var line in Encoding.ASCII.GetString(bytes, 0, end).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ', 3);
            onKey(Uri.UnescapeDataString(parts[2]), int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
        }
    }

    public static void Delete(string folder) => File.Delete(PathIn(folder));
}

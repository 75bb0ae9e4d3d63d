using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Millrace.Connectors.Files.Partitions;

/// <summary>Where the rows of one partition go: a path with the values of its columns in it, written so that no value leads out of the folder or to the file of another.</summary>
/// <remarks>
/// <c>out/{day}/{hour}.csv</c> has the values where the names stand; a path without names is a folder, in which <c>day=2024-03-01/hour=10/rows.csv</c> lies as Hive has it. Of a value
/// letters, digits, <c>-</c>, <c>_</c> and <c>.</c> stand as they are (the last two not at its beginning), every other byte as <c>%</c> and two hexadecimal digits. NULL is
/// <c>__HIVE_DEFAULT_PARTITION__</c>, the empty text <c>__EMPTY__</c>; what is longer than 120 characters is cut and ends in <c>~</c> and its SHA-256.
/// </remarks>
sealed class PartitionPath
{
    const int MaxLength = 120;
    static readonly SearchValues<byte> s_plain = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."u8);

    readonly List<(string Text, int Column)> _parts = [];

    /// <param name="path">The path, relative or not.</param>
    /// <param name="columns">Names of the columns that rows are divided by.</param>
    /// <param name="file">Name of the file in a folder of its own, where the path says none.</param>
    /// <exception cref="FormatException">The path does not name each column, or another one.</exception>
    public PartitionPath(string path, IReadOnlyList<string> columns, string file)
    {
        if (!path.Contains('{', StringComparison.Ordinal))
        {
            for (var i = 0; i < columns.Count; i++) Add((i == 0 ? path.TrimEnd('/', Path.DirectorySeparatorChar) + "/" : "/") + Encode(Encoding.UTF8.GetBytes(columns[i])) + "=", i);
            Add("/" + file, -1);
            Folder = path;
            return;
        }
        for (var at = 0; at < path.Length;)
        {
            var open = path.IndexOf('{', at);
            if (open < 0)
            {
                Add(path[at..], -1);
                break;
            }
            var close = path.IndexOf('}', open);
            if (close < 0) throw new FormatException("a { without }");
            var name = path[(open + 1)..close];
            var column = columns.ToList().IndexOf(name);
            if (column < 0) throw new FormatException($"{{{name}}} is not among the columns of partition_by ({string.Join(", ", columns)})");
            Add(path[at..open], column);
            at = close + 1;
        }
        for (var i = 0; i < columns.Count; i++)
            if (_parts.All(p => p.Column != i)) throw new FormatException($"partition_by has '{columns[i]}', so the path needs {{{columns[i]}}}: otherwise partitions would share a file");
        // Two values without anything between them could be cut in another place.
        for (var i = 1; i < _parts.Count; i++)
            if (_parts[i] is { Text: "", Column: >= 0 }) throw new FormatException("two columns of the path stand side by side: put a / or another sign between them");
        Folder = Path.GetDirectoryName(_parts[0].Text + "x") ?? "";
    }

    void Add(string text, int column) => _parts.Add((text, column));

    /// <summary>The folder in which all files lie: the part of the path that is the same for all of them.</summary>
    public string Folder { get; }

    /// <summary>The path for values in text form, one for each column; null is NULL.</summary>
    public string Of(IReadOnlyList<byte[]?> values)
    {
        var path = new StringBuilder();
        foreach (var (text, column) in _parts)
        {
            path.Append(text);
            if (column >= 0) path.Append(values[column] is { } value ? Encode(value) : "__HIVE_DEFAULT_PARTITION__");
        }
        return path.ToString();
    }

    /// <summary>A text as a part of a file name.</summary>
    public static string Encode(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty) return "__EMPTY__";
        var name = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length && name.Length <= MaxLength; i++)
        {
            if (s_plain.Contains(value[i]) && (i > 0 || value[i] is not ((byte)'.' or (byte)'_'))) name.Append((char)value[i]);
            else name.Append('%').Append(value[i].ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
        }
        if (name.Length <= MaxLength) return name.ToString();
        return name.ToString(0, MaxLength - 65) + "~" + Convert.ToHexString(SHA256.HashData(value));
    }
}

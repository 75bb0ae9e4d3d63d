using System.Globalization;
using System.Text;

namespace Millrace.Connectors.Files;

/// <summary>A file that a partition has begun to read.</summary>
/// <param name="Start">The partition's position of its first byte.</param>
/// <param name="Name">Its name in the pattern (<see cref="FilePattern.NameOf"/>).</param>
/// <param name="Head">How it begins, as far as that was read.</param>
readonly record struct ReadFile(long Start, string Name, FileHead Head);

/// <summary>The first bytes of a file, by which it is known again: a file may be moved, copied or replaced by another of its name.</summary>
/// <param name="Bytes">How many (unpacked), <see cref="MaxBytes"/> at most.</param>
/// <param name="Checksum">Their CRC-32C.</param>
readonly record struct FileHead(int Bytes, uint Checksum)
{
    public const int MaxBytes = 1024;
}

/// <summary>The files that a partition has read, in the order in which it read them, as the text that a checkpoint keeps (<see cref="IPartition.Mark"/>).</summary>
/// <remarks>A line a file: position, bytes and checksum of its head, name. A last line "end" where the partition came to its end. The order must be known: a file that comes later may stand before others by its name.</remarks>
static class ReadFiles
{
    const string End = "end";

    public static string ToText(IEnumerable<ReadFile> files, bool isAtEnd)
    {
        var text = new StringBuilder();
        foreach (var (start, name, head) in files)
            text.Append(CultureInfo.InvariantCulture, $"{start} {head.Bytes} {head.Checksum:x8} {name.Replace("%", "%25", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal)}\n");
        if (isAtEnd) text.Append(End);
        return text.ToString();
    }

    public static List<ReadFile> Parse(string text, out bool isAtEnd)
    {
        var files = new List<ReadFile>();
        isAtEnd = false;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line == End)
            {
                isAtEnd = true;
                break;
            }
            var parts = line.Split(' ', 4);
            var head = new FileHead(int.Parse(parts[1], CultureInfo.InvariantCulture), uint.Parse(parts[2], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            files.Add(new(long.Parse(parts[0], CultureInfo.InvariantCulture), parts[3].Replace("%0A", "\n", StringComparison.Ordinal).Replace("%25", "%", StringComparison.Ordinal), head));
        }
        return files;
    }
}

using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Millrace.EndToEnd.Robustness.PowerLoss;

/// <summary>What a system call does to the disk.</summary>
enum CallKind { CreateFile, CreateFolder, Write, Cut, Sync, Delete, Rename }

/// <summary>A system call of a process that reached the disk, as strace wrote it down.</summary>
/// <param name="Began">When it was called, in seconds.</param>
/// <param name="Ended">When it returned.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Path">To which file or folder.</param>
/// <param name="At">Offset of a write, length after a cut.</param>
/// <param name="Bytes">What is written.</param>
/// <param name="To">The new name of what is renamed.</param>
sealed partial record DiskCall(double Began, double Ended, CallKind Kind, string Path, long At = 0, byte[]? Bytes = null, string? To = null)
{
    /// <summary>The calls that the model knows; others that could change a file are traced too, so that one that appears is noticed.</summary>
    public const string Traced = "openat,open,creat,write,writev,pwrite64,pwritev,pwritev2,ftruncate,truncate,fallocate,copy_file_range,fsync,fdatasync,sync_file_range,unlink,unlinkat,rename,renameat,renameat2,mkdir,mkdirat,rmdir,link,symlink";

    /// <summary>Reads the log of strace -f -ttt -y -xx: what was done below a folder, in the order in which it was done.</summary>
    public static List<DiskCall> Read(IEnumerable<string> log, string folder)
    {
        var calls = new List<DiskCall>();
        var begun = new Dictionary<string, (double At, string Text)>();
        foreach (var line in log)
        {
            var parts = line.Split(' ', 3, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length < 3 || parts[2] is ['+' or '-', ..]) continue;
            var (process, at, text) = (parts[0], double.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]);
            var began = at;
            if (text.EndsWith("<unfinished ...>", StringComparison.Ordinal))
            {
                begun[process] = (at, text[..^"<unfinished ...>".Length]);
                continue;
            }
            if (text.StartsWith("<... ", StringComparison.Ordinal))
            {
                if (!begun.Remove(process, out var first)) continue;
                (began, text) = (first.At, first.Text.TrimEnd() + text[(text.IndexOf("resumed>", StringComparison.Ordinal) + "resumed>".Length)..]);
            }
            if (Of(began, at, text) is { } call && (call.Path == folder || call.Path.StartsWith(folder + "/", StringComparison.Ordinal))) calls.Add(call);
        }
        // Those that a kill cut off may have been done or not, like any that is not synced.
        return calls;
    }

    static DiskCall? Of(double began, double ended, string text)
    {
        var result = Result().Match(text);
        if (!result.Success || result.Value.Contains("= -1", StringComparison.Ordinal)) return null;
        var texts = Quoted().Matches(text).Select(m => Unescaped(m.Groups[1].Value)).ToList();
        string Name(int index) => Encoding.UTF8.GetString(texts[index]);
        var handle = Handle().Match(text) is { Success: true } match ? Encoding.UTF8.GetString(Unescaped(match.Groups[1].Value)) : "";
        DiskCall New(CallKind kind, string path) => new(began, ended, kind, path);
        long Last(string pattern) => long.Parse(Regex.Match(text, pattern).Groups[1].Value, CultureInfo.InvariantCulture);
        if (handle.EndsWith("(deleted)", StringComparison.Ordinal) || text.Contains(">(deleted)", StringComparison.Ordinal)) return null;
        switch (text[..text.IndexOf('(')])
        {
            case "openat" or "open" when text.Contains("O_CREAT", StringComparison.Ordinal): return New(CallKind.CreateFile, Name(0)) with { At = text.Contains("O_TRUNC", StringComparison.Ordinal) ? 0 : -1 };
            case "mkdir": return New(CallKind.CreateFolder, Name(0));
            case "pwrite64": return New(CallKind.Write, handle) with { At = Last(", (\\d+)\\) *="), Bytes = texts[0] };
            case "pwritev": return New(CallKind.Write, handle) with { At = Last(", (\\d+)\\) *="), Bytes = [.. texts.SelectMany(t => t)] };
            case "ftruncate": return New(CallKind.Cut, handle) with { At = Last(", (\\d+)\\) *=") };
            case "fsync" or "fdatasync": return New(CallKind.Sync, handle);
            case "unlink": return New(CallKind.Delete, Name(0));
            case "unlinkat" or "rmdir": return New(CallKind.Delete, Name(0));
            case "rename": return New(CallKind.Rename, Name(0)) with { To = Name(1) };
            case "open" or "openat": return null;
            case var other:
                var about = texts.Count > 0 && handle.Length == 0 ? Name(0) : handle;
                return about.Contains("millrace-", StringComparison.Ordinal) ? throw new NotSupportedException($"The model of the disk does not know '{other}' of '{about}': add it.") : null;
        }
    }

    static byte[] Unescaped(string escaped)
    {
        var bytes = new byte[escaped.Length / 4];
        for (var i = 0; i < bytes.Length; i++) bytes[i] = byte.Parse(escaped.AsSpan(i * 4 + 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        return bytes;
    }

    [GeneratedRegex("\\) *= [^=]*$")]
    private static partial Regex Result();

    [GeneratedRegex("\"((?:\\\\x[0-9a-f]{2})*)\"")]
    private static partial Regex Quoted();

    [GeneratedRegex("^\\w+\\(\\d+<((?:\\\\x[0-9a-f]{2})*)>")]
    private static partial Regex Handle();
}

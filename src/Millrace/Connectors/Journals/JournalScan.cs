using System.Text;
using Microsoft.Win32.SafeHandles;
using Millrace.Data;

namespace Millrace.Connectors.Journals;

/// <summary>What a start finds in the folder of a journal: its segments, checked byte by byte, the torn tail of the last one cut off.</summary>
/// <remarks>
/// A process or machine that dies while it appends leaves a last frame that is not whole. Nobody was told that its rows are durable, so it is cut off; the bytes that are cut stand
/// in a file .torn beside the segment, until the next time, in case it was the disk that failed. Damage anywhere else is an error. About a second a gigabyte.
/// </remarks>
static class JournalScan
{
    /// <summary>The segments in order, each with its durable end.</summary>
    /// <param name="folder">The journal's folder.</param>
    /// <param name="onKey">Told of each idempotency key in order: key, records, position behind them.</param>
    /// <param name="isFinished">Whether the last frame ends the stream.</param>
    /// <exception cref="ConnectorException">A segment is damaged, or missing between others.</exception>
    public static List<Segment> Run(string folder, Action<string, int, long> onKey, out bool isFinished)
    {
        isFinished = false;
        var segments = new List<Segment>();
        var paths = Directory.GetFiles(folder, "*.journal").Order(StringComparer.Ordinal).ToList();
        for (var i = 0; i < paths.Count; i++)
        {
            using var handle = File.OpenHandle(paths[i], FileMode.Open, FileAccess.ReadWrite);
            var isLast = i == paths.Count - 1;
            var length = RandomAccess.GetLength(handle);
            var head = new byte[Math.Min(length, 1 << 20)];
            var read = RandomAccess.Read(handle, head, 0);
            var segment = Segment.Read(paths[i], head.AsSpan(0, read));
            if (segment is null && isLast && length <= 1 << 16 && !HasFrames(head))
            {
                // The machine died while it made the file.
                handle.Dispose();
                File.Delete(paths[i]);
                break;
            }
            if (segment is null) throw Damaged(paths[i], 0, "its head is not that of a journal");
            if (segments.Count > 0 && segments[^1].End != segment.Start)
                throw Damaged(paths[i], 0, $"it begins at position {segment.Start:N0}, but the file before it ends at {segments[^1].End:N0}");
            Frames(handle, segment, length, onKey, out isFinished);
            if (segment.FileLength < length)
            {
                if (!isLast) throw Damaged(paths[i], segment.FileLength, "a frame is not whole or its checksum is wrong");
                Cut(handle, segment, length);
            }
            segments.Add(segment);
        }
        return segments;
    }

    static bool HasFrames(ReadOnlySpan<byte> bytes) => bytes.IndexOf("MRF1"u8) >= 0;

    static ConnectorException Damaged(string path, long at, string what) => new(Fault.External,
        $"the journal '{path}' is damaged at byte {at:N0}: {what}. Restore the file from a backup, or move it and the files after it away: their rows are then missing in the results.");

    static void Frames(SafeFileHandle handle, Segment segment, long length, Action<string, int, long> onKey, out bool isFinished)
    {
        isFinished = false;
        var window = new byte[1 << 20];
        long at = segment.FileLength, windowAt = at;
        var filled = 0;
        while (at < length)
        {
            if (!Need(Segment.FrameBytes) || !Frame.TryRead(window.AsSpan((int)(at - windowAt), filled - (int)(at - windowAt)), out var frame)) break;
            if (frame.Position != segment.End || frame.Bytes > length - at || !Need((int)Math.Min(frame.Bytes, int.MaxValue))) break;
            var bytes = window.AsSpan((int)(at - windowAt), (int)frame.Bytes);
            if (Crc32C.Append(Crc32C.Append(0, bytes[..24]), bytes[Segment.FrameBytes..]) != frame.Checksum) break;
            at += frame.Bytes;
            (segment.FileLength, segment.End, isFinished) = (at, segment.End + frame.Records, frame.IsEnd);
            if (frame.KeyBytes > 0) onKey(Encoding.UTF8.GetString(bytes.Slice(Segment.FrameBytes, frame.KeyBytes)), frame.Count, segment.End);
        }

        bool Need(int bytes)
        {
            var have = filled - (int)(at - windowAt);
            if (have >= bytes) return true;
            if (at + bytes > length) return false;
            window.AsSpan((int)(at - windowAt), have).CopyTo(window);
            if (bytes > window.Length) Array.Resize(ref window, bytes);
            (windowAt, filled) = (at, have);
            while (filled < window.Length)
            {
                var count = RandomAccess.Read(handle, window.AsSpan(filled), windowAt + filled);
                if (count == 0) break;
                filled += count;
            }
            return filled >= bytes;
        }
    }

    static void Cut(SafeFileHandle handle, Segment segment, long length)
    {
        using (var torn = new FileStream(segment.Path + ".torn", FileMode.Create))
        {
            var buffer = new byte[1 << 16];
            for (var at = segment.FileLength; at < length;)
            {
                var count = RandomAccess.Read(handle, buffer, at);
                if (count == 0) break;
                torn.Write(buffer.AsSpan(0, count));
                at += count;
            }
        }
        RandomAccess.SetLength(handle, segment.FileLength);
        RandomAccess.FlushToDisk(handle);
    }
}

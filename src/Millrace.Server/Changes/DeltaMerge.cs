using System.Buffers;
using System.Text;
using Millrace.Data;
using Millrace.Time;

namespace Millrace.Server.Changes;

/// <summary>Several deltas of a view as one event: of each key what the last of them says.</summary>
static class DeltaMerge
{
    /// <summary>The data of the event, less its opening bracket.</summary>
    public static byte[] Write(ViewFeed feed, ReadOnlySpan<ViewDelta> deltas, long version, Frontier frontier)
    {
        var last = feed.IsAppend ? Every(deltas) : Last(deltas);
        var output = new ArrayBufferWriter<byte>(1024);
        output.Write(Encoding.UTF8.GetBytes($"\"version\":{version},\"watermark\":{(RowJson.Watermark(frontier) is { } w ? $"\"{w}\"" : "null")},\"upserts\":["));
        Write(last, isDeleted: false, output);
        output.Write("],\"deletes\":["u8);
        Write(last, isDeleted: true, output);
        output.Write("]}"u8);
        return output.WrittenSpan.ToArray();
    }

    static void Write(List<(ViewDelta Delta, int Row)> rows, bool isDeleted, ArrayBufferWriter<byte> output)
    {
        var isFirst = true;
        foreach (var (delta, row) in rows)
        {
            if (delta.Rows[row].IsDeleted != isDeleted) continue;
            if (!isFirst) output.Write(","u8);
            isFirst = false;
            output.Write(delta.JsonOf(delta.Rows[row]));
        }
    }

    static List<(ViewDelta Delta, int Row)> Every(ReadOnlySpan<ViewDelta> deltas)
    {
        var rows = new List<(ViewDelta, int)>();
        foreach (var delta in deltas)
            for (var i = 0; i < delta.Rows.Length; i++) rows.Add((delta, i));
        return rows;
    }

    static List<(ViewDelta Delta, int Row)> Last(ReadOnlySpan<ViewDelta> deltas)
    {
        var rows = new List<(ViewDelta Delta, int Row)>();
        var seen = new HashSet<(ViewDelta Delta, int Row)>(SameKey.Instance);
        for (var d = deltas.Length - 1; d >= 0; d--)
            for (var i = deltas[d].Rows.Length - 1; i >= 0; i--)
                if (seen.Add((deltas[d], i))) rows.Add((deltas[d], i));
        rows.Reverse();
        return rows;
    }

    sealed class SameKey : IEqualityComparer<(ViewDelta Delta, int Row)>
    {
        public static readonly SameKey Instance = new();

        static ReadOnlySpan<byte> Key((ViewDelta Delta, int Row) row) => row.Delta.KeyOf(row.Delta.Rows[row.Row]);
        public bool Equals((ViewDelta Delta, int Row) x, (ViewDelta Delta, int Row) y) => Key(x).SequenceEqual(Key(y));
        public int GetHashCode((ViewDelta Delta, int Row) row) => (int)Hash64.Of(Key(row));
    }
}

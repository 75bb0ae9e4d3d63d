using System.Diagnostics;

namespace Millrace.Data;

/// <summary>Where the messages of a chunk end, and what is known of each besides its bytes: of sources whose records come one by one (Kafka) and not as lines.</summary>
/// <remarks>
/// Messages lie one behind the other, each followed by a line feed that is not its own; it may hold line feeds itself. Beside the bytes, and not between them, stands what belongs to each, so that a decoder
/// works on messages as fast as on lines. 21 bytes a message, and its key and headers where somebody reads them. One thread fills it, with the chunk.
/// </remarks>
public sealed class MessageIndex
{
    /// <summary>A chunk takes no more messages than this, however short they are.</summary>
    public const int CountMax = 1 << 16;

    /// <summary>A time that the source does not know.</summary>
    public const long NoTime = long.MinValue;

    int[] _ends = new int[256];
    long[] _offsets = new long[256];
    long[] _times = new long[256];
    bool[] _isNull = new bool[256];

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>For each message the position in the chunk behind its last byte, where the line feed stands.</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    /// <summary>For each message its number in its partition; they grow.</summary>
    public ReadOnlySpan<long> Offsets => _offsets.AsSpan(0, Count);

    /// <summary>For each message when it was written, in microseconds since 1970, or <see cref="NoTime"/>.</summary>
    public ReadOnlySpan<long> Times => _times.AsSpan(0, Count);

    /// <summary>For each message whether it has no value at all, which is not the same as an empty one.</summary>
    public ReadOnlySpan<bool> IsNull => _isNull.AsSpan(0, Count);

    /// <summary>The keys, where the source keeps them.</summary>
    public MessageTexts? Keys { get; set; }

    /// <summary>The headers as JSON objects, where the source keeps them.</summary>
    public MessageTexts? Headers { get; set; }

    /// <summary>Adds a message whose bytes and line feed stand in the chunk.</summary>
    /// <param name="end">Behind its last byte.</param>
    /// <param name="offset">Its number in its partition.</param>
    /// <param name="time">When it was written, or <see cref="NoTime"/>.</param>
    /// <param name="isNull">Whether it has no value.</param>
    public void Add(int end, long offset, long time, bool isNull)
    {
        Debug.Assert(Count == 0 || offset > _offsets[Count - 1]);
        if (Count == _ends.Length)
        {
            var size = Count * 2;
            Array.Resize(ref _ends, size);
            Array.Resize(ref _offsets, size);
            Array.Resize(ref _times, size);
            Array.Resize(ref _isNull, size);
        }
        (_ends[Count], _offsets[Count], _times[Count], _isNull[Count]) = (end, offset, time, isNull);
        Count++;
    }

    /// <summary>The message that begins at a position of the chunk, or <see cref="Count"/> behind the last.</summary>
    public int IndexAt(int position)
    {
        var found = Ends.BinarySearch(position);
        return found >= 0 ? found : ~found;
    }

    /// <summary>The number of the message that begins at a position of the chunk; behind the last the one that could come next.</summary>
    public long OffsetAt(int position)
    {
        var index = IndexAt(position);
        return index < Count ? _offsets[index] : _offsets[Count - 1] + 1;
    }

    /// <summary>Forgets all.</summary>
    public void Clear()
    {
        Count = 0;
        Keys?.Clear();
        Headers?.Clear();
    }
}

/// <summary>A text or NULL for each message of a chunk.</summary>
public sealed class MessageTexts
{
    byte[] _bytes = new byte[1024];
    int[] _ends = new int[256];
    bool[] _isNull = new bool[256];
    int _count;

    /// <summary>All texts, one behind the other.</summary>
    public byte[] Bytes => _bytes;

    /// <summary>Where the text of a message lies in <see cref="Bytes"/>; a length of -1 is NULL.</summary>
    public (int Start, int Length) this[int message]
    {
        get
        {
            var start = message == 0 ? 0 : _ends[message - 1];
            return (start, _isNull[message] ? -1 : _ends[message] - start);
        }
    }

    /// <summary>Adds the text of the next message.</summary>
    public void Add(ReadOnlySpan<byte> text, bool isNull = false)
    {
        if (_count == _ends.Length)
        {
            Array.Resize(ref _ends, _count * 2);
            Array.Resize(ref _isNull, _count * 2);
        }
        var start = _count == 0 ? 0 : _ends[_count - 1];
        // Readers look some bytes beyond the end of what they read.
        if (_bytes.Length - start - 64 < text.Length) Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, start + text.Length + 64));
        text.CopyTo(_bytes.AsSpan(start));
        (_ends[_count], _isNull[_count]) = (start + text.Length, isNull);
        _count++;
    }

    /// <summary>Forgets all.</summary>
    public void Clear() => _count = 0;
}

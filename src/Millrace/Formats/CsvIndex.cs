using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Millrace.Formats;

/// <summary>Finds where the fields and records of CSV end: 64 bytes at a time become three bitmaps, and only their set bits are looked at.</summary>
/// <remarks>
/// A quote opens only at the start of a field (elsewhere it stands for itself), so blocks with quotes are walked bit by bit; all others
/// need no state. A block costs three compares and some 1 ns a field.
/// </remarks>
sealed class CsvIndex(byte delimiter, byte quote)
{
    int[] _ends = new int[4096];
    int[] _rowEnds = new int[1024];
    bool[] _hasQuotes = new bool[1024];

    /// <summary>Positions of the delimiters and line feeds (or the end of the input) that end fields.</summary>
    public int[] Ends => _ends;

    /// <summary>For each record the index in <see cref="Ends"/> of its last field.</summary>
    public int[] RowEnds => _rowEnds;

    /// <summary>For each record whether it has a quoted field.</summary>
    public bool[] HasQuotes => _hasQuotes;

    /// <summary>Records found.</summary>
    public int Rows { get; private set; }

    /// <summary>Where what follows the last record begins.</summary>
    public int Next { get; private set; }

    /// <summary>Whether the input was looked at to its end.</summary>
    public bool IsAtEnd { get; private set; }

    /// <summary>Whether the input ended inside quotes.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>Whether behind the last record comes one with line ends in quotes and, behind a closing quote, neither delimiter nor line end: its first line is bad.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>Indexes at least one record if there is one, and not many more than <paramref name="rows"/>.</summary>
    public void Run(byte[] bytes, int start, int limit, bool isLast, int rows)
    {
        (Rows, Next, IsAtEnd, IsOpen, IsBroken) = (0, start, false, false, false);
        if (_rowEnds.Length < rows + 64)
        {
            _rowEnds = new int[rows + 64];
            _hasQuotes = new bool[rows + 64];
        }
        var count = 0;
        var found = 0;
        var quoted = false;       // inside quotes
        var skip = -1;            // the second quote of a pair
        var hasLineInside = false;
        _hasQuotes.AsSpan().Clear();

        for (var at = start; at < limit && found < rows; at += 64)
        {
            if (count + 64 > _ends.Length) Array.Resize(ref _ends, _ends.Length * 2);
            var length = Math.Min(64, limit - at);
            Masks(bytes, at, length, delimiter, quote, out var delimiters, out var lines, out var quotes);
            if (quotes == 0 && !quoted)
            {
                var separators = delimiters | lines;
                hasLineInside &= lines == 0;
                for (; lines != 0; lines &= lines - 1) _rowEnds[found++] = count + BitOperations.PopCount(separators & (lines ^ (lines - 1))) - 1;
                count += Write(separators, at, ref _ends[count]);
                continue;
            }

            for (var bits = delimiters | lines | quotes; bits != 0; bits &= bits - 1)
            {
                var bit = bits & (0 - bits);
                var position = at + BitOperations.TrailingZeroCount(bits);
                if ((quotes & bit) == 0)
                {
                    if (quoted)
                    {
                        hasLineInside |= (lines & bit) != 0;
                        continue;
                    }
                    if ((lines & bit) != 0)
                    {
                        _rowEnds[found++] = count;
                        hasLineInside = false;
                    }
                    _ends[count++] = position;
                }
                else if (!quoted)
                {
                    if (position != (count == 0 ? start : _ends[count - 1] + 1)) continue;
                    quoted = true;
                    _hasQuotes[found] = true;
                }
                else if (position == skip) continue;
                else if (position + 1 < limit && bytes[position + 1] == quote) skip = position + 1;
                else
                {
                    quoted = false;
                    if (position + 1 < limit && bytes[position + 1] is var after && after != delimiter && after != (byte)'\n' && hasLineInside
                        && !(after == (byte)'\r' && (position + 2 < limit ? bytes[position + 2] == (byte)'\n' : true)))
                    {
                        IsBroken = found < rows;
                        goto Done;
                    }
                }
            }
        }

        if (isLast && found < rows && !quoted)
        {
            var begin = count == 0 ? start : _ends[count - 1] + 1;
            if (begin < limit || found == 0 && count > 0 || found > 0 && count > _rowEnds[found - 1] + 1)
            {
                if (count == _ends.Length) Array.Resize(ref _ends, _ends.Length * 2);
                _rowEnds[found++] = count;
                _ends[count++] = limit;
            }
        }
        IsAtEnd = found < rows;
        IsOpen = quoted && IsAtEnd;

    Done:
        Rows = Math.Min(found, rows);
        if (Rows > 0) Next = Math.Min(limit, _ends[_rowEnds[Rows - 1]] + 1);
    }

    // Positions of set bits, eight at a time: a few too many cost less than a loop that ends unpredictably.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Write(ulong bits, int at, ref int target)
    {
        var count = BitOperations.PopCount(bits);
        for (var i = 0; i < count; i += 8)
        {
            ref var to = ref Unsafe.Add(ref target, i);
            for (var j = 0; j < 8; j++)
            {
                Unsafe.Add(ref to, j) = at + BitOperations.TrailingZeroCount(bits);
                bits &= bits - 1;
            }
        }
        return count;
    }

    /// <summary>Bit i says whether byte i is a delimiter, a line feed, a quote.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Masks(byte[] bytes, int at, int length, byte delimiter, byte quote, out ulong delimiters, out ulong lines, out ulong quotes)
    {
        if (length == 64 && Vector512.IsHardwareAccelerated)
        {
            var block = Vector512.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(bytes), (nuint)at);
            delimiters = Vector512.Equals(block, Vector512.Create(delimiter)).ExtractMostSignificantBits();
            lines = Vector512.Equals(block, Vector512.Create((byte)'\n')).ExtractMostSignificantBits();
            quotes = Vector512.Equals(block, Vector512.Create(quote)).ExtractMostSignificantBits();
        }
        else if (length == 64 && Vector256.IsHardwareAccelerated)
        {
            var low = Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(bytes), (nuint)at);
            var high = Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(bytes), (nuint)at + 32);
            delimiters = Both(low, high, delimiter);
            lines = Both(low, high, (byte)'\n');
            quotes = Both(low, high, quote);
        }
        else MasksScalar(bytes, at, length, delimiter, quote, out delimiters, out lines, out quotes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Both(Vector256<byte> low, Vector256<byte> high, byte value) =>
        Vector256.Equals(low, Vector256.Create(value)).ExtractMostSignificantBits() | (ulong)Vector256.Equals(high, Vector256.Create(value)).ExtractMostSignificantBits() << 32;

    /// <summary>As <see cref="Masks"/>, a byte at a time; also for the last bytes.</summary>
    internal static void MasksScalar(byte[] bytes, int at, int length, byte delimiter, byte quote, out ulong delimiters, out ulong lines, out ulong quotes)
    {
        delimiters = lines = quotes = 0;
        for (var i = 0; i < length; i++)
        {
            var b = bytes[at + i];
            if (b == delimiter) delimiters |= 1UL << i;
            if (b == (byte)'\n') lines |= 1UL << i;
            if (b == quote) quotes |= 1UL << i;
        }
    }
}

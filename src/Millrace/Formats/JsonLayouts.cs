using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Millrace.Formats;

/// <summary>Records of one shape whose values are as long as those of one before: where their values lie is known, and only has to be proved.</summary>
/// <remarks>
/// A record's length and its commas choose a layout; it says for each byte of the record between which two values it must be, so a subtraction and a comparison prove 64 bytes: names and punctuation have one value, numbers are
/// made of digits, strings of anything but control characters, quotes (they must stand where they stood) and backslashes (there must be none). That costs some 60 instructions for a record of 100 bytes, a fourth of looking for
/// each value's end. Where lengths hardly repeat, layouts are left alone for a while.
/// </remarks>
sealed class JsonLayouts
{
    /// <summary>Longer records have none.</summary>
    public const int LengthMax = BlocksMax * 64;

    const int BlocksMax = 4;
    const int Entries = 256;
    const int CreditMax = 2048;
    const int MissCost = 16; // a layout is worth it where nine of ten records have one
    const int PauseMin = 4096, PauseMax = 1 << 18;

    readonly ulong[] _tags = new ulong[Entries];                    // which length and commas; 0 = none
    readonly Vector512<byte>[] _bounds = new Vector512<byte>[IsSupported ? Entries * BlocksMax * 2 : 0]; // least value, and how much more
    readonly ulong[] _masks = new ulong[Entries * BlocksMax * 2];   // quotes, and which bytes are the record's
    ulong[] _slices = [];                                           // as Slice, from the record's start
    int[] _lanes = [];
    int _turn;
    int _credit = CreditMax / 2, _pause, _pauseNext = PauseMin;

    /// <summary>Whether this processor can.</summary>
    public static bool IsSupported => Avx512BW.IsSupported && Sse42.X64.IsSupported;

    /// <summary>Whether it is worth asking.</summary>
    public bool IsOn => IsSupported && _pause == 0;

    /// <summary>Forgets all: there is another shape.</summary>
    public void Begin(JsonShape shape, int unusedLane)
    {
        _tags.AsSpan().Clear();
        var lanes = new List<int>();
        foreach (ref readonly var step in shape.Steps)
            if (step.Lane != unusedLane) lanes.Add(step.Lane);
        _lanes = [.. lanes];
        if (_slices.Length < Entries * _lanes.Length) _slices = new ulong[Entries * _lanes.Length];
    }

    /// <summary>Lines that were cut without it.</summary>
    public void Pass(int lines) => _pause = Math.Max(0, _pause - lines);

    /// <summary>Cuts records with known layouts, up to the first without: how many.</summary>
    /// <param name="bytes">The chunk's room.</param>
    /// <param name="record">Where the first begins.</param>
    /// <param name="lineEnds">Where the lines end.</param>
    /// <param name="fast">Behind this place fewer than 64 bytes may be readable.</param>
    /// <param name="lineEnd">Bytes of a line's end.</param>
    /// <param name="row">The first record's row of the group.</param>
    /// <param name="starts">Where records start, by row of the group.</param>
    /// <param name="recordLengths">Their lengths without line ends.</param>
    /// <param name="slices">The group's slices.</param>
    public int Cut(byte[] bytes, int record, ReadOnlySpan<int> lineEnds, int fast, int lineEnd, int row, int[] starts, int[] recordLengths, Slice[] slices)
    {
        ref var start = ref MemoryMarshal.GetArrayDataReference(bytes);
        ref var boundsOfAll = ref MemoryMarshal.GetArrayDataReference(_bounds);
        ref var masksOfAll = ref MemoryMarshal.GetArrayDataReference(_masks);
        ref var slicesOfAll = ref MemoryMarshal.GetArrayDataReference(_slices);
        ref var tags = ref MemoryMarshal.GetArrayDataReference(_tags);
        ref var to = ref Unsafe.As<Slice, ulong>(ref MemoryMarshal.GetArrayDataReference(slices));
        var lanes = _lanes.AsSpan();
        var line = 0;
        for (; line < lineEnds.Length; line++)
        {
            var whole = lineEnds[line];
            var length = whole + 1 - record;
            if (length > LengthMax | whole >= fast) break;
            var blocks = (length + 63) >>> 6;
            var tag = Tag(ref Unsafe.Add(ref start, record), length, blocks);
            var entry = (int)tag & (Entries - 1);
            if (Unsafe.Add(ref tags, entry) != tag && Unsafe.Add(ref tags, entry ^= 1) != tag) break;
            ref var bounds = ref Unsafe.Add(ref boundsOfAll, entry * (BlocksMax * 2));
            ref var masks = ref Unsafe.Add(ref masksOfAll, entry * (BlocksMax * 2));
            var differs = 0UL;
            for (var b = 0; b < blocks; b++)
            {
                var text = Vector512.LoadUnsafe(ref start, (nuint)(record + b * 64));
                var beyond = Vector512.GreaterThan(text - Unsafe.Add(ref bounds, b * 2), Unsafe.Add(ref bounds, b * 2 + 1)).ExtractMostSignificantBits();
                var quotes = Vector512.Equals(text, Vector512.Create((byte)'"')).ExtractMostSignificantBits();
                var escapes = Vector512.Equals(text, Vector512.Create((byte)'\\')).ExtractMostSignificantBits();
                differs |= beyond | (quotes ^ Unsafe.Add(ref masks, b * 2) | escapes) & Unsafe.Add(ref masks, b * 2 + 1);
            }
            if (differs != 0) break;
            starts[row] = record;
            recordLengths[row] = length - lineEnd;
            ref var from = ref Unsafe.Add(ref slicesOfAll, entry * lanes.Length);
            for (var i = 0; i < lanes.Length; i++) Unsafe.Add(ref to, lanes[i] + row) = Unsafe.Add(ref from, i) + (uint)record;
            row++;
            record = whole + 1;
        }
        _credit = Math.Min(CreditMax, _credit + line);
        if (_credit == CreditMax) _pauseNext = PauseMin;
        return line;
    }

    // Length and commas; the lower bits say in which of two places the layout stands.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Tag(ref byte record, int length, int blocks)
    {
        var key = (ulong)length;
        for (var b = 0; b < blocks; b++)
        {
            var commas = Vector512.Equals(Vector512.LoadUnsafe(ref record, (nuint)(b * 64)), Vector512.Create((byte)',')).ExtractMostSignificantBits();
            key = Sse42.X64.Crc32(key, commas & Part(length - b * 64));
        }
        return key | (ulong)length << 32;
    }

    // The bits of the bytes of a block, of which so many are left.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Part(int left) => left >= 64 ? ulong.MaxValue : (1UL << left) - 1;

    /// <summary>Remembers the layout of a record that was just found to have the shape.</summary>
    /// <param name="bytes">The chunk's room; 64 bytes behind the record must be readable.</param>
    /// <param name="record">Where it begins.</param>
    /// <param name="length">Its bytes, line end included.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="unusedLane">The lane of values that nobody reads.</param>
    public void Learn(byte[] bytes, int record, int length, JsonShape shape, int unusedLane)
    {
        _credit -= MissCost;
        if (_credit < 0)
        {
            (_pause, _pauseNext, _credit) = (_pauseNext, Math.Min(PauseMax, _pauseNext * 2), CreditMax / 2);
            return;
        }
        if (length > LengthMax) return;
        Span<byte> least = stackalloc byte[LengthMax];
        Span<byte> more = stackalloc byte[LengthMax];
        var text = bytes.AsSpan(record, length);
        // Whatever is not said to be otherwise has to be what it is here; behind the record stands anything.
        text.CopyTo(least);
        more[..length].Clear();
        least[length..].Clear();
        more[length..].Fill(255);

        var blocks = (length + 63) >>> 6;
        var tag = Tag(ref bytes[record], length, blocks);
        var entry = (int)tag & (Entries - 1);
        if (_tags[entry] != 0 && _tags[entry] != tag) entry ^= _tags[entry ^ 1] == 0 ? 1 : _turn++ & 1;
        _tags[entry] = 0;
        var slices = _slices.AsSpan(entry * _lanes.Length, _lanes.Length);
        var at = 0;
        var used = 0;
        foreach (ref readonly var step in shape.Steps)
        {
            at += step.GapLength;
            Slice slice;
            int end;
            if (text[at] == (byte)'"')
            {
                end = JsonScanner.StringStop(bytes, record + at + 1, record + length) - record;
                if (text[end] != (byte)'"') return; // escapes
                slice = new Slice(at + 1, end - at - 1, SliceKind.Quoted);
                least[(at + 1)..end].Fill(0x20);
                more[(at + 1)..end].Fill(0xFF - 0x20);
                end++;
            }
            else
            {
                end = JsonScanner.SkipValue(bytes, record + at, record + length, out _) - record;
                if (end < at) return; // a number that its reader will refuse
                slice = text[at] == (byte)'n' ? default : new Slice(at, end - at, SliceKind.Bare);
                if (text[at] is (byte)'{' or (byte)'[') return;
                // The reader of a number sees for itself what it is made of; where there is none it has to be a number as this one is.
                if (text[at] is (byte)'-' or (>= (byte)'0' and <= (byte)'9'))
                {
                    for (var i = at; i < end; i++)
                    {
                        if (step.IsNumeric && text[i] is >= (byte)'-' and <= (byte)'9') (least[i], more[i]) = ((byte)'-', '9' - '-');
                        else if (text[i] is >= (byte)'0' and <= (byte)'9') (least[i], more[i]) = ((byte)'0', 9);
                    }
                }
            }
            if (step.Lane != unusedLane) slices[used++] = (uint)slice.Start | (ulong)(uint)(slice.Length << 2 | (int)slice.Kind) << 32;
            at = end;
        }

        for (var b = 0; b < blocks; b++)
        {
            var block = entry * BlocksMax + b;
            _bounds[block * 2] = Vector512.Create<byte>(least.Slice(b * 64, 64));
            _bounds[block * 2 + 1] = Vector512.Create<byte>(more.Slice(b * 64, 64));
            var quotes = 0UL;
            for (var i = b * 64; i < Math.Min(length, b * 64 + 64); i++)
                if (text[i] == (byte)'"') quotes |= 1UL << (i & 63);
            (_masks[block * 2], _masks[block * 2 + 1]) = (quotes, Part(length - b * 64));
        }
        _tags[entry] = tag;
    }
}

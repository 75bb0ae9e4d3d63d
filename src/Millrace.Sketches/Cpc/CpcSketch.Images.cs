using System.Numerics;
using Millrace.Sketches.Hashing;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Cpc;

public sealed partial class CpcSketch
{
    const int CompressedFlag = 2, HipFlag = 4, TableFlag = 8, WindowFlag = 16;

    /// <inheritdoc/>
    public byte[] Save()
    {
        Settle();
        var flavor = Flavor;
        var hasWindow = flavor is CpcFlavor.Pinned or CpcFlavor.Sliding;
        var pairs = flavor switch
        {
            CpcFlavor.Hybrid => PairsOfWindow(),
            CpcFlavor.Pinned => Moved(static (c, _) => c - 8),
            CpcFlavor.Sliding => Moved(static (c, s) => CpcCodes.Places(CpcCodes.Phase(s.LgK, s._coupons))[c + 56 - s._offset & 63]),
            _ => _surprises.Sorted(),
        };
        var hasTable = pairs.Length > 0;
        var window = hasWindow ? CpcCompression.PackWindow(_window, CpcCodes.Windows[CpcCodes.Phase(LgK, _coupons)]) : [];
        var table = hasTable ? CpcCompression.PackPairs(pairs, LgK) : [];
        var words = PreambleWords(!IsMerged, hasTable, hasWindow, _coupons);
        var writer = new ImageWriter(words * 4 + window.Length + table.Length);
        Preamble.Write(ref writer, words, version: 1, Family.Cpc);
        writer.Byte(LgK);
        writer.Byte(_firstColumn);
        writer.Byte(CompressedFlag | (IsMerged ? 0 : HipFlag) | (hasTable ? TableFlag : 0) | (hasWindow ? WindowFlag : 0));
        writer.UInt16(HashSeed.Short(Seed));
        if (_coupons == 0) return writer.Finish();
        writer.Int32(_coupons);
        if (hasTable && hasWindow)
        {
            writer.Int32(pairs.Length);
            WriteHip(ref writer);
        }
        if (hasTable) writer.Int32(table.Length / 4);
        if (hasWindow) writer.Int32(window.Length / 4);
        if (!(hasTable && hasWindow)) WriteHip(ref writer);
        writer.Bytes(window);
        writer.Bytes(table);
        return writer.Finish();
    }

    static int PreambleWords(bool hasHip, bool hasTable, bool hasWindow, int coupons) =>
        coupons == 0 ? 2 : 3 + (hasHip ? 4 : 0) + (hasTable ? 1 : 0) + (hasTable && hasWindow ? 1 : 0) + (hasWindow ? 1 : 0);

    void WriteHip(ref ImageWriter writer)
    {
        if (IsMerged) return;
        writer.Double(_chance);
        writer.Double(_hip);
    }

    // A window that is hardly filled is saved as pairs.
    uint[] PairsOfWindow()
    {
        var pairs = new uint[_coupons];
        var count = 0;
        for (var i = 0; i < _window!.Length; i++)
            for (var bits = (uint)_window[i]; bits != 0; bits &= bits - 1) pairs[count++] = (uint)i << 6 | (uint)BitOperations.TrailingZeroCount(bits);
        foreach (var pair in _surprises.Slots)
            if (pair != PairTable.Empty) pairs[count++] = pair;
        Array.Sort(pairs);
        return pairs;
    }

    uint[] Moved(Func<int, CpcSketch, int> column)
    {
        var pairs = _surprises.Sorted();
        for (var i = 0; i < pairs.Length; i++) pairs[i] = pairs[i] & ~63U | (uint)column((int)(pairs[i] & 63), this);
        Array.Sort(pairs);
        return pairs;
    }

    /// <inheritdoc/>
    public static CpcSketch Load(ReadOnlySpan<byte> image) => Load(image, HashSeed.Default);

    /// <inheritdoc/>
    public static CpcSketch Load(ReadOnlySpan<byte> image, CpcSketch like)
    {
        ArgumentNullException.ThrowIfNull(like);
        return Load(image, like.Seed);
    }

    /// <summary>The sketch that an image describes.</summary>
    /// <param name="image">The image. It is copied, not kept.</param>
    /// <param name="seed">The seed of the hash that it was made with.</param>
    /// <exception cref="SketchFormatException">The image is damaged, of another kind or of another seed.</exception>
    public static CpcSketch Load(ReadOnlySpan<byte> image, ulong seed)
    {
        var reader = new ImageReader(image);
        var preamble = Preamble.Read(ref reader, Family.Cpc);
        preamble.RequireVersion(1, 1);
        var lgK = reader.Byte();
        SketchFormatException.ThrowUnless(lgK is >= MinLgK and <= MaxLgK, $"lgK in byte 3 is {lgK}; it is {MinLgK} to {MaxLgK}.");
        var firstColumn = reader.Byte();
        var flags = reader.Byte();
        HashSeed.Require(reader.UInt16(), seed);
        var hasHip = (flags & HipFlag) != 0;
        var hasTable = (flags & TableFlag) != 0;
        var hasWindow = (flags & WindowFlag) != 0;
        var sketch = new CpcSketch(lgK, seed) { IsMerged = !hasHip };
        var coupons = hasTable || hasWindow ? reader.Int32() : 0;
        SketchFormatException.ThrowUnless(coupons > 0 == (hasTable || hasWindow) && coupons <= 64L << lgK, $"The image speaks of {coupons} bits, which {1 << lgK} rows of 64 cannot have, or not with these flags.");
        SketchFormatException.ThrowUnless(preamble.Length == PreambleWords(hasHip, hasTable, hasWindow, coupons), $"The preamble has {preamble.Length} words; {PreambleWords(hasHip, hasTable, hasWindow, coupons)} were expected.");
        if (coupons == 0) return sketch;
        var pairs = coupons;
        if (hasTable && hasWindow)
        {
            pairs = reader.Int32();
            if (hasHip) sketch.ReadHip(ref reader);
        }
        var tableWords = hasTable ? reader.Int32() : 0;
        var windowWords = hasWindow ? reader.Int32() : 0;
        if (hasHip && !(hasTable && hasWindow)) sketch.ReadHip(ref reader);
        reader.Require(windowWords, 4);
        var window = reader.Bytes(windowWords * 4);
        reader.Require(tableWords, 4);
        var table = reader.Bytes(tableWords * 4);
        sketch.Restore(coupons, firstColumn, window, hasWindow, table, hasTable ? pairs : 0);
        return sketch;
    }

    void ReadHip(ref ImageReader reader)
    {
        _chance = reader.Double();
        _hip = reader.Double();
        SketchFormatException.ThrowUnless(_chance > 0 && _chance <= K && _hip >= 0 && double.IsFinite(_hip), $"The estimate is {_hip} and the chance of the next bit {_chance}/{K}.");
    }

    void Restore(int coupons, int firstColumn, ReadOnlySpan<byte> window, bool hasWindow, ReadOnlySpan<byte> table, int pairCount)
    {
        var flavor = FlavorOf(LgK, coupons);
        SketchFormatException.ThrowUnless(hasWindow == flavor is CpcFlavor.Pinned or CpcFlavor.Sliding, $"A sketch of {coupons} bits in {K} rows is {flavor} and has {(hasWindow ? "no" : "a")} window.");
        // A word takes a bit at least, and a pair two.
        SketchFormatException.ThrowUnless(!hasWindow || window.Length * 8L >= K, $"The window of {K} rows has only {window.Length} bytes.");
        SketchFormatException.ThrowUnless(pairCount >= 0 && table.Length * 4L >= pairCount, $"There are {pairCount} pairs in {table.Length} bytes.");
        _coupons = coupons;
        _offset = OffsetOf(LgK, coupons);
        SketchFormatException.ThrowUnless(_offset <= 56, $"{coupons} bits in {K} rows are more than a sketch can have.");
        if (hasWindow) _window = CpcCompression.UnpackWindow(window, K, CpcCodes.Windows[CpcCodes.Phase(LgK, coupons)]);
        var pairs = CpcCompression.UnpackPairs(table, pairCount, LgK);
        var count = pairs.Length;
        switch (flavor)
        {
            case CpcFlavor.Hybrid:
                count = FillWindow(pairs);
                break;
            case CpcFlavor.Pinned:
                foreach (ref var pair in pairs.AsSpan())
                {
                    SketchFormatException.ThrowUnless((pair & 63) < 56, $"A pair has column {pair & 63}; there are 56.");
                    pair += 8;
                }
                break;
            case CpcFlavor.Sliding:
                MoveBack(pairs);
                break;
        }
        _surprises = PairTable.Of(pairs.AsSpan(0, count), LgK);
        RequireCount(firstColumn);
    }

    int FillWindow(Span<uint> pairs)
    {
        _window = new byte[K];
        var count = 0;
        foreach (var pair in pairs)
        {
            if ((pair & 63) < 8) _window[pair >> 6] |= (byte)(1 << (int)(pair & 63));
            else pairs[count++] = pair;
        }
        return count;
    }

    void MoveBack(Span<uint> pairs)
    {
        var columns = CpcCodes.ColumnsAt(CpcCodes.Phase(LgK, _coupons));
        foreach (ref var pair in pairs)
        {
            SketchFormatException.ThrowUnless((pair & 63) < 56, $"A pair has column {pair & 63}; there are 56.");
            pair = pair & ~63U | (uint)(columns[pair & 63] + _offset + 8 & 63);
        }
    }

    // As many bits as the image speaks of, and none where updates would not look for it.
    void RequireCount(int firstColumn)
    {
        var bits = (long)_offset << LgK;
        var first = _offset;
        foreach (var pair in _surprises.Slots)
        {
            if (pair == PairTable.Empty) continue;
            var column = (int)(pair & 63);
            bits += column < _offset ? -1 : 1;
            first = Math.Min(first, column);
        }
        if (_window is not null)
            foreach (var row in _window) bits += BitOperations.PopCount(row);
        SketchFormatException.ThrowUnless(bits == _coupons, $"{bits} bits are set; the image speaks of {_coupons}.");
        SketchFormatException.ThrowUnless(firstColumn <= first, $"The first column with a surprise is {first}; byte 4 says {firstColumn}.");
        _firstColumn = firstColumn;
    }
}

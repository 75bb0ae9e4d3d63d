using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Millrace.Learning.Images;

namespace Millrace.Learning.Batch;

/// <summary>A place in a tree: rows whose code is above the bound go to the child behind the first one. A leaf is its own child.</summary>
/// <remarks>8 bytes. Missing values have code 0 and so go to the first child; a shift of 1 makes 255 of them and sends them to the other one.</remarks>
[StructLayout(LayoutKind.Sequential, Pack = 1, Size = 8)]
struct BinNode
{
    public int Child;
    public ushort Column;
    public byte Bound;
    public byte Shift;

    public static BinNode Leaf(int itself) => new() { Child = itself, Bound = 255 };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Next(byte code) => Child + ((byte)(code - Shift) > Bound ? 1 : 0);
}

/// <summary>A tree that is trained once: places in one array, children behind their parent, and numbers at each.</summary>
sealed class BinTree(int channels)
{
    const int Together = 8;

    BinNode[] _nodes = [];
    float[] _values = [];

    public BinTree(int channels, ReadOnlySpan<BinNode> nodes, ReadOnlySpan<float> values) : this(channels) => (_nodes, _values) = (nodes.ToArray(), values.ToArray());

    public int Count => _nodes.Length;

    public ReadOnlySpan<BinNode> Nodes => _nodes;

    public ReadOnlySpan<float> Values => _values;

    /// <summary>The leaf of a row.</summary>
    public int LeafOf(ReadOnlySpan<byte> codes)
    {
        ref var nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        var at = 0;
        while (true)
        {
            ref var node = ref Unsafe.Add(ref nodes, at);
            if (node.Child == at) return at;
            at = node.Next(codes[node.Column]);
        }
    }

    /// <summary>Adds what the tree says of a row to sums.</summary>
    public void Add(ReadOnlySpan<byte> codes, Span<double> sums)
    {
        var leaf = LeafOf(codes) * channels;
        for (var c = 0; c < channels; c++) sums[c] += _values[leaf + c];
    }

    /// <summary>Adds what the tree says of many rows to their sums, eight rows side by side, so that one's wait for memory is another's time to go on.</summary>
    /// <param name="codes">Codes of the rows, one row behind the other.</param>
    /// <param name="width">Codes of a row.</param>
    /// <param name="sums">Sums of the rows.</param>
    /// <param name="stride">Sums of a row.</param>
    /// <param name="first">The first of a row's sums that the tree adds to.</param>
    public void AddAll(ReadOnlySpan<byte> codes, int width, Span<double> sums, int stride, int first)
    {
        var rows = sums.Length / stride;
        var row = 0;
        for (; row + Together <= rows; row += Together) AddEight(codes.Slice(row * width, Together * width), width, sums.Slice(row * stride, Together * stride), stride, first);
        for (; row < rows; row++) Add(codes.Slice(row * width, width), sums.Slice(row * stride + first, channels));
    }

    void AddEight(ReadOnlySpan<byte> codes, int width, Span<double> sums, int stride, int first)
    {
        ref var nodes = ref MemoryMarshal.GetArrayDataReference(_nodes);
        ref var code = ref MemoryMarshal.GetReference(codes);
        int a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0;
        while (true)
        {
            var (a2, b2) = (Next(ref nodes, ref code, a), Next(ref nodes, ref Unsafe.Add(ref code, width), b));
            var (c2, d2) = (Next(ref nodes, ref Unsafe.Add(ref code, 2 * width), c), Next(ref nodes, ref Unsafe.Add(ref code, 3 * width), d));
            var (e2, f2) = (Next(ref nodes, ref Unsafe.Add(ref code, 4 * width), e), Next(ref nodes, ref Unsafe.Add(ref code, 5 * width), f));
            var (g2, h2) = (Next(ref nodes, ref Unsafe.Add(ref code, 6 * width), g), Next(ref nodes, ref Unsafe.Add(ref code, 7 * width), h));
            var moved = a2 ^ a | b2 ^ b | c2 ^ c | d2 ^ d | e2 ^ e | f2 ^ f | g2 ^ g | h2 ^ h;
            if (moved == 0) break;
            (a, b, c, d, e, f, g, h) = (a2, b2, c2, d2, e2, f2, g2, h2);
        }
        ReadOnlySpan<int> leaves = [a, b, c, d, e, f, g, h];
        for (var i = 0; i < Together; i++)
            for (var k = 0; k < channels; k++) sums[i * stride + first + k] += _values[leaves[i] * channels + k];
    }

    // The place after this one, itself at a leaf; a node is read with one load.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Next(ref BinNode nodes, ref byte codes, int at)
    {
        var node = Unsafe.As<BinNode, ulong>(ref Unsafe.Add(ref nodes, at));
        var code = (byte)(Unsafe.Add(ref codes, (int)(ushort)(node >> 32)) - (byte)(node >> 56));
        return (int)(uint)node + (code > (byte)(node >> 48) ? 1 : 0);
    }

    public void Transfer(Archive archive, int columns)
    {
        var packed = archive.IsReading ? [] : MemoryMarshal.Cast<BinNode, int>(_nodes).ToArray();
        var values = archive.IsReading ? [] : MemoryMarshal.Cast<float, int>(_values).ToArray();
        archive.Array(ref packed);
        archive.Array(ref values);
        if (!archive.IsReading) return;
        _values = MemoryMarshal.Cast<int, float>(values).ToArray();
        _nodes = MemoryMarshal.Cast<int, BinNode>(packed).ToArray();
        archive.Require(packed.Length > 0 && packed.Length % 2 == 0 && _values.Length == _nodes.Length * channels, "a tree does not fit its numbers");
        for (var i = 0; i < _nodes.Length; i++)
        {
            var node = _nodes[i];
            var isLeaf = node is { Bound: 255, Shift: 0 } && node.Child == i;
            archive.Require(isLeaf || node.Child > i && node.Child < _nodes.Length - 1 && node.Column < columns && node.Shift <= 1, "a tree leads nowhere");
            archive.Require(!isLeaf || node.Column == 0, "a leaf asks");
        }
        foreach (var value in _values) archive.Require(float.IsFinite(value), "a leaf has no number");
    }
}

using System.Runtime.CompilerServices;
using Millrace.Learning.Images;

namespace Millrace.Learning.Batch;

/// <summary>Trained trees and the codes that they ask for: sums over all trees, for a row or for many.</summary>
/// <remarks>Where trees have fewer channels than there are sums, they take turns: tree i adds to channel i modulo the number of sums.</remarks>
sealed class BinForest
{
    const int Block = 2048;

    ColumnBins[] _bins = [];
    BinTree[] _trees = [];
    double[] _start = [];
    int _channels = 1;
    byte[] _codes = [];

    public BinForest(ColumnBins[] bins, BinTree[] trees, double[] start, int channels)
    {
        (_bins, _trees, _start, _channels) = (bins, trees, start, channels);
        _codes = new byte[bins.Length];
    }

    public BinForest() { }

    /// <summary>How many sums there are for a row.</summary>
    public int Sums => _start.Length;

    public int Trees => _trees.Length;

    /// <summary>The sums of a row.</summary>
    public void Sum(ReadOnlySpan<double> features, Span<double> sums)
    {
        Encode(features, _codes);
        _start.CopyTo(sums);
        for (var i = 0; i < _trees.Length; i++) _trees[i].Add(_codes, sums.Slice(FirstOf(i), _channels));
    }

    /// <summary>The sums of many rows.</summary>
    public void Sum(double[] rows, double[] sums, int threads)
    {
        var width = _bins.Length;
        var count = rows.Length / width;
        var blocks = (count + Block - 1) / Block;
        Parallel.For(0, blocks, new() { MaxDegreeOfParallelism = Workers(threads) }, block =>
        {
            var first = block * Block;
            var some = Math.Min(Block, count - first);
            var codes = new byte[some * width];
            for (var i = 0; i < some; i++) Encode(rows.AsSpan((first + i) * width, width), codes.AsSpan(i * width, width));
            var sum = sums.AsSpan(first * Sums, some * Sums);
            for (var i = 0; i < some; i++) _start.CopyTo(sum[(i * Sums)..]);
            for (var i = 0; i < _trees.Length; i++) _trees[i].AddAll(codes, width, sum, Sums, FirstOf(i));
        });
    }

    /// <summary>Threads that may work: those asked for, or one a core.</summary>
    public static int Workers(int threads) => threads > 0 ? threads : Environment.ProcessorCount;

    public void Transfer(Archive archive, int columns)
    {
        archive.Array(ref _start);
        archive.Value(ref _channels, 1, IClassifier.ClassesMax);
        archive.Require(_start.Length > 0 && _start.Length % _channels == 0, "its trees have no sums");
        archive.Objects(ref _bins, () => new(), bins => bins.Transfer(archive));
        archive.Require(_bins.Length == columns, "its codes do not fit its columns");
        archive.Objects(ref _trees, () => new BinTree(_channels), tree => tree.Transfer(archive, columns));
        if (archive.IsReading) _codes = new byte[columns];
    }

    int FirstOf(int tree) => tree * _channels % _start.Length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Encode(ReadOnlySpan<double> features, Span<byte> codes)
    {
        for (var i = 0; i < codes.Length; i++) codes[i] = _bins[i].Code(features[i]);
    }
}

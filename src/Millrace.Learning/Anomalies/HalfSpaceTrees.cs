using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Anomalies;

/// <summary>Cuts the space at random into cells, and calls a row unusual whose cells held few of the last rows.</summary>
/// <remarks>
/// <para>
/// Each of some trees halves a column drawn by chance at a point drawn by chance, level by level. Cells count the rows of the current window; when it is full the counts become those that rows are scored
/// by, and counting begins anew: score = 1 - Σ mass × 2^depth on the way down, which ends at cells of less than a tenth of the window, over the largest possible sum. Numbers are brought to 0 to 1 by their least and
/// greatest so far; codes by a hash; missing ones to 0.5. Cost: trees × height steps a row, 20 bytes a cell.
/// </para>
/// <para>Weakness: the first window scores 0; anomalies that lie packed together look usual; in many columns most cuts miss those that matter.</para>
/// <para>Tan, Ting and Liu (2011), Fast anomaly detection for streaming data, IJCAI.</para>
/// </remarks>
public sealed class HalfSpaceTrees : IAnomalyDetector
{
    const double Padding = 0.15, SizeLimit = 0.1;

    FeatureSet _features = FeatureSet.Numeric(1);
    int _trees, _height, _window;
    ulong _seed;
    int[] _columns = [];
    double[] _bounds = [];
    int[] _masses = [], _counts = [];
    double[] _least = [], _greatest = [], _scaled = [];
    int _rows;
    bool _isReady;

    /// <summary>A detector that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="trees">How many trees, 1 to 1,000.</param>
    /// <param name="height">Levels of a tree, 1 to 20.</param>
    /// <param name="window">Rows of a window, 10 or more.</param>
    /// <param name="seed">For the cuts.</param>
    public HalfSpaceTrees(FeatureSet features, int trees = 25, int height = 8, int window = 250, ulong seed = 42)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(trees, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(trees, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, 10);
        (_features, _trees, _height, _window, _seed) = (features, trees, height, window, seed);
        Begin();
    }

    internal HalfSpaceTrees() { }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public void Reset() => Begin();

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        foreach (var i in _features.NumericColumns)
        {
            var value = Lanes.Bounded(features[i]);
            if (value < _least[i]) _least[i] = value;
            if (value > _greatest[i]) _greatest[i] = value;
        }
        Scale(features);
        Count(_scaled, _columns, _bounds, _counts, _trees, _height);
        if (++_rows < _window) return;
        (_masses, _counts) = (_counts, _masses);
        Array.Clear(_counts);
        (_rows, _isReady) = (0, true);
    }

    /// <inheritdoc/>
    public double Score(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        if (!_isReady) return 0;
        Scale(features);
        var sum = Mass(_scaled, _columns, _bounds, _masses, _trees, _height, (int)Math.Ceiling(SizeLimit * _window));
        return 1 - sum / ((double)_trees * _window * ((2L << _height) - 1));
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _trees, 1, 1000);
        archive.Value(ref _height, 1, 20);
        archive.Value(ref _window, 10, int.MaxValue);
        archive.Value(ref _seed);
        archive.Array(ref _columns, _trees * Splits, 0, _features.Count - 1);
        archive.Array(ref _bounds, _trees * Splits);
        archive.Array(ref _masses, _trees * Cells, 0, int.MaxValue);
        archive.Array(ref _counts, _trees * Cells, 0, int.MaxValue);
        archive.Array(ref _least, _features.Count);
        archive.Array(ref _greatest, _features.Count);
        archive.Value(ref _rows, 0, _window);
        archive.Value(ref _isReady);
        if (archive.IsReading) _scaled = new double[_features.Count];
    }

    int Splits => (1 << _height) - 1;

    int Cells => (2 << _height) - 1;

    void Begin()
    {
        (_columns, _bounds) = (new int[_trees * Splits], new double[_trees * Splits]);
        (_masses, _counts) = (new int[_trees * Cells], new int[_trees * Cells]);
        (_least, _greatest, _scaled) = (new double[_features.Count], new double[_features.Count], new double[_features.Count]);
        Array.Fill(_least, double.PositiveInfinity);
        Array.Fill(_greatest, double.NegativeInfinity);
        (_rows, _isReady) = (0, false);
        var random = new SeededRandom(_seed);
        var low = new double[_features.Count];
        var high = new double[_features.Count];
        Array.Fill(high, 1);
        for (var tree = 0; tree < _trees; tree++) Cut(tree * Splits, 0, low, high, ref random);
    }

    void Cut(int first, int node, double[] low, double[] high, ref SeededRandom random)
    {
        var column = random.Next(_features.Count);
        var (from, to) = (low[column], high[column]);
        var bound = from + (to - from) * (Padding + (1 - 2 * Padding) * random.NextDouble());
        _columns[first + node] = column;
        _bounds[first + node] = bound;
        if (2 * node + 1 >= Splits) return;
        high[column] = bound;
        Cut(first, 2 * node + 1, low, high, ref random);
        (low[column], high[column]) = (bound, to);
        Cut(first, 2 * node + 2, low, high, ref random);
        low[column] = from;
    }

    void Scale(ReadOnlySpan<double> features)
    {
        for (var i = 0; i < features.Length; i++)
        {
            if (_features[i] == FeatureKind.Nominal)
            {
                // Multiples of the golden ratio spread codes evenly.
                var code = FeatureSet.Code(features[i]);
                _scaled[i] = code < 0 ? 0.5 : code * 0.6180339887498949 % 1;
                continue;
            }
            var value = Lanes.Bounded(features[i]);
            var width = _greatest[i] - _least[i];
            _scaled[i] = double.IsNaN(value) ? 0.5 : width > 0 ? Math.Clamp((value - _least[i]) / width, 0, 1) : 0;
        }
    }

    // Children of cell i are 2i + 1 and 2i + 2.
    static void Count(ReadOnlySpan<double> row, ReadOnlySpan<int> columns, ReadOnlySpan<double> bounds, Span<int> counts, int trees, int height)
    {
        var splits = (1 << height) - 1;
        var cells = (2 << height) - 1;
        for (var tree = 0; tree < trees; tree++)
        {
            var node = 0;
            counts[tree * cells]++;
            for (var level = 0; level < height; level++)
            {
                var split = tree * splits + node;
                node = 2 * node + (row[columns[split]] < bounds[split] ? 1 : 2);
                counts[tree * cells + node]++;
            }
        }
    }

    static double Mass(ReadOnlySpan<double> row, ReadOnlySpan<int> columns, ReadOnlySpan<double> bounds, ReadOnlySpan<int> masses, int trees, int height, int limit)
    {
        var splits = (1 << height) - 1;
        var cells = (2 << height) - 1;
        long sum = 0;
        for (var tree = 0; tree < trees; tree++)
        {
            var node = 0;
            for (var level = 0; ; level++)
            {
                var mass = masses[tree * cells + node];
                sum += (long)mass << level;
                if (mass < limit || level == height) break;
                var split = tree * splits + node;
                node = 2 * node + (row[columns[split]] < bounds[split] ? 1 : 2);
            }
        }
        return sum;
    }
}

using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Neighbours;

/// <summary>The mean target of the nearest rows among the last ones.</summary>
/// <remarks>
/// <para>
/// The five nearest of the last 1,000 rows, each with weight 1 / (distance + a millionth of the farthest one's); all rows of the window are looked at. Follows change at the pace of its window. Cost: window × columns / 8 steps a prediction; 8
/// bytes a number. Put a <see cref="Preparation.StandardScaler"/> before it.
/// </para>
/// <para>Weakness: columns that say nothing count as much as others; it never predicts beyond the targets of its window; slow with wide rows and large windows.</para>
/// <para>Cover and Hart (1967), Nearest neighbor pattern classification; Altman (1992), An introduction to kernel and nearest-neighbor nonparametric regression, Am. Stat. 46, 175-185.</para>
/// </remarks>
public sealed class NearestNeighboursRegressor : IRegressor
{
    FeatureSet _features = FeatureSet.Numeric(1);
    int _neighbours = 5, _window = 1000;
    NeighbourWindow _rows;

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="neighbours">How many count, 1 to 1,000.</param>
    /// <param name="window">How many of the last rows are kept, as many as neighbours or more.</param>
    public NearestNeighboursRegressor(FeatureSet features, int neighbours = 5, int window = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(neighbours, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, neighbours);
        (_features, _neighbours, _window) = (features, neighbours, window);
        _rows = new(features.Count, window, neighbours);
    }

    internal NearestNeighboursRegressor() => _rows = new(1, _window, _neighbours);

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public void Reset() => _rows.Clear();

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target, double weight = 1)
    {
        _features.Check(features);
        if (double.IsFinite(target)) _rows.Add(features, Lanes.Bounded(target));
    }

    /// <inheritdoc/>
    public double Predict(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        var targets = _rows.Nearest(features, out var distances);
        if (targets.Length == 0) return 0;
        var small = 1e-6 * Math.Sqrt(distances[^1]);
        double sum = 0, weights = 0;
        for (var i = 0; i < targets.Length; i++)
        {
            var weight = small > 0 ? small / (Math.Sqrt(distances[i]) + small) : 1;
            // A running mean stays between the targets whatever their size.
            weights += weight;
            sum += (targets[i] - sum) * (weight / weights);
        }
        return sum;
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _neighbours, 1, 1000);
        archive.Value(ref _window, _neighbours, int.MaxValue);
        if (archive.IsReading)
        {
            archive.Require(archive.CanHold(8L * _window * _features.Count), "it is too short for its window");
            _rows = new(_features.Count, _window, _neighbours);
        }
        _rows.Transfer(archive);
    }
}

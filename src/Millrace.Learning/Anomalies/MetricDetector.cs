using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Anomalies;

/// <summary>Watches metrics (a load, a rate, a temperature): calls unusual what jumps, leaves the range, or breaks the season more than it ever did.</summary>
/// <remarks>
/// <para>
/// Each column is measured in three ways: distance from its fading mean; distance beyond the range of 98 % of its values; distance beyond what stood within three rows of this place in the last three seasons, faded over a
/// dozen rows. The season is found from the autocorrelation of the last 2,500 values. Each measure is divided by the level that it passed in 1 % of the rows before, so that a restless metric has to do more to be
/// unusual; score = 1 - exp(-ratio / 5) of the largest. For 60 rows after a score only a higher one is told in full, so that one event is one alarm. Cost: 2 to 15 µs a value, 170 kB a column.
/// </para>
/// <para>Weakness: nothing is told in the first 50 rows, no season before two have passed; slow drift is taken for usual; with more than a few columns that depend on each other take <see cref="MewmaDetector"/>.</para>
/// <para>Laptev, Amizadeh and Flint (2015), Generic and scalable framework for automated time-series anomaly detection, KDD, for measures that are judged by their own past; Lavin and Ahmad (2015) for the benchmark.</para>
/// </remarks>
public sealed class MetricDetector : IAnomalyDetector
{
    const double Scale = 5, Damping = 0.3;

    FeatureSet _features = FeatureSet.Numeric(1);
    int _quiet = 60;
    MetricColumn[] _columns = [];
    double[] _recent = [];
    long _rows;

    /// <summary>A detector that has learned nothing.</summary>
    /// <param name="features">The columns; categories are left out of account.</param>
    /// <param name="quiet">For how many rows after a score only higher ones are told in full; 0 for none.</param>
    public MetricDetector(FeatureSet features, int quiet = 60)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(quiet);
        (_features, _quiet) = (features, quiet);
        Reset();
    }

    internal MetricDetector() { }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public void Reset()
    {
        _columns = [.. _features.NumericColumns.Select(_ => new MetricColumn())];
        _recent = new double[_quiet];
        _rows = 0;
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        if (_quiet > 0) _recent[_rows++ % _quiet] = Raw(features);
        for (var i = 0; i < _columns.Length; i++) _columns[i].Learn(Lanes.Bounded(features[_features.NumericColumns[i]]));
    }

    /// <inheritdoc/>
    public double Score(ReadOnlySpan<double> features)
    {
        _features.Check(features);
        var raw = Raw(features);
        var most = -1.0;
        foreach (var score in _recent.AsSpan(0, (int)Math.Min(_rows, _recent.Length))) most = Math.Max(most, score);
        return raw <= most ? raw * Damping : raw;
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _quiet, 0, 1 << 20);
        if (archive.IsReading) _columns = [.. _features.NumericColumns.Select(_ => new MetricColumn())];
        foreach (var column in _columns) column.Transfer(archive);
        archive.Array(ref _recent, _quiet);
        archive.Value(ref _rows);
        archive.Require(_rows >= 0, "a count is negative");
    }

    double Raw(ReadOnlySpan<double> features)
    {
        var most = 0.0;
        for (var i = 0; i < _columns.Length; i++) most = Math.Max(most, _columns[i].Ratio(Lanes.Bounded(features[_features.NumericColumns[i]])));
        return 1 - Math.Exp(-most / Scale);
    }
}

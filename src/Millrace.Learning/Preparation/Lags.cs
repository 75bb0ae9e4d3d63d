using Millrace.Learning.Images;

namespace Millrace.Learning.Preparation;

/// <summary>Adds what each number was some rows ago behind the columns.</summary>
/// <remarks>
/// Counts rows that were learned: a row that is only predicted sees the rows before it and is not one of them. What is not known yet is missing. Cost: a copy for each lag; 8 bytes a number and row.
/// Box, Jenkins and Reinsel (1994), Time series analysis: autoregression by lagged columns.
/// </remarks>
public sealed class Lags : ITransform
{
    const int LagMax = 1 << 16;

    FeatureSet _features = FeatureSet.Numeric(1);
    int[] _lags = [1];
    double[] _past = [];
    int _depth;
    long _rows;
    bool _holdsCurrent;

    /// <summary>A transform that has seen nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="lags">How many rows ago, 1 to 65,536; the last row unless given.</param>
    public Lags(FeatureSet features, params ReadOnlySpan<int> lags)
    {
        foreach (var lag in lags)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(lag, 1, nameof(lags));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(lag, LagMax, nameof(lags));
        }
        (_features, _lags) = (features, lags.Length == 0 ? [1] : lags.ToArray());
        Output = Columns();
        Reset();
    }

    internal Lags() => Output = _features;

    /// <inheritdoc/>
    public FeatureSet Input => _features;

    /// <inheritdoc/>
    public FeatureSet Output { get; private set; }

    int Numbers => _features.NumericColumns.Length;

    /// <inheritdoc/>
    public void Reset()
    {
        _depth = _lags.Max() + 1;
        (_past, _rows, _holdsCurrent) = (new double[_depth * Numbers], 0, false);
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target)
    {
        _features.Check(features);
        var place = (int)(_rows++ % _depth) * Numbers;
        foreach (var column in _features.NumericColumns) _past[place++] = Numerics.Lanes.Bounded(features[column]);
        _holdsCurrent = true;
    }

    /// <inheritdoc/>
    public void Transform(ReadOnlySpan<double> features, Span<double> output)
    {
        _features.Check(features);
        features.CopyTo(output);
        foreach (var column in _features.NumericColumns) output[column] = Numerics.Lanes.Bounded(output[column]);
        // Right after it was learned a row is the newest one; then the lags begin with the one before.
        var known = _holdsCurrent ? _rows - 1 : _rows;
        _holdsCurrent = false;
        var at = features.Length;
        foreach (var lag in _lags)
        {
            if (known >= lag) _past.AsSpan((int)((known - lag) % _depth) * Numbers, Numbers).CopyTo(output[at..]);
            else output.Slice(at, Numbers).Fill(double.NaN);
            at += Numbers;
        }
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Array(ref _lags);
        archive.Require(_lags.Length is > 0 and <= 1024 && _lags.All(l => l is >= 1 and <= LagMax), "a lag is out of range");
        if (archive.IsReading)
        {
            archive.Require(archive.CanHold(8L * (_lags.Max() + 1) * Numbers), "it is too short for its lags");
            Output = Columns();
            Reset();
        }
        archive.Array(ref _past, _past.Length);
        archive.Value(ref _rows);
        archive.Require(_rows >= 0, "a count is negative");
        archive.Value(ref _holdsCurrent);
    }

    FeatureSet Columns()
    {
        var kinds = new FeatureKind[_features.Count + _lags.Length * Numbers];
        foreach (var column in _features.NominalColumns) kinds[column] = FeatureKind.Nominal;
        return new(kinds);
    }
}

using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Preparation;

/// <summary>Adds the products of every two numbers, squares too, behind the columns: a linear model can then draw curves.</summary>
/// <remarks>n numbers give n (n + 1) / 2 more columns. A product of a missing number is missing. Scale before it, so that products are of size 1.</remarks>
public sealed class Polynomial : ITransform
{
    FeatureSet _features = FeatureSet.Numeric(1);

    /// <summary>A transform; it has nothing to learn.</summary>
    /// <param name="features">The columns.</param>
    public Polynomial(FeatureSet features)
    {
        _features = features;
        Output = Columns();
    }

    internal Polynomial() => Output = _features;

    /// <inheritdoc/>
    public FeatureSet Input => _features;

    /// <inheritdoc/>
    public FeatureSet Output { get; private set; }

    /// <inheritdoc/>
    public void Reset() { }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target) => _features.Check(features);

    /// <inheritdoc/>
    public void Transform(ReadOnlySpan<double> features, Span<double> output)
    {
        _features.Check(features);
        features.CopyTo(output);
        var at = features.Length;
        var numeric = _features.NumericColumns;
        for (var i = 0; i < numeric.Length; i++)
            for (var j = i; j < numeric.Length; j++)
                output[at++] = Lanes.Bounded(Lanes.Bounded(features[numeric[i]]) * Lanes.Bounded(features[numeric[j]]));
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        if (!archive.IsReading) return;
        archive.Require(_features.NumericColumns.Length < 4096, "its columns are too many");
        Output = Columns();
    }

    FeatureSet Columns()
    {
        var n = _features.NumericColumns.Length;
        var kinds = new FeatureKind[_features.Count + n * (n + 1) / 2];
        foreach (var column in _features.NominalColumns) kinds[column] = FeatureKind.Nominal;
        return new(kinds);
    }
}

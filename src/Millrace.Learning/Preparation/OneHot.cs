using Millrace.Learning.Images;

namespace Millrace.Learning.Preparation;

/// <summary>Turns each code into columns of which one is 1: numbers first, as they are, then a group of columns for each nominal one.</summary>
/// <remarks>
/// Codes beyond the columns of a group share them (code modulo columns), so that a category never seen before is no error. A missing code gives zeros. With a few columns and very many
/// codes this is the hashing trick (Weinberger et al. 2009, Feature hashing for large scale multitask learning).
/// </remarks>
public sealed class OneHot : ITransform
{
    FeatureSet _features = FeatureSet.Numeric(1);
    int _slots = 32;

    /// <summary>A transform; it has nothing to learn.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="slots">Columns for each nominal one, 2 to 65,536; as many as there are categories where that is known.</param>
    public OneHot(FeatureSet features, int slots = 32)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, FeatureSet.CodesMax);
        (_features, _slots) = (features, slots);
        Output = Columns();
    }

    internal OneHot() => Output = _features;

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
        var at = 0;
        foreach (var i in _features.NumericColumns) output[at++] = features[i];
        output[at..Output.Count].Clear();
        foreach (var i in _features.NominalColumns)
        {
            var code = FeatureSet.Code(features[i]);
            if (code >= 0) output[at + code % _slots] = 1;
            at += _slots;
        }
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _slots, 2, FeatureSet.CodesMax);
        if (!archive.IsReading) return;
        archive.Require((long)_slots * _features.NominalColumns.Length < 1 << 24, "its columns are too many");
        Output = Columns();
    }

    FeatureSet Columns() => FeatureSet.Numeric(_features.NumericColumns.Length + _slots * _features.NominalColumns.Length);
}

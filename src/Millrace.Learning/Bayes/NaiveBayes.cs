using Millrace.Learning.Images;

namespace Millrace.Learning.Bayes;

/// <summary>Classes by how usual each column's value is in each of them, as if the columns were independent: normal distributions for numbers, counts for codes.</summary>
/// <remarks>
/// <para>
/// p(class | row) ~ p(class) Π p(value | class). Numbers need no scaling. Missing values say nothing, a code never seen counts one row (Laplace). No number is less likely than 1e-9. Merges exactly:
/// what was learned apart is as if learned together. Cost: 56 bytes a number and class; a row costs one exp and one log for eight numbers of a class.
/// </para>
/// <para>Weakness: columns that say the same are counted twice, so its probabilities are far too sure; it forgets nothing, so it does not follow change.</para>
/// <para>Hand and Yu (2001), Idiot's Bayes - not so stupid after all?, Int. Stat. Review 69, 385-398.</para>
/// </remarks>
public sealed class NaiveBayes : IClassifier, IMergeable<NaiveBayes>
{
    FeatureSet _features = FeatureSet.Numeric(1);
    int _classesAtStart = 2;
    ClassStatistics _statistics = null!;
    double[] _scratch = [];

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    public NaiveBayes(FeatureSet features, int classes = 2)
    {
        ClassLabels.CheckCount(classes);
        (_features, _classesAtStart) = (features, classes);
        Reset();
    }

    internal NaiveBayes() { }

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Classes => _statistics.Weights.Length;

    /// <inheritdoc/>
    public void Reset()
    {
        _statistics = new(_features.NumericColumns, _features.NominalColumns, _classesAtStart);
        _scratch = ClassStatistics.Scratch(_features.NumericColumns.Length);
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, int target, double weight = 1)
    {
        _features.Check(features);
        ClassLabels.Check(target);
        _statistics.Gather(features, _scratch);
        _statistics.Learn(features, _scratch, target, weight);
    }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<double> features, Span<double> probabilities)
    {
        _features.Check(features);
        _statistics.Gather(features, _scratch);
        _statistics.LogVotes(features, _scratch, probabilities);
        ClassLabels.FromLogs(probabilities, Classes);
    }

    /// <inheritdoc/>
    public void Merge(NaiveBayes other)
    {
        if (other._features.Count != _features.Count || !other._features.NominalColumns.SequenceEqual(_features.NominalColumns))
            throw new ArgumentException("The other model has other features; only models of the same columns merge.", nameof(other));
        _statistics.Merge(other._statistics);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _classesAtStart, 2, IClassifier.ClassesMax);
        if (archive.IsReading)
        {
            _statistics = new(_features.NumericColumns, _features.NominalColumns, 1);
            _scratch = ClassStatistics.Scratch(_features.NumericColumns.Length);
        }
        _statistics.Transfer(archive);
        archive.Require(Classes >= 2, "it has no classes");
    }
}

using Millrace.Learning.Images;

namespace Millrace.Learning.Neighbours;

/// <summary>Votes of the nearest rows among the last ones.</summary>
/// <remarks>
/// <para>
/// The five nearest of the last 1,000 rows vote, each with the same weight; distances are Euclidean over all columns. All rows of the window are looked at: no neighbour is missed. Nothing else is learned, so it follows change at the pace of its
/// window. Cost: window × columns / 8 steps a prediction; 8 bytes a number. Put a <see cref="Preparation.StandardScaler"/> before it.
/// </para>
/// <para>Weakness: columns that say nothing count as much as others; slow with wide rows and large windows.</para>
/// <para>Cover and Hart (1967), Nearest neighbor pattern classification, IEEE Trans. Inf. Theory 13, 21-27; Bifet et al. (2013) for windows on streams.</para>
/// </remarks>
public sealed class NearestNeighbours : IClassifier
{
    FeatureSet _features = FeatureSet.Numeric(1);
    int _neighbours = 5, _window = 1000, _classes = 2, _classesAtStart = 2;
    NeighbourWindow _rows;

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    /// <param name="neighbours">How many vote, 1 to 1,000.</param>
    /// <param name="window">How many of the last rows are kept, as many as neighbours or more.</param>
    public NearestNeighbours(FeatureSet features, int classes = 2, int neighbours = 5, int window = 1000)
    {
        ClassLabels.CheckCount(classes);
        ArgumentOutOfRangeException.ThrowIfLessThan(neighbours, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(neighbours, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(window, neighbours);
        (_features, _classesAtStart, _classes, _neighbours, _window) = (features, classes, classes, neighbours, window);
        _rows = new(features.Count, window, neighbours);
    }

    internal NearestNeighbours() => _rows = new(1, _window, _neighbours);

    /// <inheritdoc/>
    public FeatureSet Features => _features;

    /// <inheritdoc/>
    public int Classes => _classes;

    /// <inheritdoc/>
    public void Reset()
    {
        _classes = _classesAtStart;
        _rows.Clear();
    }

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, int target, double weight = 1)
    {
        _features.Check(features);
        ClassLabels.Check(target);
        if (target >= _classes) _classes = target + 1;
        _rows.Add(features, target);
    }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<double> features, Span<double> probabilities)
    {
        _features.Check(features);
        probabilities.Clear();
        foreach (var label in _rows.Nearest(features, out _)) probabilities[(int)label]++;
        ClassLabels.Normalise(probabilities, _classes);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        FeatureSet.Transfer(archive, ref _features);
        archive.Value(ref _classesAtStart, 2, IClassifier.ClassesMax);
        archive.Value(ref _classes, _classesAtStart, IClassifier.ClassesMax);
        archive.Value(ref _neighbours, 1, 1000);
        archive.Value(ref _window, _neighbours, int.MaxValue);
        if (archive.IsReading)
        {
            archive.Require(archive.CanHold(8L * _window * _features.Count), "it is too short for its window");
            _rows = new(_features.Count, _window, _neighbours);
        }
        _rows.Transfer(archive);
        archive.Require(_rows.Targets.All(t => t >= 0 && t < _classes && t == (int)t), "a label is none");
    }
}

using Millrace.Learning.Images;

namespace Millrace.Learning.Batch;

/// <summary>The mean vote of many deep trees, each grown on rows drawn with repetition from those that are kept, with columns drawn at each split.</summary>
/// <remarks>
/// <para>
/// Each split is the border of least Gini impurity among as many columns as the root of their number. Otherwise as <see cref="RandomForestRegressor"/>: 255 codes a column, in parallel, the same result for any number
/// of threads.
/// </para>
/// <para>Weakness: between trainings it does not learn; shares near 0 and 1 are too cautious; large.</para>
/// <para>Breiman (2001), Random forests, Machine Learning 45, 5-32.</para>
/// </remarks>
public sealed class RandomForestClassifier : TrainedClassifier
{
    RandomForestOptions _options = new();
    ulong _seed;

    /// <summary>A model that keeps no row yet.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    /// <param name="options">Settings.</param>
    /// <param name="seed">For the draws of rows and columns.</param>
    public RandomForestClassifier(FeatureSet features, int classes = 2, RandomForestOptions? options = null, ulong seed = 42) : base(features, classes, (options ?? new()).Checked().RowsMax) =>
        (_options, _seed) = (options ?? new(), seed);

    internal RandomForestClassifier() : base(FeatureSet.Numeric(1), 2, 10) { }

    private protected override int RowsMax => _options.RowsMax;

    private protected override bool TrainsItself => _options.TrainsItself;

    private protected override BinForest Train(RowHistory history, double[] targets, int classes, int threads) =>
        RandomForestTraining.Train(history, targets, Features, classes, _options, _seed, threads);

    private protected override void ToShares(ReadOnlySpan<double> sums, Span<double> shares, int trees)
    {
        if (sums.Length > 1) sums.CopyTo(shares);
        else (shares[1], shares[0]) = (Math.Clamp(sums[0] / trees, 0, 1), 1 - Math.Clamp(sums[0] / trees, 0, 1));
    }

    private protected override void TransferOptions(Archive archive)
    {
        RandomForestOptions.Transfer(archive, ref _options);
        archive.Value(ref _seed);
    }
}

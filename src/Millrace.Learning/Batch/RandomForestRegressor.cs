using Millrace.Learning.Images;

namespace Millrace.Learning.Batch;

/// <summary>The mean of many deep trees, each grown on rows drawn with repetition from those that are kept.</summary>
/// <remarks>
/// <para>
/// Each tree splits at the border that leaves the least squares, down to single targets; their mean is smooth where one tree is not. Numbers are put into 255 codes of equal share first, categories into the order of
/// their mean target; missing values go where they fit best. Trained in parallel, with the same result for any number of threads. Cost: about 0.04 µs × rows × columns × levels / 17 a tree;
/// 16 bytes a node, twice as many nodes as different rows in a tree.
/// </para>
/// <para>Weakness: it never predicts beyond the targets that it saw, so it does not follow a trend; between trainings it does not learn; large.</para>
/// <para>Breiman (2001), Random forests, Machine Learning 45, 5-32.</para>
/// </remarks>
public sealed class RandomForestRegressor : TrainedRegressor
{
    RandomForestOptions _options = new();
    ulong _seed;

    /// <summary>A model that keeps no row yet.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="options">Settings.</param>
    /// <param name="seed">For the draws of rows and columns.</param>
    public RandomForestRegressor(FeatureSet features, RandomForestOptions? options = null, ulong seed = 42) : base(features, (options ?? new()).Checked().RowsMax) =>
        (_options, _seed) = (options ?? new(), seed);

    internal RandomForestRegressor() : base(FeatureSet.Numeric(1), 10) { }

    private protected override int RowsMax => _options.RowsMax;

    private protected override bool TrainsItself => _options.TrainsItself;

    private protected override (BinForest Forest, double Factor) Train(RowHistory history, double[] targets, int threads) =>
        (RandomForestTraining.Train(history, targets, Features, 0, _options, _seed, threads), 1.0 / _options.Trees);

    private protected override void TransferOptions(Archive archive)
    {
        RandomForestOptions.Transfer(archive, ref _options);
        archive.Value(ref _seed);
    }
}

using Millrace.Learning.Images;

namespace Millrace.Learning.Batch;

/// <summary>Many small trees, each of which mends what those before it left wrong, trained on the rows that are kept.</summary>
/// <remarks>
/// <para>
/// Each tree follows the gradient of the squared error; a tenth of its answer counts. It grows at the leaf that gains most, up to 31 leaves of 20 rows. Numbers are put into 255 codes of equal share first, categories into
/// the order of their mean target; missing values go where they fit best. Threads share columns, with the same result for any number of them. Cost: some 1.5 ns × rows × columns × 3 a tree.
/// </para>
/// <para>Weakness: it never predicts far beyond the targets that it saw, so it does not follow a trend; between trainings it does not learn; with few rows it learns them by heart.</para>
/// <para>Friedman (2001), Greedy function approximation: a gradient boosting machine; Ke et al. (2017), LightGBM, for codes and leaves.</para>
/// </remarks>
public sealed class GradientBoostingRegressor : TrainedRegressor
{
    BoostingOptions _options = new();

    /// <summary>A model that keeps no row yet.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="options">Settings.</param>
    public GradientBoostingRegressor(FeatureSet features, BoostingOptions? options = null) : base(features, (options ?? new()).Checked().RowsMax) => _options = options ?? new();

    internal GradientBoostingRegressor() : base(FeatureSet.Numeric(1), 10) { }

    private protected override int RowsMax => _options.RowsMax;

    private protected override bool TrainsItself => _options.TrainsItself;

    private protected override (BinForest Forest, double Factor) Train(RowHistory history, double[] targets, int threads) =>
        (BoostingTraining.TrainNumbers(history, targets, Features, _options, threads), 1);

    private protected override void TransferOptions(Archive archive) => BoostingOptions.Transfer(archive, ref _options);
}

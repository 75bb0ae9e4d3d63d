using Millrace.Learning.Images;

namespace Millrace.Learning.Batch;

/// <summary>Many small trees, each of which mends what those before it left wrong, trained on the rows that are kept; their sum tells the classes.</summary>
/// <remarks>
/// <para>
/// Each tree follows the gradient of the log loss: one score for two classes (logistic), one for each of more (softmax, a tree for each class and round). Otherwise as <see cref="GradientBoostingRegressor"/>.
/// </para>
/// <para>Weakness: between trainings it does not learn; with few rows it learns them by heart and is too sure.</para>
/// <para>Friedman (2001), Greedy function approximation: a gradient boosting machine; Ke et al. (2017), LightGBM, for codes and leaves.</para>
/// </remarks>
public sealed class GradientBoostingClassifier : TrainedClassifier
{
    BoostingOptions _options = new();

    /// <summary>A model that keeps no row yet.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    /// <param name="options">Settings.</param>
    public GradientBoostingClassifier(FeatureSet features, int classes = 2, BoostingOptions? options = null) : base(features, classes, (options ?? new()).Checked().RowsMax) => _options = options ?? new();

    internal GradientBoostingClassifier() : base(FeatureSet.Numeric(1), 2, 10) { }

    private protected override int RowsMax => _options.RowsMax;

    private protected override bool TrainsItself => _options.TrainsItself;

    private protected override BinForest Train(RowHistory history, double[] targets, int classes, int threads) =>
        BoostingTraining.TrainClasses(history, targets, Features, classes, _options, threads);

    private protected override void ToShares(ReadOnlySpan<double> sums, Span<double> shares, int trees)
    {
        if (sums.Length == 1)
        {
            (shares[1], shares[0]) = (ClassLabels.Sigmoid(sums[0]), ClassLabels.Sigmoid(-sums[0]));
            return;
        }
        sums.CopyTo(shares);
        ClassLabels.FromLogs(shares, shares.Length);
    }

    private protected override void TransferOptions(Archive archive) => BoostingOptions.Transfer(archive, ref _options);
}

using System.Runtime.Intrinsics;

namespace Millrace.Learning.Batch;

/// <summary>Boosts: each round's trees follow the gradient of the loss of what all before said together.</summary>
static class BoostingTraining
{
    const double LeastCurvature = 1e-16;

    /// <summary>Trees of least squares.</summary>
    public static BinForest TrainNumbers(RowHistory history, double[] targets, FeatureSet features, BoostingOptions options, int threads)
    {
        var rows = new BinnedRows(history, features, targets, threads);
        var grower = new BoostedGrower(rows, options, threads);
        var weights = history.Weights.ToArray();
        var scores = new double[rows.Count];
        var slopes = new Vector128<double>[rows.Count];
        var trees = new BinTree[options.Trees];
        for (var t = 0; t < trees.Length; t++)
        {
            for (var i = 0; i < slopes.Length; i++) slopes[i] = Vector128.Create((scores[i] - targets[i]) * weights[i], weights[i]);
            trees[t] = grower.Grow(slopes, scores);
        }
        return new(rows.Bins, trees, [0], 1);
    }

    /// <summary>Trees of least log loss: one score for two classes, else one for each.</summary>
    public static BinForest TrainClasses(RowHistory history, double[] targets, FeatureSet features, int classes, BoostingOptions options, int threads)
    {
        var sums = classes == 2 ? 1 : classes;
        var rows = new BinnedRows(history, features, targets, threads);
        var grower = new BoostedGrower(rows, options, threads);
        var weights = history.Weights.ToArray();
        var start = Start(targets, weights, classes);
        var scores = new double[sums][];
        for (var c = 0; c < sums; c++) Array.Fill(scores[c] = new double[rows.Count], start[c]);
        var slopes = new Vector128<double>[rows.Count];
        var shares = new double[sums > 1 ? sums : 0][];
        for (var c = 0; c < shares.Length; c++) shares[c] = new double[rows.Count];
        var trees = new BinTree[options.Trees * sums];
        for (var t = 0; t < trees.Length; t++)
        {
            var c = t % sums;
            if (sums > 1 && c == 0) Share(scores, shares);
            for (var i = 0; i < slopes.Length; i++)
            {
                var share = sums > 1 ? shares[c][i] : ClassLabels.Sigmoid(scores[0][i]);
                var isIt = (int)targets[i] == (sums > 1 ? c : 1);
                slopes[i] = Vector128.Create((share - (isIt ? 1 : 0)) * weights[i], Math.Max(share * (1 - share), LeastCurvature) * weights[i]);
            }
            trees[t] = grower.Grow(slopes, scores[c]);
        }
        return new(rows.Bins, trees, start, 1);
    }

    // The shares of the classes as scores; one that was not seen is as rare as half a row.
    static double[] Start(double[] targets, double[] weights, int classes)
    {
        var counts = new double[classes];
        Array.Fill(counts, 0.5);
        for (var i = 0; i < targets.Length; i++) counts[(int)targets[i]] += weights[i];
        var total = counts.Sum();
        return classes == 2 ? [Math.Log(counts[1] / counts[0])] : Array.ConvertAll(counts, c => Math.Log(c / total));
    }

    static void Share(double[][] scores, double[][] shares)
    {
        for (var i = 0; i < scores[0].Length; i++)
        {
            double most = double.NegativeInfinity, sum = 0;
            foreach (var score in scores) most = Math.Max(most, score[i]);
            for (var c = 0; c < scores.Length; c++) sum += shares[c][i] = Math.Exp(scores[c][i] - most);
            for (var c = 0; c < scores.Length; c++) shares[c][i] /= sum;
        }
    }
}

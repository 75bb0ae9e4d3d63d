using Millrace.Learning.Numerics;

namespace Millrace.Learning.Batch;

/// <summary>Trains random forests: every tree has a seed of its own, so that the forest is the same for any number of threads.</summary>
static class RandomForestTraining
{
    /// <summary>The forest of the kept rows; its sums are those of all trees.</summary>
    /// <param name="history">The rows.</param>
    /// <param name="targets">Numbers of size 1, or classes.</param>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Number of classes, or 0 for numbers.</param>
    /// <param name="options">Settings.</param>
    /// <param name="seed">For rows and columns.</param>
    /// <param name="threads">How many may work.</param>
    public static BinForest Train(RowHistory history, double[] targets, FeatureSet features, int classes, RandomForestOptions options, ulong seed, int threads)
    {
        var rows = new BinnedRows(history, features, targets, threads);
        var weights = history.Weights.ToArray();
        var columns = options.Columns > 0 ? Math.Min(options.Columns, features.Count) : classes > 0 ? Math.Max(1, (int)Math.Sqrt(features.Count)) : features.Count;
        var trees = new BinTree[options.Trees];
        var next = -1;
        var seeds = new SeededRandom(seed);
        var seedOf = new ulong[trees.Length];
        for (var i = 0; i < seedOf.Length; i++) seedOf[i] = seeds.Next();
        var workers = Math.Min(BinForest.Workers(threads), trees.Length);
        Parallel.For(0, workers, new() { MaxDegreeOfParallelism = workers }, _ =>
        {
            var grower = new ForestGrower(rows, targets, weights, classes, columns, options);
            for (int i; (i = Interlocked.Increment(ref next)) < trees.Length;) trees[i] = grower.Grow(new(seedOf[i]));
        });
        return new(rows.Bins, trees, new double[classes > 2 ? classes : 1], classes > 2 ? classes : 1);
    }
}

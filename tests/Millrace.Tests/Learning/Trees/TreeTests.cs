using Millrace.Learning;
using Millrace.Learning.Numerics;
using Millrace.Learning.Trees;

namespace Millrace.Tests.Learning.Trees;

public sealed class TreeTests
{
    [Fact]
    public void A_tree_asks_for_the_column_that_tells_the_class()
    {
        var tree = new HoeffdingTree(FeatureSet.Numeric(3));
        var random = new SeededRandom(1);
        var row = new double[3];
        for (var i = 0; i < 2000; i++)
        {
            for (var c = 0; c < 3; c++) row[c] = random.NextDouble();
            tree.Learn(row, row[1] > 0.6 ? 1 : 0);
        }
        Assert.True(tree.Leaves >= 2);
        var probabilities = new double[2];
        var hits = 0;
        for (var i = 0; i < 500; i++)
        {
            for (var c = 0; c < 3; c++) row[c] = random.NextDouble();
            tree.Predict(row, probabilities);
            if (probabilities[1] > 0.5 == row[1] > 0.6) hits++;
        }
        Assert.InRange(hits, 450, 500);
    }

    [Fact]
    public void Categories_get_a_branch_each_where_that_tells_most()
    {
        var tree = new HoeffdingTree(new(FeatureKind.Nominal, FeatureKind.Numeric), classes: 3);
        var random = new SeededRandom(2);
        for (var i = 0; i < 3000; i++)
        {
            var code = random.Next(6);
            tree.Learn([code, random.NextDouble()], code % 3);
        }
        Assert.True(tree.Leaves >= 6);
        var probabilities = new double[3];
        for (var code = 0; code < 6; code++)
        {
            tree.Predict([code, 0.5], probabilities);
            Assert.True(probabilities[code % 3] > 0.9);
        }
        tree.Predict([77, 0.5], probabilities);
        Assert.Equal(1, probabilities.Sum(), 1e-9);
    }

    [Fact]
    public void An_adaptive_tree_follows_when_classes_change_sides_and_a_plain_one_hardly_does()
    {
        double After(IClassifier tree)
        {
            var random = new SeededRandom(3);
            var row = new double[3];
            var probabilities = new double[2];
            int hits = 0, seen = 0;
            for (var i = 0; i < 40_000; i++)
            {
                for (var c = 0; c < 3; c++) row[c] = random.NextDouble();
                var target = row[0] + row[1] > 1 == i < 20_000 ? 1 : 0;
                if (i > 30_000)
                {
                    tree.Predict(row, probabilities);
                    if (probabilities[1] > probabilities[0] == (target == 1)) hits++;
                    seen++;
                }
                tree.Learn(row, target);
            }
            return (double)hits / seen;
        }
        var (plain, adaptive) = (After(new HoeffdingTree(FeatureSet.Numeric(3))), After(new HoeffdingAdaptiveTree(FeatureSet.Numeric(3))));
        Assert.True(adaptive > 0.9 && adaptive > plain, $"{adaptive} against {plain}");
    }
}

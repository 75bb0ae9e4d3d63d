using Millrace.Learning;
using Millrace.Learning.Clustering;
using Millrace.Learning.Numerics;

namespace Millrace.Tests.Learning.Clustering;

/// <summary>What every clusterer keeps: run over the list.</summary>
public sealed class ClustererLawTests
{
    static readonly double[][] s_middles = [[0, 0], [3, 3], [-3, 3]];

    public static TheoryData<string> All => [.. Clusterers.All.Select(c => c.Name)];

    static IClusterer Create(string name, ulong seed = 42) => Clusterers.All.Single(c => c.Name == name).Create(FeatureSet.Numeric(2), 3, seed);

    static int Fill(double[] row, ref SeededRandom random)
    {
        var cluster = random.Next(3);
        for (var i = 0; i < 2; i++) row[i] = s_middles[cluster][i] + 0.2 * random.NextNormal();
        return cluster;
    }

    [Fact]
    public void Every_clusterer_is_in_the_list()
    {
        var listed = Clusterers.All.Select(c => c.Type).ToHashSet();
        Assert.DoesNotContain(typeof(IClusterer).Assembly.GetTypes(), t => t.IsAssignableTo(typeof(IClusterer)) && !t.IsAbstract && !listed.Contains(t));
    }

    [Theory, MemberData(nameof(All))]
    public void Three_clouds_apart_are_three_clusters(string name)
    {
        var clusterer = Create(name);
        var random = new SeededRandom(1);
        var row = new double[2];
        for (var i = 0; i < 3000; i++)
        {
            Fill(row, ref random);
            clusterer.Learn(row);
        }
        Assert.Equal(3, clusterer.Clusters);
        var found = Array.ConvertAll(s_middles, m => clusterer.Predict(m));
        Assert.Equal(3, found.Distinct().Count());
        for (var c = 0; c < 3; c++)
            for (var i = 0; i < 2; i++) Assert.Equal(s_middles[c][i], clusterer.Center(found[c])[i], 0.2);
    }

    [Theory, MemberData(nameof(All))]
    public void Saved_and_loaded_in_the_middle_nothing_changes_and_a_reset_makes_it_as_new(string name)
    {
        var (straight, broken) = (Create(name), Create(name));
        for (var turn = 0; turn < 2; turn++)
        {
            var random = new SeededRandom(2);
            var row = new double[2];
            for (var i = 0; i < 1200; i++)
            {
                Fill(row, ref random);
                straight.Learn(row);
                broken.Learn(row);
                Assert.Equal(straight.Predict([1, 1]), broken.Predict([1, 1]));
                if (i % 97 == 5) broken = broken.Copy();
            }
            Assert.Equal(straight.Save(), broken.Save());
            straight.Reset();
            broken = Create(name);
        }
    }

    [Theory, MemberData(nameof(All))]
    public void Odd_values_are_no_error_and_middles_stay_finite(string name)
    {
        double[] odd = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, 1e300, -1e300, 1e-300, 0];
        var clusterer = Create(name);
        var random = new SeededRandom(3);
        var row = new double[2];
        for (var i = 0; i < 1500; i++)
        {
            Fill(row, ref random);
            if (i % 7 == 0) row[i % 2] = odd[random.Next(odd.Length)];
            clusterer.Predict(row);
            clusterer.Learn(row);
            for (var c = 0; c < clusterer.Clusters; c++) Assert.True(double.IsFinite(clusterer.Center(c)[0]) && double.IsFinite(clusterer.Center(c)[1]));
        }
    }

    [Theory, MemberData(nameof(All))]
    public void A_damaged_image_is_told(string name)
    {
        var clusterer = Create(name);
        var random = new SeededRandom(4);
        var row = new double[2];
        for (var i = 0; i < 500; i++)
        {
            Fill(row, ref random);
            clusterer.Learn(row);
        }
        var image = clusterer.Save();
        for (var i = 0; i < 200; i++)
        {
            var damaged = image.ToArray();
            for (var k = 0; k < 3; k++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            if (i % 3 == 0) damaged = damaged[..random.Next(damaged.Length)];
            try
            {
                var loaded = ModelImages.Load<IClusterer>(damaged);
                if (loaded.Features.Count == 2) loaded.Learn([1, 2]);
            }
            catch (ModelFormatException) { }
        }
    }
}

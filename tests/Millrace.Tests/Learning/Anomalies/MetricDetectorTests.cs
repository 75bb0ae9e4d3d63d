using System.Globalization;
using Millrace.Learning;
using Millrace.Learning.Anomalies;
using Millrace.Learning.Numerics;

namespace Millrace.Tests.Learning.Anomalies;

public sealed class MetricDetectorTests
{
    [Fact]
    public void The_scorer_gives_the_published_score_of_the_windowed_Gaussian()
    {
        var scorer = new NabScorer(Path.GetDirectoryName(LearningData.File("nab", "combined_windows.json"))!);
        var scores = LabelledRows.Lines(LearningData.File("nab", "ref_windowedGaussian_rows.csv.gz")).Select(l => l.Split(',')).Skip(1)
            .GroupBy(l => l[0]).ToDictionary(g => g.Key, g => g.Select(l => double.Parse(l[3], CultureInfo.InvariantCulture)).ToArray());
        Assert.Equal(35.02, scorer.Score(scores).Score, 0.01);
        Assert.Equal(16.66, scorer.Score(scores, falseCost: 0.22).Score, 0.01);
        Assert.Equal(43.35, scorer.Score(scores, missCost: 2).Score, 0.01);
    }

    [Fact]
    public void It_reaches_65_on_the_development_half_of_NAB_with_one_setting()
    {
        var scorer = new NabScorer(Path.GetDirectoryName(LearningData.File("nab", "combined_windows.json"))!);
        var scores = scorer.Files.ToDictionary(f => f, f =>
        {
            var detector = new MetricDetector(FeatureSet.Numeric(1));
            return Array.ConvertAll(scorer.Read(f).Values, value =>
            {
                var score = detector.Score([value]);
                detector.Learn([value]);
                return score;
            });
        });
        Assert.InRange(scorer.Score(scores).Score, 65, 100);
    }

    [Fact]
    public void A_day_without_its_usual_rise_is_unusual_though_all_its_values_are_usual()
    {
        var detector = new MetricDetector(FeatureSet.Numeric(1));
        var random = new SeededRandom(1);
        double before = 0, within = 0;
        for (var t = 0; t < 24 * 30; t++)
        {
            var isMissing = t / 24 == 25;
            var value = (t % 24 is > 8 and < 18 && !isMissing ? 50 : 10) + random.NextNormal();
            var score = detector.Score([value]);
            if (t is > 24 * 10 and < 24 * 25) before = Math.Max(before, score);
            if (isMissing) within = Math.Max(within, score);
            detector.Learn([value]);
        }
        Assert.True(within > before, $"{within:F3} against {before:F3}");
    }
}

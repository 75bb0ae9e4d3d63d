using Millrace.Learning;
using Millrace.Learning.Anomalies;
using Millrace.Learning.Numerics;

namespace Millrace.Tests.Learning.Anomalies;

public sealed class MewmaDetectorTests
{
    [Fact]
    public void Columns_that_part_ways_are_unusual_though_each_alone_is_not()
    {
        var detector = new MewmaDetector(FeatureSet.Numeric(2));
        var random = new SeededRandom(1);
        var row = new double[2];
        double usual = 0, parted = 0;
        for (var i = 0; i < 3000; i++)
        {
            var common = random.NextNormal();
            row[0] = common + 0.1 * random.NextNormal();
            row[1] = (i < 2900 ? common : -common) + 0.1 * random.NextNormal() + (i < 2900 ? 0 : 0.8);
            var score = detector.Score(row);
            if (i is > 1000 and < 2900) usual = Math.Max(usual, score);
            if (i >= 2900) parted = Math.Max(parted, score);
            detector.Learn(row);
        }
        Assert.True(parted > usual + 0.1, $"{parted:F3} against {usual:F3}");
    }

    [Fact]
    public void An_event_does_not_become_usual_while_it_lasts()
    {
        var detector = new MewmaDetector(FeatureSet.Numeric(1));
        var random = new SeededRandom(2);
        for (var i = 0; i < 1000; i++) detector.Learn([random.NextNormal()]);
        for (var i = 0; i < 500; i++) detector.Learn([6 + random.NextNormal()]);
        Assert.True(detector.Score([6]) > 0.75);
        for (var i = 0; i < 100; i++) detector.Learn([random.NextNormal()]);
        Assert.True(detector.Score([0]) < 0.5);
    }
}

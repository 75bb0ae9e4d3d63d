using System.Globalization;
using Millrace.Bench.Harness;
using Millrace.Learning;
using Millrace.Learning.Anomalies;
using Millrace.Tests.Learning;

namespace Millrace.Bench.Learning;

/// <summary>The detector of many columns on the Skoltech Anomaly Benchmark's valve1: the first 400 rows of a file are learned, the others scored and learned one by one.</summary>
sealed class SkabScores : LearningPart
{
    const int Training = 400;

    /// <inheritdoc/>
    public override string Name => "skab";

    /// <inheritdoc/>
    public override string Remark => "valve1: 16 files, 8 columns, 11,760 rows scored, all files pooled; one setting, no labels. Aim: F1 0.74 at 25 % false alarms. Baselines there: largest z above 4 0.736 at 31.8 %, above 5 0.683 at 23.5 %; everything anomalous 0.698 at 100 %. Published over all of SKAB: Conv-AE 0.78 at 13.6 %, T2 + Q 0.76 at 26.6 %.";

    /// <inheritdoc/>
    protected override void Measure(Workshop workshop)
    {
        var files = LabelledRows.Lines(workshop.SharedFile("data", "iot", "skab_valve1.csv.gz")).Skip(1).Select(l => l.Split(',')).GroupBy(l => l[0])
            .Select(g => g.Select(l => Array.ConvertAll(l[2..11], v => double.Parse(v, CultureInfo.InvariantCulture))).ToList()).ToList();
        Header("| detector | threshold | F1 | false alarms, % | missed, % | aim met |");
        foreach (var (name, create) in (ReadOnlySpan<(string, Func<IAnomalyDetector>)>)[("mewma_detector", () => new MewmaDetector(FeatureSet.Numeric(8))), ("half_space_trees", () => new HalfSpaceTrees(FeatureSet.Numeric(8)))])
        {
            var rows = files.SelectMany(f => Scored(create(), f)).ToList();
            foreach (var threshold in (ReadOnlySpan<double>)[0.6, 0.7, 0.75, 0.8, 0.85, 0.9])
            {
                double hits = rows.Count(r => r.IsAnomaly && r.Score >= threshold), falseAlarms = rows.Count(r => !r.IsAnomaly && r.Score >= threshold);
                double positives = rows.Count(r => r.IsAnomaly), negatives = rows.Count - positives;
                var f1 = 2 * hits / (hits + falseAlarms + positives);
                var rate = 100 * falseAlarms / negatives;
                var isMet = f1 >= 0.74 && rate <= 25;
                Print($"| {name} | {threshold} | {f1:F3} | {rate:F1} | {100 - 100 * hits / positives:F1} | {Verdict(isMet)} |");
                if (name == "mewma_detector" && threshold == 0.75) Result("f1", f1, $"at {rate.ToString("F1", CultureInfo.InvariantCulture)} % false alarms", isMet);
            }
        }
    }

    static IEnumerable<(bool IsAnomaly, double Score)> Scored(IAnomalyDetector detector, List<double[]> rows)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            var features = rows[i][..8];
            var score = detector.Score(features);
            detector.Learn(features);
            if (i >= Training) yield return (rows[i][8] > 0, score);
        }
    }
}

using System.Diagnostics;
using System.Globalization;
using Millrace.Bench.Harness;
using Millrace.Learning;
using Millrace.Learning.Anomalies;
using Millrace.Tests.Learning.Anomalies;

namespace Millrace.Bench.Learning;

/// <summary>The metric detector on the development half of the Numenta Anomaly Benchmark: one setting for all files, online.</summary>
sealed class NabScores : LearningPart
{
    /// <inheritdoc/>
    public override string Name => "nab";

    /// <inheritdoc/>
    public override string Remark => "34 files, 121,702 rows, 50 windows; one threshold for all files, the best for the profile, as the benchmark has it; each row is scored before it is learned. Others: their published rows, rescored on this half. Aim: 65 in the standard profile.";

    /// <inheritdoc/>
    protected override void Measure(Workshop workshop)
    {
        var scorer = new NabScorer(workshop.SharedFile("data", "nab"));
        Header("| detector | standard | few false alarms | few misses | rows/s |");
        var rows = 0;
        var series = scorer.Files.ToDictionary(f => f, f => scorer.Read(f).Values);
        var start = Stopwatch.GetTimestamp();
        var scores = series.ToDictionary(s => s.Key, s =>
        {
            var detector = new MetricDetector(FeatureSet.Numeric(1));
            rows += s.Value.Length;
            return Array.ConvertAll(s.Value, value =>
            {
                var score = detector.Score([value]);
                detector.Learn([value]);
                return score;
            });
        });
        var speed = rows / Stopwatch.GetElapsedTime(start).TotalSeconds;
        var standard = scorer.Score(scores).Score;
        Print($"| **metric_detector** | {standard:F1} | {scorer.Score(scores, falseCost: 0.22).Score:F1} | {scorer.Score(scores, missCost: 2).Score:F1} | {speed:N0} |");
        Result("standard", standard, "of 100", standard >= 65);
        var others = File.ReadLines(workshop.SharedFile("data", "nab", "ref_scores_dev_half.csv")).Skip(1).Select(l => l.Split(',')).GroupBy(l => l[0]).Where(g => g.Count() == 3 && g.Key != "null")
            .Select(g => (g.Key, Scores: g.Select(l => double.Parse(l[4], CultureInfo.InvariantCulture)).ToArray())).OrderByDescending(g => g.Scores[0]);
        foreach (var (name, theirs) in others) Print($"| {name} | {theirs[0]:F1} | {theirs[1]:F1} | {theirs[2]:F1} | |");
    }
}

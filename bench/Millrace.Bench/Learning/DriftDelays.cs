using Millrace.Bench.Harness;
using Millrace.Learning.Drift;
using Millrace.Learning.Numerics;

namespace Millrace.Bench.Learning;

/// <summary>False alarms and delays of all drift detectors on 30 streams with a change in the middle, and without one.</summary>
sealed class DriftDelays : LearningPart
{
    const int Runs = 30, Values = 10_000, Change = 5_000;

    static readonly (string Name, Func<SeededRandom, bool, (double, SeededRandom)> Next)[] s_streams =
    [
        ("bernoulli .2->.4", (r, after) => (r.NextDouble() < (after ? 0.4 : 0.2) ? 1 : 0, r)),
        ("bernoulli .2->.25", (r, after) => (r.NextDouble() < (after ? 0.25 : 0.2) ? 1 : 0, r)),
        ("gauss 0->1", (r, after) => (r.NextNormal() + (after ? 1 : 0), r)),
        ("gauss 0->.25", (r, after) => (r.NextNormal() + (after ? 0.25 : 0), r)),
        ("gauss none", (r, _) => (r.NextNormal(), r)),
    ];

    static readonly Dictionary<(string, string), (double FalseAlarms, int Found, double Delay)> s_river = new()
    {
        [("bernoulli .2->.4", "ddm")] = (0.267, 30, 1217.2), [("bernoulli .2->.4", "eddm")] = (13.667, 30, 234.4), [("bernoulli .2->.4", "hddm_a")] = (0.133, 30, 150.1),
        [("bernoulli .2->.4", "hddm_w")] = (0.2, 30, 80.1), [("bernoulli .2->.4", "adwin")] = (0, 30, 169.1), [("bernoulli .2->.4", "page_hinkley")] = (0.033, 30, 212.1),
        [("bernoulli .2->.25", "ddm")] = (0.267, 13, 2084.3), [("bernoulli .2->.25", "hddm_a")] = (0.133, 30, 1893.8), [("bernoulli .2->.25", "hddm_w")] = (0.2, 29, 1027.9),
        [("bernoulli .2->.25", "adwin")] = (0, 28, 2119.0), [("bernoulli .2->.25", "page_hinkley")] = (0.033, 30, 964.9), [("gauss 0->1", "adwin")] = (0, 30, 53.9),
        [("gauss 0->1", "page_hinkley")] = (2.8, 30, 114.7), [("gauss 0->.25", "adwin")] = (0, 30, 347.3), [("gauss 0->.25", "page_hinkley")] = (2.8, 30, 396.2),
        [("gauss none", "adwin")] = (0, 0, double.NaN), [("gauss none", "page_hinkley")] = (2.8, 30, 947.7),
    };

    /// <inheritdoc/>
    public override string Name => "drift";

    /// <inheritdoc/>
    public override string Remark => "30 streams of 10,000 values, change at 5,000. False alarms: a run's mean in the 5,000 values before the change. River's figures: the same streams with other random numbers. Aim: ADWIN at most 1 false alarm in 30 runs and no later than River's.";

    /// <inheritdoc/>
    protected override void Measure(Workshop workshop)
    {
        Header("| stream | detector | false alarms | River | found | River | delay | River |");
        foreach (var (stream, next) in s_streams)
            foreach (var entry in DriftDetectors.All)
            {
                int falseAlarms = 0, found = 0;
                double delays = 0;
                for (var run = 0; run < Runs; run++)
                {
                    var random = new SeededRandom((ulong)run);
                    var detector = entry.Create();
                    var first = -1;
                    for (var i = 0; i < Values; i++)
                    {
                        (var value, random) = next(random, i >= Change);
                        if (!detector.Update(value)) continue;
                        if (i < Change) falseAlarms++;
                        else if (first < 0) first = i - Change;
                    }
                    if (first < 0) continue;
                    found++;
                    delays += first;
                }
                var isKnown = s_river.TryGetValue((stream, entry.Name), out var river);
                Print($"| {stream} | {entry.Name} | {falseAlarms / (double)Runs:F3} | {(isKnown ? river.FalseAlarms : null):F3} | {found} | {(isKnown ? river.Found : null)} | {delays / found:F1} | {(isKnown ? river.Delay : null):F1} |");
                if (entry.Name == "adwin") Result(stream.Replace(' ', '_'), found > 0 ? delays / found : falseAlarms, found > 0 ? "values" : "alarms", falseAlarms <= 1 && (found == 0 || delays / found <= river.Delay));
            }
    }
}

using System.Diagnostics;
using Millrace.Bench.Harness;
using Millrace.Learning;
using Millrace.Learning.Drift;
using Millrace.Learning.Evaluation;
using Millrace.Learning.Forecasting;
using Millrace.Learning.Metrics;
using Millrace.Tests.Learning;

namespace Millrace.Bench.Learning;

/// <summary>Rows a second of every model on one core, predict, score and learn; values a second of drift detectors and forecasters.</summary>
sealed class Speed : LearningPart
{
    /// <summary>Methods without loops reach their last form only some hundred milliseconds after they were first called; less warming up measures the compiler.</summary>
    const int WarmMs = 1200;

    static readonly Dictionary<string, double> s_aims = new()
    {
        ["naive_bayes"] = 5e6, ["logistic_regression"] = 5e6, ["perceptron"] = 5e6, ["linear_regression"] = 5e6, ["hoeffding_tree"] = 2e6, ["hoeffding_adaptive_tree"] = 6e5,
        ["adaptive_random_forest"] = 3e4, ["half_space_trees"] = 5e5, ["adwin"] = 2e7, ["exponential_smoothing"] = 1e7, ["clu_stream"] = 1e5,
    };

    /// <inheritdoc/>
    public override string Name => "speed";

    /// <inheritdoc/>
    public override string Remark => "Rows a second, predict + metrics + learn, data in memory: elec2 (8 numeric columns, 2 classes), bike sharing (11), mammography (6); detectors on 0 and 1, forecasters learning a season of 24. River and MOA: another day, a machine of the same kind, the same protocol.";

    /// <inheritdoc/>
    protected override void Measure(Workshop workshop)
    {
        Header("| model | rows/s, median | best | aim | met | River | MOA | bytes a row |");
        var elec2 = LabelledSets.Read(workshop, "elec2", isClassification: true);
        var bikes = LabelledSets.Read(workshop, "bike_sharing_hour", isClassification: false);
        var mammography = LabelledSets.Read(workshop, "mammography_shuffled42", isClassification: true);
        foreach (var entry in Models.All)
        {
            var rows = entry.Task switch { ModelTask.Classification => elec2, ModelTask.Regression => bikes, _ => mammography };
            Time(workshop, entry.Name, rows.Count, () => entry.Create(new(rows.Features, Math.Max(2, rows.Classes))), model => Lap(model, rows));
        }
        var bits = Bits();
        foreach (var entry in DriftDetectors.All)
            Time(workshop, entry.Name, bits.Length, entry.Create, detector =>
            {
                foreach (var bit in bits) detector.Update(bit);
            });
        var season = new double[20_000];
        for (var i = 0; i < season.Length; i++) season[i] = 50 + 10 * Math.Sin(i * Math.Tau / 24) + bits[i];
        foreach (var entry in Forecasters.All)
            Time(workshop, entry.Name, season.Length, () => entry.Create(24, 24), forecaster =>
            {
                foreach (var value in season) forecaster.Learn(value);
            });
    }

    static double[] Bits()
    {
        var random = new Random(1);
        var bits = new double[100_000];
        for (var i = 0; i < bits.Length; i++) bits[i] = random.NextDouble() < 0.2 ? 1 : 0;
        return bits;
    }

    static void Lap(IModel model, LabelledRows rows)
    {
        switch (model)
        {
            case IClassifier classifier:
                var classification = new PrequentialClassification(classifier, Horizon.Total);
                for (var i = 0; i < rows.Count; i++) classification.Step(rows[i], (int)rows.Targets[i]);
                break;
            case IRegressor regressor:
                var regression = new PrequentialRegression(regressor, Horizon.Total);
                for (var i = 0; i < rows.Count; i++) regression.Step(rows[i], rows.Targets[i]);
                break;
            case IAnomalyDetector detector:
                for (var i = 0; i < rows.Count; i++)
                {
                    detector.Score(rows[i]);
                    detector.Learn(rows[i]);
                }
                break;
        }
    }

    void Time<T>(Workshop workshop, string name, int rows, Func<T> create, Action<T> lap)
    {
        var warm = Stopwatch.StartNew();
        do lap(create());
        while (warm.ElapsedMilliseconds < WarmMs);
        var speeds = new double[warm.ElapsedMilliseconds > 2 * WarmMs ? 1 : workshop.Rounds];
        var bytes = 0.0;
        for (var i = 0; i < speeds.Length; i++)
        {
            var passes = Math.Max(1, 100_000 / rows);
            var models = new T[passes];
            for (var p = 0; p < passes; p++) models[p] = create();
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            foreach (var model in models) lap(model);
            speeds[i] = (double)rows * passes / Stopwatch.GetElapsedTime(start).TotalSeconds;
            bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / ((double)rows * passes);
        }
        Array.Sort(speeds);
        var median = speeds[speeds.Length / 2];
        var (river, moa) = Anchors.Speed(name);
        var hasAim = s_aims.TryGetValue(name, out var aim);
        Print($"| {name} | {median:N0} | {speeds[^1]:N0} | {(hasAim ? aim : null):N0} | {(hasAim ? Verdict(median >= aim) : "")} | {river:N0} | {moa:N0} | {bytes:F1} |");
        Result(name, Math.Round(median), "rows/s", hasAim ? median >= aim : null);
    }
}

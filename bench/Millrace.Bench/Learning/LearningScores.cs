using System.Diagnostics;
using System.Globalization;
using System.Text;
using Millrace.Bench.Harness;
using Millrace.Learning;
using Millrace.Learning.Evaluation;
using Millrace.Learning.Metrics;
using Millrace.Tests.Learning;

namespace Millrace.Bench.Learning;

/// <summary>Scores and rows a second of all models on the labelled sets: each row is predicted, scored, learned; the whole file, in its order.</summary>
sealed class LearningScores : Benchmark
{
    static readonly string[] s_classified = ["elec2", "phishing", "bananas", "image_segments", "sea_abrupt", "adult_train", "outdoor", "keystroke"];
    static readonly string[] s_measured = ["trump_approval", "chick_weights", "bike_sharing_hour", "metro_traffic"];

    readonly List<string> _words = [];

    /// <inheritdoc/>
    public override string Name => "learning";

    /// <inheritdoc/>
    public override string Summary => "Models: scores and rows a second (predict, score, learn) beside River and MOA; all, or some sets and models.";

    /// <inheritdoc/>
    public override bool Take(string word)
    {
        if (!s_classified.Contains(word) && !s_measured.Contains(word) && Models.All.All(m => m.Name != word)) return false;
        _words.Add(word);
        return true;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        var results = new List<string>();
        var table = new StringBuilder();
        foreach (var set in s_classified.Where(IsChosen)) Classify(workshop, set, table, results);
        foreach (var set in s_measured.Where(IsChosen)) Regress(workshop, set, table, results);
        if (_words.Count == 0) Report.Publish(workshop, this, table.ToString(), "River's and MOA's figures: another day, a machine of the same kind.");
        else Console.WriteLine(table);
        return results;
    }

    bool IsChosen(string set) => !_words.Exists(w => s_classified.Contains(w) || s_measured.Contains(w)) || _words.Contains(set);

    IEnumerable<ModelEntry> Chosen(ModelTask task) => Models.All.Where(m => m.Task == task && (!_words.Exists(w => Models.All.Any(e => e.Name == w)) || _words.Contains(m.Name)));

    void Classify(Workshop workshop, string set, StringBuilder table, List<string> results)
    {
        var rows = LabelledRows.Read(Path(workshop, set), isClassification: true);
        table.AppendLine(CultureInfo.InvariantCulture, $"\n**{set}**, {rows.Count:N0} rows, {rows.Features.Count} columns, {rows.Classes} classes; best of River and MOA {Best(set)}\n");
        table.AppendLine("| model | accuracy | River | MOA | no change | kappa | kappa temporal | F1 | log loss | rows/s | River | MOA | bytes a row | kB |");
        table.AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var entry in Chosen(ModelTask.Classification))
        {
            ClassificationMetrics metrics = null!;
            var (speed, bytes, model) = Measure(workshop, rows.Count, () => entry.Create(new(rows.Features, rows.Classes)), model =>
            {
                var evaluation = new PrequentialClassification((IClassifier)model, Horizon.Total);
                for (var i = 0; i < rows.Count; i++) evaluation.Step(rows[i], (int)rows.Targets[i]);
                metrics = evaluation.Metrics;
            });
            var (river, moa) = Anchors.Score(set, entry.Name);
            var (riverSpeed, moaSpeed) = set == "elec2" ? Anchors.Speed(entry.Name) : default;
            var f1 = rows.Classes == 2 ? metrics.F1() : metrics.MacroF1;
            table.AppendLine(CultureInfo.InvariantCulture, $"| {entry.Name} | {metrics.Accuracy:F4} | {river:F4} | {moa:F4} | {metrics.NoChangeAccuracy:F4} | {metrics.Kappa:F4} | {metrics.KappaTemporal:F4} | {f1:F4} | {metrics.LogLoss:F3} | {speed:N0} | {riverSpeed:N0} | {moaSpeed:N0} | {bytes:F1} | {model.MemorySize() / 1000.0:N0} |");
            results.Add(string.Create(CultureInfo.InvariantCulture, $"RESULT learning/{set}/{entry.Name} {metrics.Accuracy:F4} accuracy {speed:F0} rows/s"));
        }
    }

    void Regress(Workshop workshop, string set, StringBuilder table, List<string> results)
    {
        var rows = LabelledRows.Read(Path(workshop, set), isClassification: false, "dteday", "date_time");
        table.AppendLine(CultureInfo.InvariantCulture, $"\n**{set}**, {rows.Count:N0} rows, {rows.Features.Count} columns; best of River and MOA {Best(set)}\n");
        table.AppendLine("| model | MAE | River | RMSE | R2 | rows/s | bytes a row | kB |");
        table.AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var entry in Chosen(ModelTask.Regression))
        {
            RegressionMetrics metrics = null!;
            var (speed, bytes, model) = Measure(workshop, rows.Count, () => entry.Create(new(rows.Features)), model =>
            {
                var evaluation = new PrequentialRegression((IRegressor)model, Horizon.Total);
                for (var i = 0; i < rows.Count; i++) evaluation.Step(rows[i], rows.Targets[i]);
                metrics = evaluation.Metrics;
            });
            var (river, _) = Anchors.Score(set, entry.Name);
            table.AppendLine(CultureInfo.InvariantCulture, $"| {entry.Name} | {metrics.MeanAbsoluteError:G4} | {river:G4} | {metrics.RootMeanSquareError:G4} | {metrics.R2:F4} | {speed:N0} | {bytes:F1} | {model.MemorySize() / 1000.0:N0} |");
            results.Add(string.Create(CultureInfo.InvariantCulture, $"RESULT learning/{set}/{entry.Name} {metrics.MeanAbsoluteError:G5} MAE {speed:F0} rows/s"));
        }
    }

    /// <summary>Median speed of laps of whole files on fresh models, after one that warms up; bytes that a lap leaves behind, the model's own growth included.</summary>
    static (double RowsPerSecond, double BytesPerRow, IModel Model) Measure(Workshop workshop, int rows, Func<IModel> create, Action<IModel> lap)
    {
        var model = create();
        lap(model);
        var warm = Stopwatch.StartNew();
        while (warm.ElapsedMilliseconds < 100) lap(create());
        var speeds = new double[workshop.Rounds];
        var bytes = 0.0;
        for (var i = 0; i < speeds.Length; i++)
        {
            var passes = Math.Max(1, 20_000 / rows);
            var models = new IModel[passes];
            for (var p = 0; p < passes; p++) models[p] = create();
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            var start = Stopwatch.GetTimestamp();
            foreach (var fresh in models) lap(fresh);
            speeds[i] = (double)rows * passes / Stopwatch.GetElapsedTime(start).TotalSeconds;
            bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / ((double)rows * passes);
        }
        Array.Sort(speeds);
        return (speeds[speeds.Length / 2], bytes, model);
    }

    static string Path(Workshop workshop, string set)
    {
        var plain = System.IO.Path.Combine(workshop.Shared, "data", "ml", set + ".csv");
        return File.Exists(plain) ? plain : workshop.SharedFile("data", "ml", set + ".csv.gz");
    }

    static string Best(string set) => Anchors.Best(set) is { } best ? string.Create(CultureInfo.InvariantCulture, $"{best.Score:G5} ({best.By})") : "not known";
}

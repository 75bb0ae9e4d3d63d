using System.Globalization;
using Millrace.Bench.Harness;
using Millrace.Learning;
using Millrace.Learning.Evaluation;
using Millrace.Learning.Metrics;
using Millrace.Tests.Learning;

namespace Millrace.Bench.Learning;

/// <summary>Scores of all models on the labelled sets: each row is predicted, scored, learned; the whole file, in its order, once.</summary>
sealed class Scores : LearningPart
{
    const int SeedsMax = 3;
    const int RowsForSeeds = 20_000;

    readonly List<string> _words = [];

    /// <inheritdoc/>
    public override string Name => "scores";

    /// <inheritdoc/>
    public override string Remark => "Accuracy or mean absolute error, prequential. Models that draw random numbers stand with the default seed of 42, on sets of up to 20,000 rows the mean of seeds 1 to 3 beside it. River 0.24.2 and MOA: another day, a machine of the same kind.";

    /// <inheritdoc/>
    public override bool IsWhole => _words.Count == 0;

    /// <inheritdoc/>
    public override bool Take(string word)
    {
        if (!LabelledSets.Classified.Contains(word) && !LabelledSets.Measured.Contains(word) && Models.All.All(m => m.Name != word)) return false;
        _words.Add(word);
        return true;
    }

    /// <inheritdoc/>
    protected override void Measure(Workshop workshop)
    {
        foreach (var set in LabelledSets.Classified.Where(IsChosen)) Classify(workshop, set);
        foreach (var set in LabelledSets.Measured.Where(IsChosen)) Regress(workshop, set);
    }

    bool IsChosen(string set) => !_words.Exists(w => LabelledSets.Classified.Contains(w) || LabelledSets.Measured.Contains(w)) || _words.Contains(set);

    IEnumerable<ModelEntry> Chosen(ModelTask task) => Models.All.Where(m => m.Task == task && (!_words.Exists(w => Models.All.Any(e => e.Name == w)) || _words.Contains(m.Name)));

    void Classify(Workshop workshop, string set)
    {
        var rows = LabelledSets.Read(workshop, set, isClassification: true);
        Print($"\n**{set}**, {rows.Count:N0} rows, {rows.Features.Count} columns, {rows.Classes} classes; best of River and MOA {Best(set)}");
        Header("| model | accuracy | seeds 1 to 3 | River | MOA | no change | kappa | kappa temporal | F1 | log loss | kB |");
        foreach (var entry in Chosen(ModelTask.Classification))
        {
            var metrics = Run(42, out var model);
            var (river, moa) = Anchors.Score(set, entry.Name);
            var f1 = rows.Classes == 2 ? metrics.F1() : metrics.MacroF1;
            Print($"| {entry.Name} | {metrics.Accuracy:F4} | {Seeds(entry, rows, seed => Run(seed, out _).Accuracy)} | {river:F4} | {moa:F4} | {metrics.NoChangeAccuracy:F4} | {metrics.Kappa:F4} | {metrics.KappaTemporal:F4} | {f1:F4} | {metrics.LogLoss:F3} | {model.MemorySize() / 1000.0:N0} |");
            Result($"{set}/{entry.Name}", metrics.Accuracy, "accuracy");

            ClassificationMetrics Run(ulong seed, out IModel used)
            {
                used = entry.Create(new(rows.Features, rows.Classes, seed));
                var evaluation = new PrequentialClassification((IClassifier)used, Horizon.Total);
                for (var i = 0; i < rows.Count; i++) evaluation.Step(rows[i], (int)rows.Targets[i]);
                return evaluation.Metrics;
            }
        }
    }

    void Regress(Workshop workshop, string set)
    {
        var rows = LabelledSets.Read(workshop, set, isClassification: false);
        Print($"\n**{set}**, {rows.Count:N0} rows, {rows.Features.Count} columns; best of River and MOA {Best(set)}");
        Header("| model | MAE | seeds 1 to 3 | River | MOA | RMSE | R2 | kB |");
        foreach (var entry in Chosen(ModelTask.Regression))
        {
            var metrics = Run(42, out var model);
            var (river, moa) = Anchors.Score(set, entry.Name);
            Print($"| {entry.Name} | {metrics.MeanAbsoluteError:G4} | {Seeds(entry, rows, seed => Run(seed, out _).MeanAbsoluteError)} | {river:G4} | {moa:G4} | {metrics.RootMeanSquareError:G4} | {metrics.R2:F4} | {model.MemorySize() / 1000.0:N0} |");
            Result($"{set}/{entry.Name}", metrics.MeanAbsoluteError, "MAE");

            RegressionMetrics Run(ulong seed, out IModel used)
            {
                used = entry.Create(new(rows.Features, Seed: seed));
                var evaluation = new PrequentialRegression((IRegressor)used, Horizon.Total);
                for (var i = 0; i < rows.Count; i++) evaluation.Step(rows[i], rows.Targets[i]);
                return evaluation.Metrics;
            }
        }
    }

    // Only models whose image changes with the seed draw random numbers.
    static string Seeds(ModelEntry entry, LabelledRows rows, Func<ulong, double> score) =>
        rows.Count > RowsForSeeds || entry.Create(new(rows.Features, Seed: 1)).Save().AsSpan().SequenceEqual(entry.Create(new(rows.Features, Seed: 2)).Save()) ? ""
            : Enumerable.Range(1, SeedsMax).Average(s => score((ulong)s)).ToString("G4", CultureInfo.InvariantCulture);

    static string Best(string set) => Anchors.Best(set) is { } best ? string.Create(CultureInfo.InvariantCulture, $"{best.Score:G5} ({best.By})") : "not known";
}

using Millrace.Bench.Harness;

namespace Millrace.Bench.Learning;

/// <summary>What Millrace.Learning can do: all parts, or those that are named.</summary>
sealed class LearningBenchmark : Benchmark
{
    readonly LearningPart[] _parts = [new Speed(), new Scores(), new DriftDelays(), new AnomalyScores(), new ForecastErrors(), new NabScores(), new SkabScores(), new BatchModels()];
    readonly List<LearningPart> _chosen = [];

    /// <inheritdoc/>
    public override string Name => "learning";

    /// <inheritdoc/>
    public override string Summary => $"Models beside River, MOA and scikit-learn; all, or some of {string.Join(", ", _parts.Select(p => p.Name))}; scores takes sets and models.";

    /// <inheritdoc/>
    public override bool Take(string word)
    {
        if (_chosen.Count > 0 && _chosen[^1].Take(word)) return true;
        if (Array.Find(_parts, p => p.Name == word) is not { } part) return false;
        _chosen.Add(part);
        return true;
    }

    /// <inheritdoc/>
    public override IReadOnlyList<string> Run(Workshop workshop)
    {
        var results = new List<string>();
        foreach (var part in _chosen.Count > 0 ? _chosen : [.. _parts])
        {
            Console.WriteLine($"\n## {part.Name}");
            var (table, lines) = part.Run(workshop);
            if (part.IsWhole) Report.Keep(workshop, $"learning-{part.Name}", part.Remark, table);
            results.AddRange(lines);
        }
        return results;
    }
}

using System.Globalization;
using System.Text.Json;

namespace Millrace.Tests.Learning.Anomalies;

/// <summary>Scores a detector as the Numenta Anomaly Benchmark does: early detections inside labelled windows count, others cost; one threshold for all files, the best there is.</summary>
/// <remarks>Standard profile: 1 for a window, -1 for one that was missed, up to -0.11 for each row outside. Lavin and Ahmad (2015), Evaluating real-time anomaly detection algorithms.</remarks>
sealed class NabScorer
{
    readonly string _folder;
    readonly Dictionary<string, (string Start, string End)[]> _windows;

    public NabScorer(string folder)
    {
        _folder = folder;
        using var json = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "combined_windows.json")));
        _windows = json.RootElement.EnumerateObject().ToDictionary(f => f.Name, f => f.Value.EnumerateArray().Select(w => (w[0].GetString()![..19], w[1].GetString()![..19])).ToArray());
    }

    public IEnumerable<string> Files => _windows.Keys.Order(StringComparer.Ordinal);

    public int Windows => _windows.Values.Sum(w => w.Length);

    /// <summary>Times and values of a file.</summary>
    public (string[] Times, double[] Values) Read(string file)
    {
        var lines = LabelledRows.Lines(Path.Combine(_folder, "data", file + ".gz")).Skip(1).Select(l => l.Split(',')).ToList();
        return ([.. lines.Select(l => l[0].Replace('T', ' ')[..19])], [.. lines.Select(l => double.Parse(l[1], CultureInfo.InvariantCulture))]);
    }

    /// <summary>The normalised score of the scores of all files' rows: 0 for none, 100 for perfect.</summary>
    /// <param name="scores">For each file the scores of its rows.</param>
    /// <param name="falseCost">What a row far outside of any window costs: 0.11 in the standard profile, 0.22 in the one that rewards few false alarms.</param>
    /// <param name="missCost">What a missed window costs: 1 in the standard profile, 2 in the one that rewards few misses.</param>
    public (double Score, double Threshold) Score(IReadOnlyDictionary<string, double[]> scores, double falseCost = 0.11, double missCost = 1)
    {
        var rows = new List<(double Score, double Weight, int Window)>();
        var windows = 0;
        foreach (var file in Files) Weigh(file, scores[file], falseCost, rows, ref windows);
        rows.Sort((a, b) => b.Score.CompareTo(a.Score));
        var best = new double[windows];
        Array.Fill(best, -missCost);
        double outside = 0, inside = -missCost * windows, most = inside, threshold = 1.1;
        for (var i = 0; i < rows.Count;)
        {
            var score = rows[i].Score;
            for (; i < rows.Count && rows[i].Score == score; i++)
            {
                var (_, weight, window) = rows[i];
                if (window < 0) outside += weight;
                else if (weight > best[window])
                {
                    inside += weight - best[window];
                    best[window] = weight;
                }
            }
            if (inside + outside <= most) continue;
            (most, threshold) = (inside + outside, score);
        }
        var none = -missCost * windows;
        return (100 * (most - none) / (Windows - none), threshold);
    }

    // A window that ends within the first rows, which do not count, is none.
    void Weigh(string file, double[] scores, double falseCost, List<(double, double, int)> rows, ref int windows)
    {
        var times = Read(file).Times;
        var first = new Dictionary<string, int>();
        for (var i = 0; i < times.Length; i++) first.TryAdd(times[i], i);
        var waiting = new Queue<(string Start, string End)>(_windows[file]);
        var probation = Math.Min((int)Math.Floor(0.15 * times.Length), 750);
        (string End, int Right, double Width, int Number)? inside = null;
        (int Row, double Width)? before = null;
        for (var i = 0; i < times.Length; i++)
        {
            if (waiting.Count > 0 && times[i] == waiting.Peek().Start)
            {
                var (start, end) = waiting.Dequeue();
                inside = (end, first[end], first[end] - first[start] + 1, -1);
            }
            double weight;
            if (inside is { } window)
            {
                weight = Sigmoid(-(window.Right - i + 1) / window.Width) / Sigmoid(-1);
                if (i >= probation && window.Number < 0) inside = window = window with { Number = windows++ };
            }
            else weight = before is { } last ? Sigmoid((i - last.Row) / (last.Width - 1)) * falseCost : -falseCost;
            if (i >= probation) rows.Add((scores[i], weight, inside?.Number ?? -1));
            if (inside is not { } open || times[i] != open.End) continue;
            before = (i, open.Width);
            inside = null;
        }
    }

    static double Sigmoid(double x) => x > 3 ? -1 : 2 / (1 + Math.Exp(5 * x)) - 1;
}

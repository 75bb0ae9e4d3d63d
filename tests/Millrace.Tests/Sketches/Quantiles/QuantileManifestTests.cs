using System.Globalization;
using System.Text.RegularExpressions;
using Millrace.Sketches.Quantiles;

namespace Millrace.Tests.Sketches.Quantiles;

/// <summary>Images of quantile sketches from C++, Java and Go load and answer as the C++ library does, also after saving and loading again.</summary>
public sealed partial class QuantileManifestTests
{
    [Fact]
    public void Every_kll_image_loads_and_answers()
    {
        foreach (var row in SketchData.Rows("kll_double")) Twice(row, KllSketch<double>.Load, s => s.Save(), Check);
        foreach (var row in SketchData.Rows("kll_float")) Twice(row, KllSketch<float>.Load, s => s.Save(), Check);
        foreach (var row in SketchData.Rows("kll_long")) Twice(row, KllSketch<long>.Load, s => s.Save(), Check);
        foreach (var row in SketchData.Rows("kll_string")) Twice(row, KllSketch<string>.Load, s => s.Save(), Check);
    }

    [Fact]
    public void A_kll_image_is_saved_as_it_was_loaded()
    {
        foreach (var row in SketchData.Rows("kll_double").Where(r => !r.File.StartsWith("legacy", StringComparison.Ordinal)))
            Answers.SameBytes(row, KllSketch<double>.Load(row.Image).Save());
    }

    [Fact]
    public void Every_req_image_loads_and_answers()
    {
        foreach (var row in SketchData.Rows("req_double")) Twice(row, ReqSketch<double>.Load, s => s.Save(), Check);
        foreach (var row in SketchData.Rows("req_float")) Twice(row, ReqSketch<float>.Load, s => s.Save(), Check);
    }

    [Fact]
    public void Every_tdigest_image_loads_and_answers()
    {
        foreach (var row in SketchData.Rows("tdigest_double", "tdigest_float", "tdigest_double(reference-format)")) Twice(row, TDigest.Load, s => s.Save(), Check);
    }

    /// <summary>t-digest is deterministic: fed in the same order, ours has the bytes of the C++ one, with and without its buffer.</summary>
    [Fact]
    public void The_same_input_gives_the_bytes_of_the_reference()
    {
        // The input expo needs C's log1p to the last bit, which .NET has not.
        foreach (var row in SketchData.Rows("tdigest_double").Where(r => r.Parameters.ContainsKey("with_buffer") && !r.Input.StartsWith("expo", StringComparison.Ordinal)))
        {
            var sketch = new TDigest(int.Parse(row.Parameters["k"], CultureInfo.InvariantCulture));
            var (family, n) = Input(row.Input);
            for (var i = 0L; i < n; i++) sketch.Update(Value(family, n, i));
            Answers.SameBytes(row, row.Parameters["with_buffer"] == "1" ? sketch.SaveWithBuffer() : sketch.Save());
        }
    }

    static void Twice<T>(SketchData.Row row, Func<ReadOnlySpan<byte>, T> load, Func<T, byte[]> save, Action<SketchData.Row, T> check)
    {
        var sketch = load(row.Image);
        check(row, sketch);
        check(row, load(save(sketch)));
    }

    static void Check<T>(SketchData.Row row, KllSketch<T> sketch)
    {
        Answers.Number(row, "n", sketch.Count);
        Answers.Number(row, "k", sketch.K);
        Answers.Number(row, "retained", sketch.Retained);
        Answers.Number(row, "rank_err", sketch.RankError);
        Answers.Number(row, "pmf_err", sketch.ShareError);
        Answers.Word(row, "estimation_mode", sketch.IsEstimating ? "1" : "0");
        if (!sketch.IsEmpty) CheckView(row, sketch.View());
    }

    static void Check<T>(SketchData.Row row, ReqSketch<T> sketch)
    {
        Answers.Number(row, "n", sketch.Count);
        Answers.Number(row, "k", sketch.K);
        Answers.Number(row, "retained", sketch.Retained);
        Answers.Word(row, "hra", sketch.IsHighRankAccurate ? "1" : "0");
        Answers.Word(row, "estimation_mode", sketch.IsEstimating ? "1" : "0");
        if (!sketch.IsEmpty) CheckView(row, sketch.View());
        foreach (var key in row.Expected.Keys)
        {
            var match = Bound().Match(key);
            if (!match.Success) continue;
            var rank = double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture);
            var deviations = int.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture);
            Answers.Number(row, key, match.Groups[1].Value == "lb" ? sketch.RankLowerBound(rank, deviations) : sketch.RankUpperBound(rank, deviations));
        }
    }

    static void Check(SketchData.Row row, TDigest sketch)
    {
        Answers.Number(row, "k", sketch.K);
        Answers.Word(row, "empty", sketch.IsEmpty ? "1" : "0");
        Answers.Number(row, "weight", sketch.Count);
        if (sketch.IsEmpty) return;
        Answers.Number(row, "min", sketch.Min);
        Answers.Number(row, "max", sketch.Max);
        Answers.Number(row, "centroids", sketch.Centroids);
        foreach (var key in row.Expected.Keys)
        {
            var match = Question().Match(key);
            if (!match.Success) continue;
            var argument = double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture);
            Answers.Number(row, key, match.Groups[1].Value == "q" ? sketch.Quantile(argument) : sketch.Rank(argument));
        }
    }

    static void CheckView<T>(SketchData.Row row, QuantileView<T> view)
    {
        Answer(row, "min", view.Min);
        Answer(row, "max", view.Max);
        foreach (var key in row.Expected.Keys)
        {
            var match = Question().Match(key);
            if (!match.Success) continue;
            var inclusive = match.Groups[2].Value != "_excl";
            if (match.Groups[1].Value == "q") Answer(row, key, view.Quantile(double.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture), inclusive));
            else Answers.Number(row, key, view.Rank((T)Convert.ChangeType(match.Groups[3].Value, typeof(T), CultureInfo.InvariantCulture), inclusive));
        }
    }

    static void Answer<T>(SketchData.Row row, string key, T found)
    {
        if (found is string text) Answers.Word(row, key, text);
        else Answers.Number(row, key, Convert.ToDouble(found, CultureInfo.InvariantCulture));
    }

    static (string Family, long N) Input(string input)
    {
        var match = InputForm().Match(input);
        return (match.Groups[1].Value, long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture));
    }

    static double Value(string family, long n, long i) => family switch
    {
        "seq1" => i + 1,
        "shuf" => i * 7368787 % n + 1,
        _ => throw new ArgumentException($"unknown input {family}"),
    };

    [GeneratedRegex(@"^(q|rank)(_incl|_excl)?\((.+)\)$")]
    private static partial Regex Question();

    [GeneratedRegex(@"^rank_(lb|ub)\((.+)/(\d)sd\)$")]
    private static partial Regex Bound();

    [GeneratedRegex(@"^(\w+)\(n=(\d+)\)")]
    private static partial Regex InputForm();
}

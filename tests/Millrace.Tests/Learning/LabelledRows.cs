using System.Globalization;
using System.IO.Compression;
using Millrace.Learning;

namespace Millrace.Tests.Learning;

/// <summary>A labelled file in memory: numbers as they are, texts as codes in the order in which they appear, the last column as target.</summary>
sealed class LabelledRows
{
    LabelledRows(FeatureSet features, double[] cells, double[] targets, int classes)
    {
        Features = features;
        _cells = cells;
        Targets = targets;
        Classes = classes;
    }

    readonly double[] _cells;

    public FeatureSet Features { get; }

    /// <summary>Labels as codes in the order in which they appear unless they are the numbers 0 to n; or the numbers of a regression.</summary>
    public double[] Targets { get; }

    /// <summary>How many labels there are; 0 in a regression.</summary>
    public int Classes { get; }

    public int Count => Targets.Length;

    public ReadOnlySpan<double> this[int row] => _cells.AsSpan(row * Features.Count, Features.Count);

    /// <summary>Reads a file.</summary>
    /// <param name="path">A CSV file with a header, packed or not.</param>
    /// <param name="isClassification">Whether the target is a class.</param>
    /// <param name="without">Columns to leave out.</param>
    public static LabelledRows Read(string path, bool isClassification, params string[] without)
    {
        var lines = Lines(path).ToList();
        var header = lines[0].Split(',');
        var kept = Enumerable.Range(0, header.Length - 1).Where(i => !without.Contains(header[i])).ToArray();
        var rows = lines.Skip(1).Select(l => l.Split(',')).ToList();
        var kinds = Array.ConvertAll(kept, c => rows.All(r => IsNumber(r[c])) ? FeatureKind.Numeric : FeatureKind.Nominal);
        var codes = Array.ConvertAll(kept, _ => new Dictionary<string, int>());
        var cells = new double[rows.Count * kept.Length];
        for (var r = 0; r < rows.Count; r++)
            for (var i = 0; i < kept.Length; i++)
                cells[r * kept.Length + i] = kinds[i] == FeatureKind.Numeric ? Number(rows[r][kept[i]]) : CodeOf(codes[i], rows[r][kept[i]]);
        var labels = rows.ConvertAll(r => r[^1]);
        if (!isClassification) return new(new(kinds), cells, [.. labels.Select(Number)], 0);
        var areNumbers = labels.All(l => int.TryParse(l, out var n) && n is >= 0 and < 100);
        var names = new Dictionary<string, int>();
        double[] targets = [.. labels.Select(l => areNumbers ? int.Parse(l, CultureInfo.InvariantCulture) : CodeOf(names, l))];
        return new(new(kinds), cells, targets, (int)targets.Max() + 1);
    }

    /// <summary>The lines of a file, packed or not.</summary>
    public static IEnumerable<string> Lines(string path)
    {
        using var file = File.OpenRead(path);
        using Stream stream = path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line) yield return line;
    }

    static int CodeOf(Dictionary<string, int> codes, string text) => codes.TryGetValue(text, out var code) ? code : codes[text] = codes.Count;

    static bool IsNumber(string text) => text.Length == 0 || double.TryParse(text, CultureInfo.InvariantCulture, out _);

    static double Number(string text) => text.Length == 0 ? double.NaN : double.Parse(text, CultureInfo.InvariantCulture);
}

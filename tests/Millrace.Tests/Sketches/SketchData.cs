using System.Runtime.CompilerServices;

namespace Millrace.Tests.Sketches;

/// <summary>The images of ../shared/data/sketches; where they are missing a test is skipped and says so, with CI=true it fails.</summary>
static class SketchData
{
    static readonly string s_folder = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Source())!, "../../../../shared/data/sketches"));

    /// <summary>One row of MANIFEST.tsv.</summary>
    public sealed record Row(string File, string Sketch, Dictionary<string, string> Parameters, string N, string Input, bool IsByteExact, Dictionary<string, string> Expected)
    {
        public byte[] Image => System.IO.File.ReadAllBytes(Path.Combine(s_folder, File));

        public override string ToString() => File;
    }

    /// <summary>The rows of some kinds of sketch, by the second column.</summary>
    public static List<Row> Rows(params string[] sketches)
    {
        var manifest = Path.Combine(s_folder, "MANIFEST.tsv");
        if (!File.Exists(manifest))
        {
            if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail("This test needs ../shared/data/sketches.");
            Assert.Skip("needs ../shared/data/sketches");
        }
        return [.. File.ReadLines(manifest).Skip(1).Select(Parse).Where(r => sketches.Contains(r.Sketch))];
    }

    static Row Parse(string line)
    {
        var cells = line.Split('\t');
        return new Row(cells[0], cells[1], Pairs(cells[2], ','), cells[3], cells[4], cells[5] == "yes", Pairs(cells[7], ';'));
    }

    static Dictionary<string, string> Pairs(string text, char separator) =>
        text.Split(separator, StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).ToDictionary(p => p[0], p => p.Length > 1 ? p[1] : "");

    static string Source([CallerFilePath] string path = "") => path;
}

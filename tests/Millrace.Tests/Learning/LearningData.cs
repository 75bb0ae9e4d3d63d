using System.Runtime.CompilerServices;

namespace Millrace.Tests.Learning;

/// <summary>The files of ../shared/data; where they are missing a test is skipped and says so, with CI=true it fails.</summary>
static class LearningData
{
    static readonly string s_folder = Environment.GetEnvironmentVariable("MILLRACE_SHARED") is { Length: > 0 } shared ? Path.Combine(shared, "data")
        : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Source())!, "../../../../shared/data"));

    /// <summary>A file of the shared data.</summary>
    public static string File(params string[] path)
    {
        var file = Path.Combine([s_folder, .. path]);
        if (System.IO.File.Exists(file)) return file;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail($"This test needs ../shared/data/{string.Join('/', path)}.");
        Assert.Skip($"needs ../shared/data/{string.Join('/', path)}");
        return "";
    }

    /// <summary>One of the classified sets by its short name.</summary>
    public static LabelledRows Classified(string name) => LabelledRows.Read(File("ml", name + (name is "phishing" or "bananas" or "image_segments" or "keystroke" or "mammography_shuffled42" ? ".csv" : ".csv.gz")), isClassification: true);

    /// <summary>One of the regression sets by its short name; dates are left out as in the figures of others.</summary>
    public static LabelledRows Measured(string name) => LabelledRows.Read(File("ml", name + (name is "trump_approval" or "chick_weights" ? ".csv" : ".csv.gz")), isClassification: false, "dteday", "date_time");

    static string Source([CallerFilePath] string path = "") => path;
}

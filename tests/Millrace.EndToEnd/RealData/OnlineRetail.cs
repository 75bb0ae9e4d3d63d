using System.Globalization;
using Millrace.EndToEnd.Robustness;

namespace Millrace.EndToEnd.RealData;

/// <summary>The data set of the sample, and answers to its questions that were computed another way.</summary>
static class OnlineRetail
{
    /// <summary>A view of the sample, the file of its answers, and the columns that correspond.</summary>
    /// <param name="View">The view.</param>
    /// <param name="Reference">The file.</param>
    /// <param name="Columns">Columns of the view in the order of the file's.</param>
    public sealed record Question(string View, string Reference, params string[] Columns);

    public static readonly Question[] Questions =
    [
        new("country_day", "ref_revenue_country_day.csv", "day", "country", "lines", "orders", "units", "revenue"),
        new("daily", "ref_daily_totals.csv", "day", "lines", "orders", "customers", "products", "units", "revenue"),
        new("hourly", "ref_hourly_tumbling.csv", "hour", "lines", "units", "revenue", "largest_line"),
        new("sliding", "ref_sliding60_15_dec2010.csv", "window_start", "window_end", "lines", "units", "revenue"),
    ];

    /// <summary>The file.</summary>
    public static string Data => Path.Combine(Folder(), "online_retail.csv.gz");

    /// <summary>The sample, to be run from another folder.</summary>
    public static string Sample => Path.Combine(Repository(), "samples", "online-retail", "online_retail.sql");

    /// <summary>The lines of an answer, sorted, without the header.</summary>
    public static List<string> Expected(Question question) => [.. Lines(question.Reference).Order(StringComparer.Ordinal)];

    /// <summary>Rows in the shape of the answer's lines, sorted: days without a time, other times without zone.</summary>
    public static List<string> Shape(Question question, IEnumerable<IEnumerable<string>> rows) =>
        [.. rows.Select(r => string.Join(',', r.Select((value, i) => question.Columns[i] == "day" ? value[..10] : Time(question.Columns[i], value)))).Order(StringComparer.Ordinal)];

    static string Time(string column, string value) =>
        column is "hour" or "window_start" or "window_end" ? value.Replace('T', ' ').TrimEnd('Z') : value.Contains(',', StringComparison.Ordinal) ? $"\"{value}\"" : value;

    /// <summary>Rows that match each rule, and rows that it rejects first: R1 to R4.</summary>
    public static List<(long Matching, long Rejected)> Rejected() =>
        [.. Lines("ref_rejected_per_rule.csv").Where(l => l[0] == 'R').Select(l => l.Split(',')).Select(f => (long.Parse(f[1], CultureInfo.InvariantCulture), long.Parse(f[2], CultureInfo.InvariantCulture)))];

    static IEnumerable<string> Lines(string name) => File.ReadLines(Path.Combine(Folder(), name)).Skip(1).Where(l => l.Length > 0);

    static string Folder()
    {
        var shared = Environment.GetEnvironmentVariable("MILLRACE_SHARED") ?? Path.Combine(Repository(), "..", "shared");
        var folder = Path.GetFullPath(Path.Combine(shared, "data", "sales"));
        Needs.That(File.Exists(Path.Combine(folder, "online_retail.csv.gz")), $"online_retail.csv.gz and its answers in '{folder}' (MILLRACE_SHARED names another place)");
        return folder;
    }

    static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "millrace.slnx"))) folder = folder.Parent;
        return folder.FullName;
    }
}

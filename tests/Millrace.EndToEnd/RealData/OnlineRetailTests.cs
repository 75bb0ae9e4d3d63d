using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.RealData;

/// <summary>A year of a shop's invoices: every number equals the answer computed another way, whichever way it is read.</summary>
public sealed class OnlineRetailTests : IDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("millrace-retail-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Every_number_is_right_through_the_command_line_SQLite_and_the_REST_API()
    {
        var data = OnlineRetail.Data;
        using (var process = MillraceProcess.Start(_folder, "run", OnlineRetail.Sample, "--set", "DATA=" + data, "--data", "results", "--port", "0"))
        {
            var line = await process.LineWithAsync(" runs at ");
            await process.LineWithAsync(" is done: ");
            using var http = new HttpClient { BaseAddress = new(line.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal))) };
            foreach (var question in OnlineRetail.Questions) Assert.Equal(OnlineRetail.Expected(question), OnlineRetail.Shape(question, await RestAsync(http, question)));
            CheckRules(JsonElement.Parse(await http.GetStringAsync(new Uri("api/quality", UriKind.Relative))));
            process.Signal("TERM");
            await process.EndAsync();
        }
        foreach (var question in OnlineRetail.Questions)
        {
            var expected = OnlineRetail.Expected(question);
            Assert.Equal(expected, await CommandLineAsync(question));
            Assert.Equal(expected, OnlineRetail.Shape(question, Sqlite(question)));
        }
    }

    [Fact]
    public async Task Disorder_within_the_lateness_and_damaged_lines_change_no_number_and_each_damaged_line_is_named()
    {
        const int Seed = 20101201;
        var file = Path.Combine(_folder, "disturbed.csv");
        var damaged = Disturb(OnlineRetail.Data, file, Seed);
        var (code, output, errors) = await MillraceProcess.RunAsync(_folder, "run", OnlineRetail.Sample, "--until-done", "--set", "DATA=" + file, "--data", "results");
        Assert.True(code == 0, $"seed {Seed}: {errors}");
        Assert.Contains($"{damaged.Count} undecodable", output, StringComparison.Ordinal);
        foreach (var question in OnlineRetail.Questions) Assert.Equal(OnlineRetail.Expected(question), OnlineRetail.Shape(question, Sqlite(question)));
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT raw, error FROM dead_letters ORDER BY \"offset\"";
        using var reader = command.ExecuteReader();
        var found = new List<string>();
        while (reader.Read())
        {
            found.Add(Encoding.UTF8.GetString((byte[])reader[0]));
            Assert.NotEmpty(reader.GetString(1));
        }
        Assert.Equal(damaged, found);
    }

    static void CheckRules(JsonElement quality)
    {
        var source = quality.GetProperty("sources")[0];
        var rules = source.GetProperty("rules").EnumerateArray().ToDictionary(r => r.GetProperty("name").GetString()!, r => (r.GetProperty("violated").GetInt64(), r.GetProperty("acted").GetInt64()));
        var expected = OnlineRetail.Rejected();
        Assert.Equal(4, expected.Count);
        Assert.Equal(541_909, source.GetProperty("seen").GetInt64());
        Assert.Equal(expected[0], (source.GetProperty("duplicates").GetInt64(), source.GetProperty("duplicates").GetInt64()));
        Assert.Equal(expected[1], (rules["r2_six_digits"].Item1, rules["six_digits"].Item2));
        Assert.Equal(expected[2], (rules["r3_quantity"].Item1, rules["positive_quantity"].Item2));
        Assert.Equal(expected[3], (rules["r4_price"].Item1, rules["positive_price"].Item2));
    }

    async Task<List<string>> CommandLineAsync(OnlineRetail.Question question)
    {
        var (code, output, errors) = await MillraceProcess.RunAsync(_folder, "query", $"SELECT {string.Join(", ", question.Columns)} FROM {question.View}", "--csv", "--data", "results");
        Assert.True(code == 0, errors);
        var lines = output.TrimEnd('\n').Split('\n');
        Assert.Equal(string.Join(',', question.Columns), lines[0]);
        return OnlineRetail.Shape(question, lines.Skip(1).Select(l => l.Split(',')));
    }

    static async Task<IEnumerable<string[]>> RestAsync(HttpClient http, OnlineRetail.Question question)
    {
        var answer = JsonElement.Parse(await http.GetStringAsync(new Uri($"api/views/{question.View}?limit=10000", UriKind.Relative)));
        var names = answer.GetProperty("columns").EnumerateArray().Select(c => c.GetProperty("name").GetString()).ToList();
        var at = question.Columns.Select(c => names.IndexOf(c)).ToArray();
        return answer.GetProperty("rows").EnumerateArray().Select(row => at.Select(i => row[i].ToString()).ToArray());
    }

    SqliteConnection Open()
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = Path.Combine(_folder, "results", "millrace.db"), Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    /// <summary>Rows of the table itself: times are microseconds, money is in thousandths.</summary>
    List<string[]> Sqlite(OnlineRetail.Question question)
    {
        using var connection = Open();
        using var command = connection.CreateCommand();
        command.CommandText = $"SELECT {string.Join(", ", question.Columns)} FROM {question.View}";
        using var reader = command.ExecuteReader();
        var rows = new List<string[]>();
        while (reader.Read()) rows.Add([.. question.Columns.Select((c, i) => Text(c, reader.GetValue(i)))]);
        return rows;
    }

    static string Text(string column, object value) => (column, value) switch
    {
        ("day" or "hour" or "window_start" or "window_end", long time) => DateTime.UnixEpoch.AddMicroseconds(time).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        ("revenue" or "largest_line", long scaled) => (scaled / 1000m).ToString("0.000", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    /// <summary>Writes the lines in disorder by 9 minutes of event time at most, with damaged ones among them, and gives these.</summary>
    static List<string> Disturb(string from, string to, int seed)
    {
        var random = new Random(seed);
        using var reader = new StreamReader(new GZipStream(File.OpenRead(from), CompressionMode.Decompress));
        using var writer = new StreamWriter(to, false, new UTF8Encoding(false)) { NewLine = "\n" };
        writer.WriteLine(reader.ReadLine());
        var lines = new List<(long Place, string Line)>();
        for (var line = reader.ReadLine(); line is not null; line = reader.ReadLine()) lines.Add((Minute(line) + random.Next(10), line));
        var damaged = new List<string>();
        var written = 0;
        foreach (var (_, line) in lines.OrderBy(l => l.Place))
        {
            writer.WriteLine(line);
            if (++written % 5000 != 0) continue;
            damaged.Add((written / 5000 % 3) switch
            {
                0 => $"{line},one field too many",
                1 => $"536365,85123A,HEART HOLDER,six,2010-12-01 08:26:00,2.55,{written}.0,United Kingdom",
                _ => $"536365,85123A,HEART HOLDER,{written},2010-12-01",
            });
            writer.WriteLine(damaged[^1]);
        }
        return damaged;
    }

    /// <summary>The line's time in minutes: the only field that looks like one.</summary>
    static long Minute(string line)
    {
        for (var i = line.IndexOf(",201", StringComparison.Ordinal); i >= 0; i = line.IndexOf(",201", i + 1, StringComparison.Ordinal))
            if (line.Length > i + 20 && DateTime.TryParseExact(line.AsSpan(i + 1, 19), "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)) return time.Ticks / TimeSpan.TicksPerMinute;
        throw new InvalidDataException($"There is no time in '{line}'.");
    }
}

using System.Diagnostics;
using System.Text.Json;

namespace Millrace.Specs;

/// <summary>The sample on the real file gives the numbers that were computed another way, to the last digit. Skipped where the file is not beside the repository.</summary>
public sealed class OnlineRetailTests
{
    static readonly string s_data = Path.GetFullPath(Path.Combine(Repository.Root, "..", "shared", "data", "sales"));

    [Fact]
    public async Task Every_number_is_the_reference_s()
    {
        var input = Path.Combine(s_data, "online_retail.csv.gz");
        Assert.SkipUnless(File.Exists(input), "online_retail.csv.gz is not there; samples/online-retail/README.md says where it can be had.");
        var folder = Directory.CreateTempSubdirectory("millrace-retail-").FullName;
        try
        {
            var output = await RunAsync("run", Repository.File("samples/online-retail/online_retail.sql"), "--until-done", "--json", "--set", "DATA=" + input, "--data", folder);
            var quality = JsonDocument.Parse(output.TrimEnd().Split('\n')[^1]).RootElement.GetProperty("quality")[0];
            var rules = quality.GetProperty("rules").EnumerateArray().ToDictionary(r => r.GetProperty("name").GetString()!, r => (Violated: r.GetProperty("violated").GetInt64(), Acted: r.GetProperty("acted").GetInt64()));
            var duplicates = quality.GetProperty("duplicates").GetInt64();
            string[] rejected =
            [
                $"R1_duplicate,{duplicates},{duplicates}",
                $"R2_invoice_not_six_digits,{rules["r2_six_digits"].Violated},{rules["six_digits"].Acted}",
                $"R3_quantity_not_positive,{rules["r3_quantity"].Violated},{rules["positive_quantity"].Acted}",
                $"R4_unitprice_not_positive,{rules["r4_price"].Violated},{rules["positive_price"].Acted}",
            ];
            Assert.Equal((await ReferenceAsync("rejected_per_rule", 10))[..4], rejected);

            await SameAsync(folder, "revenue_country_day", 10, "SELECT * FROM country_day");
            await SameAsync(folder, "daily_totals", 10, "SELECT * FROM daily");
            await SameAsync(folder, "hourly_tumbling", 19, "SELECT * FROM hourly");
            await SameAsync(folder, "sliding60_15_dec2010", 19, "SELECT * FROM sliding");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Rows of a query equal a reference, whatever the order; a time is compared up to its first characters, a day to ten.</summary>
    static async Task SameAsync(string folder, string reference, int timeLength, string query)
    {
        var expected = (await ReferenceAsync(reference, timeLength)).Order(StringComparer.Ordinal);
        var found = (await RunAsync("query", query, "--csv", "--data", folder)).TrimEnd().Split('\n')[1..].Select(l => Cut(l, timeLength)).Order(StringComparer.Ordinal);
        Assert.Equal(expected, found);
    }

    static async Task<string[]> ReferenceAsync(string name, int timeLength) =>
        [.. (await File.ReadAllLinesAsync(Path.Combine(s_data, $"ref_{name}.csv")))[1..].Select(l => Cut(l, timeLength))];

    static string Cut(string line, int timeLength) => line.Length > 0 && char.IsAsciiDigit(line[0]) ? line[..timeLength] + line[line.IndexOf(',', StringComparison.Ordinal)..] : line;

    static async Task<string> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Millrace.Cli.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await errors);
        return output;
    }
}

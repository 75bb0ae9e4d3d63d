using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Robustness;

/// <summary>The process is killed or stopped in the middle: the next start has every row once.</summary>
public sealed class CrashTests
{
    const string Taken = "connector = 'http', format = 'json'";

    static string Rows(int first, int count) => string.Concat(Enumerable.Range(first, count).Select(i => $$"""{"id":{{i}},"name":"n{{i % 7}}","amount":1.25,"at":"2026-01-01T00:00:{{i % 60:00}}Z"}""" + "\n"));

    static async Task<(MillraceProcess Process, HttpClient Http)> ServeAsync(Workplace place, params string[] more)
    {
        var process = MillraceProcess.Start(place.Path, ["run", "events.sql", "--data", "results", "--port", "0", .. more]);
        var line = await process.LineWithAsync(" runs at ");
        return (process, new() { BaseAddress = new(line.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal))) });
    }

    static async Task<(HttpStatusCode Status, JsonElement Answer)> PostAsync(HttpClient http, string rows, string key)
    {
        using var content = new StringContent(rows, Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("ingest/events", UriKind.Relative)) { Content = content };
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await http.SendAsync(request);
        return (answer.StatusCode, JsonElement.Parse(await answer.Content.ReadAsStringAsync()));
    }

    static Task CountAsync(HttpClient http, int rows) => Until.TrueAsync(
        async () => JsonElement.Parse(await http.GetStringAsync(new Uri("api/views/all_events?limit=1", UriKind.Relative))).GetProperty("total").GetInt64() >= rows, $"{rows} rows are committed");

    [Fact]
    public async Task Rows_that_were_answered_before_a_kill_are_there_after_a_restart_once_and_their_keys_hold()
    {
        using var place = new Workplace(Taken);
        var (first, http) = await ServeAsync(place);
        using (first)
        using (http)
        {
            for (var i = 0; i < 10; i++)
            {
                var (status, answer) = await PostAsync(http, Rows(i * 100, 100), "request " + i);
                Assert.Equal((HttpStatusCode.OK, 100, false), (status, answer.GetProperty("accepted").GetInt32(), answer.GetProperty("repeated").GetBoolean()));
            }
            first.Signal("KILL"); // at once after the last answer
            await first.EndAsync();
        }
        var (second, again) = await ServeAsync(place);
        using (second)
        using (again)
        {
            for (var i = 5; i < 12; i++) // some were answered, two are new
                Assert.Equal(i < 10, (await PostAsync(again, Rows(i * 100, 100), "request " + i)).Answer.GetProperty("repeated").GetBoolean());
            await CountAsync(again, 1200);
            second.Signal("TERM");
            Assert.Equal(130, (await second.EndAsync()).Code);
        }
        Assert.Equal(Enumerable.Range(0, 1200).Select(i => (long)i), (await place.IdsAsync()).Order());
        Assert.Equal(1500m, (await place.QueryAsync("SELECT total FROM per_minute")).Sum(r => decimal.Parse(r.GetProperty("total").GetString()!, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [Fact]
    public async Task A_disk_that_fills_up_refuses_rows_and_keeps_every_row_that_it_took()
    {
        Needs.Root();
        using var place = new Workplace(Taken);
        var disk = Path.Combine(place.Path, "results");
        Directory.CreateDirectory(disk);
        Needs.That(await MountAsync("-t", "tmpfs", "-o", "size=700k", "tmpfs", disk) == 0, "the right to mount a tmpfs");
        try
        {
            var taken = 0;
            var (first, http) = await ServeAsync(place);
            using (first)
            using (http)
            {
                try
                {
                    for (var status = HttpStatusCode.OK; status == HttpStatusCode.OK;)
                    {
                        (status, var answer) = await PostAsync(http, Rows(taken, 500), "request " + taken);
                        if (status == HttpStatusCode.OK) taken += 500;
                        else Assert.NotEmpty(answer.GetProperty("detail").GetString()!);
                    }
                }
                catch (HttpRequestException)
                {
                    // The results filled the disk first, and the run is over.
                }
                first.Signal("TERM");
                var (code, _, errors) = await first.EndAsync();
                Assert.True(code is 3 or 130, errors);
                if (code == 3) Assert.Contains("Free some space", errors, StringComparison.Ordinal);
            }
            Assert.True(taken > 0);
            Assert.Equal(0, await MountAsync("-o", "remount,size=50m", disk));
            var (second, again) = await ServeAsync(place);
            using (second)
            using (again)
            {
                await CountAsync(again, taken);
                second.Signal("TERM");
                await second.EndAsync();
            }
            Assert.Equal(Enumerable.Range(0, taken).Select(i => (long)i), (await place.IdsAsync()).Order());
        }
        finally
        {
            using var unmount = Process.Start("umount", [disk]);
            await unmount.WaitForExitAsync();
        }
    }

    static async Task<int> MountAsync(params string[] arguments)
    {
        using var mount = Process.Start(new ProcessStartInfo("mount", arguments) { RedirectStandardError = true })!;
        await mount.WaitForExitAsync();
        return mount.ExitCode;
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_commits_what_was_answered_and_ends_with_130(string signal)
    {
        using var place = new Workplace(Taken);
        var (process, http) = await ServeAsync(place);
        using var _ = process;
        using var __ = http;
        await PostAsync(http, Rows(0, 5000), "one");
        await CountAsync(http, 1);
        process.Signal(signal);
        var (code, output, errors) = await process.EndAsync();
        Assert.True(code == 130, errors);
        Assert.Contains("stopped: 5,000 rows", output, StringComparison.Ordinal);
        Assert.Equal(5000, (await place.IdsAsync()).Count);
    }

    [Fact]
    public async Task A_run_that_was_killed_and_started_again_gives_the_rows_of_an_undisturbed_one()
    {
        using var place = new Workplace();
        place.Write("in.csv", Workplace.Header + string.Concat(Enumerable.Range(0, 400_000).Select(i => $"{i},n{i % 97},{i % 1000}.25,2026-01-01 {i / 3600 % 24:00}:{i / 60 % 60:00}:{i % 60:00}\n")));
        Assert.Equal(0, (await place.RunAsync("in.csv", "undisturbed")).Code);
        using (var process = MillraceProcess.Start(place.Path, "run", "events.sql", "--set", "IN=in.csv", "--data", "results", "--port", "0"))
        {
            var line = await process.LineWithAsync(" runs at ");
            using var http = new HttpClient { BaseAddress = new(line.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal))) };
            await CountAsync(http, 1); // something is committed, most is not
            process.Signal("KILL");
            await process.EndAsync();
        }
        Assert.NotEmpty(await place.QueryAsync("SELECT window_start FROM per_minute LIMIT 1")); // readable as it is
        Assert.Equal(0, (await place.RunAsync("in.csv")).Code);
        foreach (var sql in new[] { "SELECT * FROM per_minute ORDER BY window_start", "SELECT COUNT(*) AS n, SUM(id) AS ids, SUM(amount) AS total FROM all_events" })
            Assert.Equal((await place.QueryAsync(sql, "undisturbed")).Select(r => r.ToString()), (await place.QueryAsync(sql)).Select(r => r.ToString()));
    }

    [Fact]
    public async Task A_second_run_on_a_data_folder_or_a_port_is_refused()
    {
        using var place = new Workplace(Taken);
        var (process, http) = await ServeAsync(place);
        using var _ = process;
        using var __ = http;
        var (code, output, errors) = await MillraceProcess.RunAsync(place.Path, "run", "events.sql", "--data", "results", "--port", "0");
        Assert.Equal(1, code);
        Assert.Contains("The data folder 'results' is in use by process", errors, StringComparison.Ordinal);
        (code, output, errors) = await MillraceProcess.RunAsync(place.Path, "run", "events.sql", "--data", "other", "--port", http.BaseAddress!.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(1, code);
        Assert.Contains("is taken by another program", errors, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(http, Rows(0, 1), "one")).Status);
    }
}

using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Robustness;

/// <summary>Clients that send rows again until they are answered, and a process that is killed at random moments: every row is in the results once.</summary>
public sealed class IngestCrashTests
{
    const int Clients = 4, RowsPerRequest = 20;

    /// <summary>Kills in a run: 5, or what MILLRACE_KILLS says.</summary>
    static int Kills => int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_KILLS"), CultureInfo.InvariantCulture, out var kills) ? kills : 5;

    // All within the lateness that the watermark allows, as clients come in any order.
    static string Rows(int request) => string.Concat(Enumerable.Range(request * RowsPerRequest, RowsPerRequest)
        .Select(i => $$"""{"id":{{i}},"name":"n{{i % 7}}","amount":1.25,"at":"2026-01-01T00:00:{{i % 10:00}}Z"}""" + "\n"));

    [Fact]
    public async Task Every_row_that_was_answered_is_counted_once_whenever_the_process_is_killed()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        // Small files: some are begun between two kills.
        using var place = new Workplace("connector = 'http', format = 'json', journal.segment_bytes = '20000'");
        var requests = 0;
        var address = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested) await SendAsync(Interlocked.Increment(ref requests) - 1, () => Volatile.Read(ref address).Task);
        })).ToList();
        for (var kill = 0; kill <= Kills; kill++)
        {
            using var process = MillraceProcess.Start(place.Path, "run", "events.sql", "--data", "results", "--port", "0");
            var line = await process.LineWithAsync(" runs at ");
            var at = new Uri(line.Split(' ').First(word => word.StartsWith("http://", StringComparison.Ordinal)));
            address.SetResult(at);
            // Random moments of the outside world are what this is about; no result depends on them.
            await Task.Delay(random.Next(20, 600));
            if (kill < Kills)
            {
                Volatile.Write(ref address, new(TaskCreationOptions.RunContinuationsAsynchronously));
                process.Signal("KILL");
                await process.EndAsync();
                continue;
            }
            await stop.CancelAsync();
            await Task.WhenAll(clients);
            using var http = new HttpClient { BaseAddress = at };
            await Until.TrueAsync(async () => JsonElement.Parse(await http.GetStringAsync(new Uri("api/views/all_events?limit=1", UriKind.Relative))).GetProperty("total").GetInt64() >= requests * RowsPerRequest,
                $"{requests * RowsPerRequest} rows are committed (seed {seed})");
            process.Signal("TERM");
            Assert.Equal(130, (await process.EndAsync()).Code);
        }
        Assert.Equal(Enumerable.Range(0, requests * RowsPerRequest).Select(i => (long)i), (await place.IdsAsync()).Order());
        var perMinute = await place.QueryAsync("SELECT total FROM per_minute");
        Assert.Equal(requests * RowsPerRequest * 1.25m, perMinute.Sum(r => decimal.Parse(r.GetProperty("total").GetString()!, CultureInfo.InvariantCulture)));
    }

    /// <summary>Sends a request until it is answered, to whatever process there is, with the key of the first time.</summary>
    static async Task SendAsync(int request, Func<Task<Uri>> address)
    {
        while (true)
        {
            using var http = new HttpClient { BaseAddress = await address(), Timeout = TimeSpan.FromSeconds(30) };
            using var content = new StringContent(Rows(request), Encoding.UTF8, new MediaTypeHeaderValue("application/x-ndjson"));
            using var message = new HttpRequestMessage(HttpMethod.Post, new Uri("ingest/events", UriKind.Relative)) { Content = content };
            message.Headers.Add("Idempotency-Key", "request " + request);
            try
            {
                using var answer = await http.SendAsync(message);
                if (answer.StatusCode == HttpStatusCode.OK) return;
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // It was killed: the next one is asked.
                await Task.Yield();
            }
        }
    }
}

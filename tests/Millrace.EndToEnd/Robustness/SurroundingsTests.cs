using System.Diagnostics;
using System.Runtime.Versioning;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Robustness;

/// <summary>Machines as they really are: no rights, no room, no memory. Each is a message that says what to do, and what was committed stays.</summary>
[SupportedOSPlatform("linux")]
public sealed class SurroundingsTests
{
    static async Task<(int Code, string Text)> RunAsync(string folder, string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true, Environment = { ["HOME"] = "/tmp", ["NO_COLOR"] = "1" } })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    [Fact]
    public async Task A_missing_file_is_named_with_the_folder_it_was_looked_for_in()
    {
        using var place = new Workplace();
        var (code, _, errors) = await place.RunAsync("nothere.csv");
        Assert.Equal(1, code);
        Assert.Contains($"source 'events': there is no file '{place.Path}/nothere.csv'", errors, StringComparison.Ordinal);
        Assert.Contains("relative to", errors, StringComparison.Ordinal);
        (code, _, errors) = await place.RunAsync("*.nothere");
        Assert.Equal(1, code);
        Assert.EndsWith($"no file matches '*.nothere' (looked for '{place.Path}/*.nothere').\n", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_without_rights_is_told_which_right_is_missing()
    {
        Needs.Root();
        using var place = new Workplace();
        string[] nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
        File.SetUnixFileMode(place.Path, (UnixFileMode)0b111_101_101);
        place.Write("locked.csv", Workplace.Header);
        File.SetUnixFileMode(Path.Combine(place.Path, "locked.csv"), (UnixFileMode)0b110_000_000);
        Directory.CreateDirectory(Path.Combine(place.Path, "closed"), (UnixFileMode)0b111_000_000);
        place.Write("closed/in.csv", Workplace.Header);
        place.Write("open.csv", Workplace.Header);
        Directory.CreateDirectory(Path.Combine(place.Path, "free"));
        File.SetUnixFileMode(Path.Combine(place.Path, "free"), (UnixFileMode)0b111_111_111);
        var program = Path.Combine(AppContext.BaseDirectory, "Millrace.Cli.dll");
        var (canRead, _) = await RunAsync(place.Path, "setpriv", [.. nobody, "test", "-r", program]);
        Needs.That(canRead == 0, "a build that every user may read");
        Task<(int Code, string Text)> Run(string input, string data) =>
            RunAsync(place.Path, "setpriv", [.. nobody, "dotnet", program, "run", "events.sql", "--until-done", "--set", "IN=" + input, "--data", data]);

        foreach (var (input, data, message) in new[]
        {
            ("locked.csv", "free/a", "locked.csv' cannot be read"),
            ("closed", "free/b", "the folder of 'closed' cannot be read"),
            ("open.csv", "results", "The data folder 'results' cannot be written to"),
            ("open.csv", "open.csv", "Choose another with --data."),
        })
        {
            var (code, text) = await Run(input, data);
            Assert.Equal(1, code);
            Assert.Contains(message, text, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        }
        Assert.Equal(0, (await Run("open.csv", "free/c")).Code);
    }

    [Fact]
    public async Task A_full_disk_ends_the_run_and_what_was_committed_stays_whole()
    {
        Needs.Root();
        using var place = new Workplace();
        var small = Path.Combine(place.Path, "small");
        Directory.CreateDirectory(small);
        var (mounted, said) = await RunAsync(place.Path, "mount", "-t", "tmpfs", "-o", "size=800k", "tmpfs", small);
        Needs.That(mounted == 0, $"the right to mount a tmpfs ({said.Trim()})");
        try
        {
            place.Write("in.csv", Workplace.Header + string.Concat(Enumerable.Range(0, 60_000).Select(i => $"{i},a name that takes some room,1,2026-01-01 00:00:00\n")));
            var (code, _, errors) = await place.RunAsync("in.csv", "small/data");
            Assert.Equal(3, code);
            Assert.Contains("No room left for 'small/data/millrace.db'", errors, StringComparison.Ordinal);
            Assert.Contains("Free some space", errors, StringComparison.Ordinal);

            // Both views are of one commit, and of whole batches in order.
            var ids = await place.IdsAsync("small/data");
            Assert.Equal(Enumerable.Range(0, ids.Count).Select(i => (long)i), ids);
            var counted = await place.QueryAsync("SELECT events FROM per_minute", "small/data");
            Assert.Equal(ids.Count, counted.Sum(r => r.GetProperty("events").GetInt64()));
        }
        finally
        {
            await RunAsync(place.Path, "umount", small);
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public async Task More_keys_than_the_memory_limit_holds_end_with_an_error_that_names_the_view(string lanes)
    {
        using var place = new Workplace();
        place.Write("many.sql", """
            SET memory.limit = '20 MB';
            CREATE SOURCE events (id BIGINT, key INTEGER, value DOUBLE, at TIMESTAMP, text TEXT, WATERMARK FOR at AS at)
              WITH (connector = 'generator', template = 'rows', rows = '3000000', texts = 'new');
            CREATE MATERIALIZED VIEW per_text AS SELECT text, COUNT(*) AS n FROM SESSION(events, at, INTERVAL '1 hour') GROUP BY window_start, window_end, text;
            CREATE MATERIALIZED VIEW whole AS SELECT COUNT(*) AS n FROM events;
            """);
        var (code, _, errors) = await MillraceProcess.RunAsync(place.Path, "run", "many.sql", "--until-done", "--lanes", lanes, "--data", "results");
        Assert.Equal(1, code);
        Assert.Contains("error: The memory limit is reached", errors, StringComparison.Ordinal);
        Assert.Contains("'per_text'", errors, StringComparison.Ordinal);
        Assert.Contains("Raise memory.limit", errors, StringComparison.Ordinal);
        var texts = (await place.QueryAsync("SELECT SUM(n) AS n FROM per_text"))[0].GetProperty("n").ToString();
        var whole = (await place.QueryAsync("SELECT n FROM whole")).Select(r => r.GetProperty("n").ToString()).SingleOrDefault("");
        Assert.Equal(whole, texts); // of one commit, or of none
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace Millrace.Tests.Cli;

public sealed class RunTests
{
    [Fact]
    public async Task A_bounded_pipeline_runs_to_its_end_and_its_results_can_be_queried()
    {
        using var folder = new CliFolder();
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--until-done");
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("pipe is done: ", output, StringComparison.Ordinal);
        Assert.Contains("  orders: 3 seen, 2 accepted, 1 undecodable, 1 in dead_letters\n", output);
        Assert.Contains("    orders.few: 1 violated\n", output);

        (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "query", "SELECT country, revenue FROM revenue ORDER BY country", "--csv");
        Assert.Equal((0, "country,revenue\nFR,4.25\nUK,3.00\n", ""), (code, output, errors));
        (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "query", "SELECT country, revenue FROM revenue ORDER BY country", "--json", "--limit", "1");
        Assert.Equal((0, "{\"country\":\"FR\",\"revenue\":\"4.25\"}\n"), (code, output));
        (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "query", "SELECT country, revenue FROM revenue ORDER BY country");
        Assert.Equal((0, "country | revenue\n--------+--------\nFR      |    4.25\nUK      |    3.00\n(2 rows)\n"), (code, output));
    }

    [Fact]
    public async Task Status_lines_are_JSON()
    {
        using var folder = new CliFolder();
        var (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--until-done", "--json");
        Assert.Equal(0, code);
        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.Equal("started", lines[0].GetProperty("event").GetString());
        Assert.Equal("done", lines[^1].GetProperty("event").GetString());
        Assert.Equal(2, lines[^1].GetProperty("quality")[0].GetProperty("accepted").GetInt64());
    }

    [Fact]
    public async Task A_failure_of_a_run_for_machines_is_a_line_of_JSON()
    {
        using var folder = new CliFolder(CliFolder.Bounded.Replace("orders.csv", "none.csv", StringComparison.Ordinal));
        var (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--until-done", "--json");
        var last = JsonDocument.Parse(output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1]).RootElement;
        Assert.Equal(("failed", code), (last.GetProperty("event").GetString(), last.GetProperty("exitCode").GetInt32()));
        Assert.Contains("none.csv", last.GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task A_signal_stops_it_after_a_commit(string signal)
    {
        using var folder = new CliFolder(CliFolder.Endless);
        using var run = MillraceProcess.Start(folder.Path, "run", "pipe.sql", "--port", "0");
        await run.LineWithAsync("pipe runs at http://");
        run.Signal(signal);
        var (code, output, errors) = await run.EndAsync();
        Assert.Equal((130, ""), (code, errors));
        Assert.Contains("Stopping: what was read is committed ...\npipe stopped: ", output);

        (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "query", "SELECT COUNT(*) AS n FROM per_second", "--csv");
        Assert.Equal(0, code);
        Assert.StartsWith("n\n", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_second_run_on_the_same_folder_is_refused_and_the_first_goes_on()
    {
        using var folder = new CliFolder(CliFolder.Endless);
        using var first = MillraceProcess.Start(folder.Path, "run", "pipe.sql", "--port", "0");
        await first.LineWithAsync("pipe runs at http://");
        var (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--port", "0");
        Assert.Equal(1, code);
        Assert.Matches(@"^error: The data folder '.*pipe\.millrace' is in use by process \d+\. Stop that process, or give this one a folder of its own with --data\.\n$", errors);
        first.Signal("INT");
        Assert.Equal(130, (await first.EndAsync()).Code);
    }

    [Fact]
    public async Task A_taken_port_is_named()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        using var folder = new CliFolder(CliFolder.Endless);
        var (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--port", port.ToString(System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(1, code);
        Assert.Contains(port.ToString(System.Globalization.CultureInfo.InvariantCulture), errors);
        Assert.StartsWith("error: ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_answers_while_it_runs()
    {
        using var folder = new CliFolder(CliFolder.Endless);
        using var run = MillraceProcess.Start(folder.Path, "run", "pipe.sql", "--port", "0");
        var line = await run.LineWithAsync("pipe runs at http://");
        var address = new Uri(line.Split(' ')[3]);
        using var client = new HttpClient();
        Assert.Equal("{\"status\":\"ok\"}", (await client.GetStringAsync(new Uri(address, "healthz"))).Replace(" ", "", StringComparison.Ordinal));
        run.Signal("INT");
        Assert.Equal(130, (await run.EndAsync()).Code);
    }

    [Fact]
    public async Task Results_can_be_queried_while_it_runs()
    {
        using var folder = new CliFolder(CliFolder.Endless);
        using var run = MillraceProcess.Start(folder.Path, "run", "pipe.sql", "--port", "0");
        await run.LineWithAsync("pipe runs at http://");
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "query", "SELECT COUNT(*) >= 0 AS answered FROM per_second", "--csv");
        Assert.Equal((0, "answered\ntrue\n", ""), (code, output, errors));
        run.Signal("INT");
        await run.EndAsync();
    }

    [Fact]
    public async Task A_missing_input_file_ends_the_run_with_1_and_names_it()
    {
        using var folder = new CliFolder(CliFolder.Bounded.Replace("orders.csv", "none.csv", StringComparison.Ordinal));
        var (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--until-done");
        Assert.Equal(1, code);
        Assert.Contains("none.csv", errors);
        Assert.DoesNotContain("   at ", errors);
    }

    [Fact]
    public async Task Without_results_a_query_says_what_to_do()
    {
        using var folder = new CliFolder();
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "query", "SELECT 1");
        Assert.Equal((1, "", "error: There are no results here: no folder '*.millrace' with a database in it. Run a pipeline first, or name its data folder with --data.\n"), (code, output, errors));
    }
}

namespace Millrace.Tests.Cli;

public sealed class CheckTests
{
    [Fact]
    public async Task A_good_file_is_fine()
    {
        using var folder = new CliFolder();
        var (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql");
        Assert.Equal(0, code);
        Assert.Matches(@"^pipe\.sql is fine: 1 source, 1 view \(1 stored\), 0 sinks, \d+ warnings?\.\n$", output);
    }

    [Fact]
    public async Task What_an_edit_does_to_saved_state_is_told_before_anything_runs()
    {
        using var folder = new CliFolder(CliFolder.Endless);
        using (var run = MillraceProcess.Start(folder.Path, "run", "pipe.sql", "--port", "0"))
        {
            await run.LineWithAsync("pipe runs at http://");
            run.Signal("INT");
            Assert.Equal(130, (await run.EndAsync()).Code);
        }
        var (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql", "--against", "pipe.millrace");
        Assert.Equal(0, code);
        Assert.Contains("\n  view per_second keeps its state.\nA run goes on.\n", output, StringComparison.Ordinal);

        folder.Write("pipe.sql", CliFolder.Endless.Replace("'1 second'", "'2 seconds'", StringComparison.Ordinal));
        (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql", "--against", "pipe.millrace");
        Assert.Equal(1, code);
        Assert.Matches(@"\n  view per_second starts over: Aggregate was 'count\(\*\) by TUMBLE\(at, .*\)', is 'count\(\*\) by TUMBLE\(at, .*\)'; rows that are final stay\.\n", output);
        Assert.EndsWith("A run is refused unless it is told --start-over per_second, or --from fresh.\n", output, StringComparison.Ordinal);
        (code, _, var errors) = await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--no-server");
        Assert.Equal(1, code);
        Assert.Contains("begin empty, with rows from here on, by --start-over per_second; or", errors, StringComparison.Ordinal);
        (code, _, _) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql", "--against", "pipe.millrace", "--start-over", "per_second");
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task A_file_that_declares_nothing_is_not_called_fine()
    {
        using var folder = new CliFolder("-- to be written\n");
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql");
        Assert.Equal((0, "pipe.sql declares nothing: 1 warning.\n"), (code, output));
        Assert.Contains("MR2740", errors);
    }

    [Fact]
    public async Task A_header_without_a_declared_column_is_told_before_anything_runs_and_at_the_end()
    {
        using var folder = new CliFolder();
        folder.Write("orders.csv", "order_id,land,quantity,price,at\n1,UK,2,1.50,2024-03-01T10:00:00Z\n");
        var (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql");
        Assert.Equal(0, code);
        Assert.Contains("source 'orders': no record at the beginning of 'orders.csv' can be read; of the first: the header has no 'country'; found order_id, land, quantity, price, at.", errors);
        (code, var output, errors) = await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--until-done");
        Assert.Equal(0, code);
        Assert.Contains("undecodable, first: orders.csv, offset 0: the header has no 'country'", output);
        Assert.StartsWith("warning: no record of 'orders' could be read. The first: orders.csv, offset 0: the header has no 'country'", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watched_without_a_terminal_a_run_is_told_in_words()
    {
        using var folder = new CliFolder();
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--until-done", "--watch");
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("pipe is done: 3 rows", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mistake_is_shown_with_its_place_and_what_was_meant()
    {
        using var folder = new CliFolder(CliFolder.Bounded.Replace("GROUP BY window_start, country", "GROUP BY window_start, contry", StringComparison.Ordinal));
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql");
        Assert.Equal(1, code);
        Assert.Contains("MR1042 at pipe.sql:", errors);
        Assert.Contains("^^^^^^", errors);
        Assert.Contains("'country'", errors);
        Assert.Matches(@"^pipe\.sql: 1 error, \d+ warnings?\.\n$", output);

        (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--until-done");
        Assert.Equal(1, code);
        Assert.EndsWith("error: 'pipe.sql' has 1 error; nothing was started.\n", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "pipe.millrace")));
    }

    [Fact]
    public async Task A_missing_variable_is_explained_by_the_file_itself()
    {
        using var folder = new CliFolder("-- ${ORDERS}: the orders of a day; ask the shop.\n" + CliFolder.Bounded.Replace("'orders.csv'", "'${ORDERS}'", StringComparison.Ordinal));
        var (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql");
        Assert.Equal(1, code);
        Assert.Contains("ORDERS: the orders of a day; ask the shop.", errors);
        (code, _, _) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql", "--set", "ORDERS=orders.csv");
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task A_source_is_inferred_and_compiles()
    {
        using var folder = new CliFolder();
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "check", "--infer", "orders.csv");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("CREATE SOURCE orders (", output);
        folder.Write("inferred.sql", output);
        (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "check", "inferred.sql");
        Assert.True(code == 0, errors);
        (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "check", "--infer", "none.csv");
        Assert.Equal(1, code);
        Assert.Contains("none.csv", errors);
    }

    [Fact]
    public async Task A_file_that_is_not_there_yet_is_a_warning()
    {
        using var folder = new CliFolder(CliFolder.Bounded.Replace("orders.csv", "none.csv", StringComparison.Ordinal));
        var (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql");
        Assert.Equal(0, code);
        Assert.Contains("warning: source 'orders': there is no file", errors);
    }

    [Fact]
    public async Task Findings_plans_functions_and_dead_letters_are_JSON_for_programs()
    {
        using var folder = new CliFolder();
        await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--until-done");
        foreach (var (command, name) in new (string[], string)[]
        {
            (["explain", "pipe.sql"], "plan"), (["functions", "trim"], "what"), (["replay", "pipe.sql"], "raw"), (["check", "pipe.sql"], "diagnostics"),
        })
        {
            var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, [.. command, "--json"]);
            Assert.Equal((0, ""), (code, errors));
            var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.NotEmpty(lines);
            Assert.All(lines, l => Assert.True(System.Text.Json.JsonDocument.Parse(l).RootElement.TryGetProperty(name, out _), l));
        }
    }

    [Fact]
    public async Task A_plan_is_shown_without_the_secrets_that_a_run_needs()
    {
        using var folder = new CliFolder(CliFolder.Bounded.Replace("country TEXT,", "country TEXT MASKED WITH (function = 'hash', key = SECRET NO_SUCH_KEY),", StringComparison.Ordinal));
        var (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "explain", "pipe.sql");
        Assert.Equal((0, ""), (code, errors));
        (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql");
        Assert.Equal(1, code);
        Assert.Contains("the secret 'NO_SUCH_KEY' is not set", errors);
    }
}

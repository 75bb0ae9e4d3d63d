namespace Millrace.Tests.Cli;

public sealed class ChartTests
{
    [Fact]
    public async Task A_stored_view_becomes_a_picture()
    {
        using var folder = new CliFolder();
        await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--until-done");
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "chart", "revenue", "--out", "revenue.svg");
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("revenue.svg: revenue by window_start and country (revenue), 2 points of version ", output, StringComparison.Ordinal);
        _ = System.Xml.Linq.XDocument.Load(Path.Combine(folder.Path, "revenue.svg"));

        (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "chart", "revenue", "--out", "b.svg", "--json");
        Assert.Equal((0, ""), (code, errors));
        var said = System.Text.Json.JsonDocument.Parse(output).RootElement;
        Assert.Equal(("b.svg", "revenue", "line", "window_start", 2), (said.GetProperty("file").GetString(), said.GetProperty("view").GetString(), said.GetProperty("kind").GetString(), said.GetProperty("x").GetString(), said.GetProperty("points").GetInt32()));

        (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "chart", "revenu", "--out", "a.html");
        Assert.Equal(1, code);
        Assert.Contains("There is no stored view 'revenu'", errors);
        (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "chart", "revenue", "--y", "country", "--out", "a.html");
        Assert.Equal((1, "error: Column 'country' of 'revenue' is TEXT, which is no number to draw.\n"), (code, errors));
    }

    [Fact]
    public async Task Dead_letters_are_listed_and_exported()
    {
        using var folder = new CliFolder();
        await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--until-done");
        var (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "replay", "pipe.sql");
        Assert.Equal(0, code);
        Assert.Contains("3,UK,one,1.00", output);
        Assert.Contains("(1 record)", output);
        (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "replay", "pipe.sql", "--source", "orders", "--export", "bad.csv");
        Assert.Equal((0, "bad.csv: 1 record of 'orders'.\n"), (code, output));
        Assert.Equal("order_id,country,quantity,price,at\n3,UK,one,1.00,2024-03-01T10:01:00Z\n", await File.ReadAllTextAsync(Path.Combine(folder.Path, "bad.csv")));
    }

    [Fact]
    public async Task Mended_dead_letters_are_sent_to_a_pipeline_that_runs()
    {
        using var folder = new CliFolder();
        await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--until-done");
        folder.Write("live.sql", "CREATE SOURCE orders (order_id INTEGER, quantity INTEGER) WITH (connector = 'http', format = 'json'); CREATE MATERIALIZED VIEW v AS SELECT * FROM orders;");
        folder.Write("mended.csv", "order_id,quantity\n3,1\n");
        using var live = MillraceProcess.Start(folder.Path, "run", "live.sql", "--port", "0");
        var address = (await live.LineWithAsync("live runs at http://")).Split(' ')[3];
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "replay", "pipe.sql", "--source", "orders", "--from", "mended.csv", "--to", address);
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith("orders: 1 record sent, answered {\"accepted\":1,", output, StringComparison.Ordinal);
        (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "replay", "pipe.sql", "--to", "here");
        Assert.Equal(2, code);
        Assert.Contains("--to is 'here'; it is an address such as http://", errors);
        live.Signal("TERM");
        await live.EndAsync();
    }
}

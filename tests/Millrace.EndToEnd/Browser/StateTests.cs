using Microsoft.Playwright;

namespace Millrace.EndToEnd.Browser;

[Collection(nameof(Demo))]
public sealed class StateTests(Demo demo)
{
    const string Header = "order_id,country,quantity,price,at\n";
    const string Orders = Header + "1,UK,2,1.50,2024-03-01T10:00:00Z\n2,FR,1,4.25,2024-03-01T10:00:30Z\n3,UK,-1,1.50,2024-03-01T10:00:40Z\n5,UK,1,9.00,2024-03-01T10:01:20Z\n";

    const string Sql = """
        CREATE SOURCE orders (
          order_id BIGINT, country TEXT, quantity INTEGER, price DECIMAL(10,2), at TIMESTAMP,
          WATERMARK FOR at AS at - INTERVAL '10 seconds',
          CONSTRAINT not_returned EXPECT (quantity > 0) ON VIOLATION DROP ROW
        ) WITH (connector = 'file', path = 'orders.csv', format = 'csv');
        CREATE MATERIALIZED VIEW revenue AS
          SELECT window_start, country, SUM(quantity * price) AS revenue FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, country;
        CREATE MATERIALIZED VIEW totals AS SELECT COUNT(*) AS lines FROM orders;
        """;

    [Fact]
    public async Task A_file_without_a_dashboard_is_charted_and_a_finished_run_says_so()
    {
        demo.Require();
        await using var pipeline = await ServedPipeline.RunAsync(Sql, Orders);
        await using var watched = await demo.OpenAsync(of: pipeline);
        await watched.Page.Locator(".status[data-health=finished]").WaitForAsync();
        await watched.FilledAsync();
        var titles = await watched.Page.Locator(".tile h2").AllTextContentsAsync();
        Assert.Equal(["Totals", "Revenue", "Data quality", "Pipeline"], titles);
        Assert.Equal("3", await watched.Page.Locator(".kpi-number").TextContentAsync());
        await watched.Page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).WaitForAsync(new() { State = WaitForSelectorState.Hidden });
        watched.IsQuiet();
    }

    [Fact]
    public async Task A_source_without_rows_says_why_its_tiles_are_empty()
    {
        demo.Require();
        await using var pipeline = await ServedPipeline.RunAsync(Sql, Header);
        await using var watched = await demo.OpenAsync(of: pipeline);
        await watched.Page.Locator(".status[data-health=finished]").WaitForAsync();
        await watched.Page.Locator(".tile-line .empty-title").WaitForAsync();
        Assert.Equal("0", await watched.Page.Locator(".kpi-number").TextContentAsync());
        watched.IsQuiet();
    }

    [Fact]
    public async Task A_failed_pipeline_keeps_its_page_and_tells_the_reason()
    {
        demo.Require();
        await using var pipeline = await ServedPipeline.RunAsync(Sql.Replace("DROP ROW", "FAIL", StringComparison.Ordinal), Orders);
        await using var watched = await demo.OpenAsync(of: pipeline);
        await watched.Page.Locator(".status[data-health=failed]").WaitForAsync();
        Assert.Contains("not_returned", await watched.Page.Locator(".banner").TextContentAsync(), StringComparison.Ordinal);
        watched.IsQuiet();
    }
}

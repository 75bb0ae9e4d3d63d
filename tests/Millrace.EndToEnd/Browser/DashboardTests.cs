using Microsoft.Playwright;

namespace Millrace.EndToEnd.Browser;

[Collection(nameof(Demo))]
public sealed class DashboardTests(Demo demo)
{
    [Fact]
    public async Task The_tiles_move_and_no_tile_is_empty()
    {
        await using var watched = await demo.OpenAsync();
        await watched.FilledAsync();
        await watched.ChangedAsync(".kpi-number");
        await watched.ChangedAsync(".kpi-number");
        watched.IsQuiet();
    }

    [Fact]
    public async Task A_pause_holds_the_page_still_while_the_pipeline_goes_on()
    {
        await using var watched = await demo.OpenAsync();
        var page = watched.Page;
        await watched.FilledAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).ClickAsync();
        await page.Locator(".status[data-health=paused]").WaitForAsync();
        // Two frames later all that was on its way is drawn.
        await page.EvaluateAsync("""
            () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => {
              window.changes = 0;
              new MutationObserver((all) => { window.changes += all.length; }).observe(document.querySelector('main'), { subtree: true, childList: true, characterData: true, attributes: true });
              done();
            })))
            """);
        await demo.Pipeline.CommitsAsync(20);
        Assert.Equal(0, await page.EvaluateAsync<int>("() => window.changes"));

        await page.GetByRole(AriaRole.Button, new() { Name = "Resume", Exact = true }).ClickAsync();
        await page.WaitForFunctionAsync("() => window.changes > 0");
        await page.Locator(".status[data-health=live]").WaitForAsync();
        watched.IsQuiet();
    }

    [Fact]
    public async Task The_theme_is_switched_at_once_and_remembered()
    {
        await using var watched = await demo.OpenAsync();
        var page = watched.Page;
        await watched.FilledAsync();
        const string Background = "() => getComputedStyle(document.documentElement).backgroundColor";
        var system = await page.EvaluateAsync<string>(Background);
        await page.GetByRole(AriaRole.Button, new() { Name = "Theme as the system" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Theme light" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Theme dark" }).WaitForAsync();
        var dark = await page.EvaluateAsync<string>(Background);
        Assert.NotEqual(system, dark);

        await page.ReloadAsync();
        await watched.FilledAsync();
        Assert.Equal(dark, await page.EvaluateAsync<string>(Background));
        watched.IsQuiet();
    }

    [Fact]
    public async Task A_chart_becomes_a_table_and_a_chart_again_by_keyboard()
    {
        await using var watched = await demo.OpenAsync();
        var page = watched.Page;
        await watched.FilledAsync();
        var toggle = page.GetByRole(AriaRole.Button, new() { Name = "Revenue by country as a table" });
        await toggle.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        var tile = page.Locator(".tile").Filter(new() { Has = toggle });
        await tile.Locator("tbody tr").First.WaitForAsync();
        Assert.Equal("true", await toggle.GetAttributeAsync("aria-pressed"));
        var columns = await tile.Locator("thead th").AllTextContentsAsync();
        Assert.Equal(["window_start", "country", "revenue"], columns.Select(c => c.Trim()));
        var rows = await tile.Locator("tbody tr").CountAsync();
        Assert.InRange(rows, 24, 200);

        await page.Keyboard.PressAsync("Space");
        await tile.Locator("canvas").WaitForAsync();
        watched.IsQuiet();
    }

    [Fact]
    public async Task The_pipeline_view_shows_every_node_and_the_figures_of_the_one_that_is_chosen()
    {
        await using var watched = await demo.OpenAsync();
        var page = watched.Page;
        await watched.FilledAsync();
        await watched.VisitAsync("Pipeline", "Pipeline");
        var nodes = (await demo.Pipeline.GetAsync("api/pipeline")).GetProperty("nodes").GetArrayLength();
        Assert.True(nodes > 5);
        await page.WaitForFunctionAsync("(count) => document.querySelectorAll('main .node').length === count", nodes);
        await page.Locator("main .node").First.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.Locator("main .node[aria-pressed=true]").WaitForAsync();
        await page.Locator(".details").GetByText("Rows in").WaitForAsync();
        await watched.VisitAsync("Dashboard", "Live sales");
        await watched.FilledAsync();
        watched.IsQuiet();
    }

    [Fact]
    public async Task The_sql_view_shows_the_file_that_runs()
    {
        await using var watched = await demo.OpenAsync();
        await watched.VisitAsync("SQL", "SQL");
        var text = (await demo.Pipeline.GetAsync("api/sql")).GetProperty("text").GetString()!;
        var shown = watched.Page.Locator("pre.sql");
        await shown.WaitForAsync();
        Assert.Equal(text.TrimEnd('\n'), (await shown.TextContentAsync())!.TrimEnd('\n'));
        watched.IsQuiet();
    }

    [Fact]
    public async Task Nothing_jumps_while_numbers_move()
    {
        await using var watched = await demo.OpenAsync();
        await watched.FilledAsync();
        await watched.Page.EvaluateAsync("() => { window.shift = 0; new PerformanceObserver((list) => { for (const entry of list.getEntries()) window.shift += entry.value; }).observe({ type: 'layout-shift' }); }");
        for (var i = 0; i < 10; i++) await watched.ChangedAsync(".kpi-number");
        Assert.InRange(await watched.Page.EvaluateAsync<double>("() => window.shift"), 0, 0.02); // of 1, a whole screen moved by its own height
        watched.IsQuiet();
    }

    [Fact]
    public async Task What_goes_wrong_in_a_page_is_heard()
    {
        await using var watched = await demo.OpenAsync();
        await watched.FilledAsync();
        await watched.Page.EvaluateAsync("() => { console.warn('logged'); document.body.setAttribute('style', 'color: red'); setTimeout(() => { throw new Error('thrown'); }); return fetch('/nothing').then(() => {}); }");
        foreach (var word in (string[])["logged", "Content Security Policy", "thrown", "404"])
            await Until.TrueAsync(() => Task.FromResult(watched.Complaints.Any(text => text.Contains(word, StringComparison.Ordinal))), $"'{word}' is heard");
    }

    [Theory]
    [InlineData(360)]
    [InlineData(390)]
    [InlineData(820)]
    public async Task Nothing_is_wider_than_the_screen(int width)
    {
        await using var watched = await demo.OpenAsync(width, 800);
        await watched.FilledAsync();
        await FitsAsync(watched.Page);
        await watched.VisitAsync("Pipeline", "Pipeline");
        await watched.Page.Locator("main .node").First.WaitForAsync();
        await FitsAsync(watched.Page);
        await watched.VisitAsync("SQL", "SQL");
        await watched.Page.Locator("pre.sql").WaitForAsync();
        await FitsAsync(watched.Page);
        watched.IsQuiet();
    }

    static async Task FitsAsync(IPage page) => Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - innerWidth") <= 0);
}

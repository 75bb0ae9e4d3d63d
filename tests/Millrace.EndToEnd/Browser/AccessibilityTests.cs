using Microsoft.Playwright;

namespace Millrace.EndToEnd.Browser;

[Collection(nameof(Demo))]
public sealed class AccessibilityTests(Demo demo)
{
    static readonly string s_audit = Script("audit.js");
    static readonly string s_focus = Script("focus.js");

    [Theory]
    [InlineData(false, 1440)]
    [InlineData(true, 1440)]
    [InlineData(false, 390)]
    [InlineData(true, 390)]
    public async Task Everything_has_a_name_and_can_be_read(bool isDark, int width)
    {
        await using var watched = await demo.OpenAsync(width, isDark: isDark);
        var page = watched.Page;
        await watched.FilledAsync();
        await AuditAsync(page);
        foreach (var toggle in await page.Locator(".tile-head .icon-button:visible").AllAsync()) await toggle.ClickAsync();
        await page.Mouse.MoveAsync(0, 0);
        await AuditAsync(page);

        await watched.VisitAsync("Pipeline", "Pipeline");
        await page.Locator("main .node").First.ClickAsync();
        await page.Locator(".details").WaitForAsync();
        await AuditAsync(page);

        await watched.VisitAsync("SQL", "SQL");
        await page.Locator("pre.sql").WaitForAsync();
        await AuditAsync(page);
        watched.IsQuiet();
    }

    [Theory]
    [InlineData("#/")]
    [InlineData("#/pipeline")]
    [InlineData("#/sql")]
    public async Task Tab_reaches_every_control_and_its_focus_is_seen(string view)
    {
        await using var watched = await demo.OpenAsync(view: view);
        var page = watched.Page;
        await page.Locator(view switch { "#/pipeline" => "main .node", "#/sql" => "pre.sql", _ => ".kpi-number" }).First.WaitForAsync();
        if (view == "#/") await watched.FilledAsync();
        // Bars that change their rank while the keyboard walks would be a moving target.
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause", Exact = true }).ClickAsync();
        await page.Locator(".status[data-health=paused]").WaitForAsync();
        await page.EvaluateAsync("() => { document.activeElement.blur(); document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); }");

        const string Controls = "a[href], button:enabled, [tabindex='0']";
        var count = await page.Locator($":is({Controls}):visible").CountAsync();
        Assert.True(count > 5);
        for (var i = 0; i < 2 * count; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            if (await page.EvaluateAsync<Focus?>(s_focus) is not { } focus) break;
            Assert.True(focus.IsSeen, $"The focus on '{focus.Words}' is not seen.");
        }
        Assert.Empty(await page.Locator($":is({Controls}):visible:not([data-tabbed])").AllTextContentsAsync());
        watched.IsQuiet();
    }

    [Fact]
    public async Task What_has_no_name_or_cannot_be_read_is_found()
    {
        await using var watched = await demo.OpenAsync();
        await watched.FilledAsync();
        await watched.Page.EvaluateAsync("""
            () => {
              const place = document.createElement('div');
              place.innerHTML = '<button></button><svg width="9" height="9"></svg><i id="a" tabindex="3">x</i><p class="faint" id="a">faint</p><h1>two</h1>';
              document.querySelector('main').append(place);
              place.querySelector('p').style.color = 'rgb(150 150 150)';
            }
            """);
        var found = await watched.Page.EvaluateAsync<string[]>(s_audit);
        Assert.Collection(found,
            text => Assert.StartsWith("has no name: <button>", text, StringComparison.Ordinal),
            text => Assert.StartsWith("picture has neither name", text, StringComparison.Ordinal),
            text => Assert.StartsWith("there are 2 headings", text, StringComparison.Ordinal),
            text => Assert.StartsWith("id stands twice: a", text, StringComparison.Ordinal),
            text => Assert.StartsWith("tabindex is positive", text, StringComparison.Ordinal),
            text => Assert.StartsWith("contrast 2.", text, StringComparison.Ordinal));
    }

    static async Task AuditAsync(IPage page) => Assert.Empty(await page.EvaluateAsync<string[]>(s_audit));

    static string Script(string name)
    {
        using var reader = new StreamReader(typeof(AccessibilityTests).Assembly.GetManifestResourceStream(name)!);
        return reader.ReadToEnd();
    }

    sealed record Focus
    {
        public string Words { get; init; } = "";
        public bool IsSeen { get; init; }
    }
}

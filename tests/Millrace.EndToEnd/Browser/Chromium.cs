using Microsoft.Playwright;
using Millrace.Server;

namespace Millrace.EndToEnd.Browser;

/// <summary>The browser of the machine, started once for all tests of the page. Without one they are skipped, but fail where CI=true.</summary>
public sealed class Chromium : IAsyncLifetime
{
    static readonly string[] s_names = ["chromium", "chromium-browser", "google-chrome"];
    static readonly string[] s_arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"];

    IPlaywright? _playwright;
    IBrowser? _browser;
    string? _lack;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        var path = Find();
        _lack = path is null ? "There is no chromium on this machine. Install it ('apt-get install chromium') or name one in MILLRACE_CHROMIUM."
            : !typeof(MillraceServer).Assembly.GetManifestResourceNames().Contains("web/index.html") ? "The page is not built. Run 'npm ci && npm run build' in web/ and build again, or run ./test."
            : null;
        if (_lack is not null) return;
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Args = s_arguments });
    }

    static string? Find()
    {
        if (Environment.GetEnvironmentVariable("MILLRACE_CHROMIUM") is { Length: > 0 } named) return named;
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return s_names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
    }

    /// <summary>Whether it was started.</summary>
    public bool IsThere => _browser is not null;

    /// <summary>Ends the test that needs the browser where there is none.</summary>
    public void Require()
    {
        if (_lack is null) return;
        if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(_lack);
        Assert.Skip(_lack);
    }

    /// <summary>Opens a page in a window of its own, without storage of earlier ones.</summary>
    internal async Task<WatchedPage> OpenAsync(Uri address, int width = 1440, int height = 900, bool isDark = false)
    {
        var context = await _browser!.NewContextAsync(new()
        {
            ViewportSize = new() { Width = width, Height = height },
            ColorScheme = isDark ? ColorScheme.Dark : ColorScheme.Light,
            Locale = "en-GB",
        });
        context.SetDefaultTimeout(60_000); // against a hang only
        return await WatchedPage.OpenAsync(context, address);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
    }
}

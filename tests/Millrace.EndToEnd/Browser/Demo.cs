namespace Millrace.EndToEnd.Browser;

/// <summary>The demo and a browser for all tests that look at it.</summary>
public sealed class Demo : IAsyncLifetime
{
    readonly Chromium _browser = new();
    ServedPipeline? _pipeline;

    internal ServedPipeline Pipeline => _pipeline!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await _browser.InitializeAsync();
        if (_browser.IsThere) _pipeline = await ServedPipeline.DemoAsync();
    }

    /// <summary>The page of a pipeline, the demo's where none is given.</summary>
    internal Task<WatchedPage> OpenAsync(int width = 1440, int height = 900, bool isDark = false, string view = "", ServedPipeline? of = null)
    {
        Require();
        return _browser.OpenAsync(new((of ?? Pipeline).Address, view), width, height, isDark);
    }

    /// <summary>Ends the test where there is no browser.</summary>
    internal void Require() => _browser.Require();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_pipeline is not null) await _pipeline.DisposeAsync();
        await _browser.DisposeAsync();
    }
}

/// <summary>Tests that look at the demo, one after the other.</summary>
[CollectionDefinition(nameof(Demo))]
public sealed class DemoCollection : ICollectionFixture<Demo>;

using Microsoft.Playwright;

namespace Millrace.EndToEnd.Browser;

/// <summary>A page and all that went wrong in it: what was logged to the console, violations of the content security policy, requests that failed.</summary>
sealed class WatchedPage : IAsyncDisposable
{
    readonly IBrowserContext _context;
    readonly List<string> _complaints = [];

    WatchedPage(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => Complain(message.Type is "error" or "warning", $"{message.Type}: {message.Text}");
        page.PageError += (_, error) => Complain(true, $"uncaught: {error}");
        page.Response += (_, response) => Complain(response.Status >= 400, $"{response.Status}: {response.Url}");
        // The page itself closes its streams and gives up its polls when it goes elsewhere.
        page.RequestFailed += (_, request) => Complain(!(request.Failure == "net::ERR_ABORTED" && request.Url.Contains("/api/", StringComparison.Ordinal)), $"{request.Failure}: {request.Url}");
    }

    public IPage Page { get; }

    public static async Task<WatchedPage> OpenAsync(IBrowserContext context, Uri address)
    {
        var watched = new WatchedPage(context, await context.NewPageAsync());
        await watched.Page.GotoAsync(address.ToString());
        return watched;
    }

    void Complain(bool isWrong, string text)
    {
        if (!isWrong) return;
        lock (_complaints) _complaints.Add(text);
    }

    /// <summary>Waits until every tile shows numbers.</summary>
    public async Task FilledAsync() => await Page.WaitForFunctionAsync("""
        () => {
          const numbers = [...document.querySelectorAll('.kpi-number')];
          return document.querySelector('.tile') && numbers.every((one) => /\d/.test(one.textContent)) && !document.querySelector('.empty');
        }
        """);

    /// <summary>Waits until the text of an element is another one than now; gives the new one.</summary>
    public async Task<string> ChangedAsync(string selector)
    {
        var first = Page.Locator(selector).First;
        var before = await first.TextContentAsync();
        await Page.WaitForFunctionAsync("([selector, before]) => document.querySelector(selector)?.textContent !== before", new[] { selector, before });
        return (await first.TextContentAsync())!;
    }

    /// <summary>Goes to another view by its link.</summary>
    public async Task VisitAsync(string link, string heading)
    {
        await Page.GetByRole(AriaRole.Link, new() { Name = link, Exact = true }).ClickAsync();
        await Page.GetByRole(AriaRole.Heading, new() { Name = heading, Exact = true, Level = 1 }).WaitForAsync();
    }

    /// <summary>What went wrong so far.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints) return [.. _complaints];
        }
    }

    /// <summary>Fails where anything went wrong so far.</summary>
    public void IsQuiet() => Assert.Empty(Complaints);

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();
}

using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Millrace.Server;
using Millrace.Server.Web;

namespace Millrace.Tests.Server;

public sealed class WebTests : IAsyncLifetime
{
    static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    WebApplication _app = null!;
    HttpClient _client = null!;

    static async Task<WebApplication> Serve(Dictionary<string, Func<byte[]>> files)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.UseProblems();
        app.MapWeb(new WebFiles(files));
        await app.StartAsync();
        return app;
    }

    static HttpClient To(WebApplication app) => new() { BaseAddress = new(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()) };

    public async ValueTask InitializeAsync()
    {
        _app = await Serve(new()
        {
            ["index.html"] = () => Bytes("<!doctype html>"),
            ["theme.js"] = () => Bytes("//"),
            ["assets/index-4f3a.js"] = () => Bytes("plain"),
            ["assets/index-4f3a.js.br"] = () => Bytes("brotli"),
            ["assets/index-4f3a.js.gz"] = () => Bytes("gzip"),
        });
        _client = To(_app);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task The_root_is_the_page_and_is_asked_for_again()
    {
        var response = await _client.GetAsync("/");
        Assert.Equal("<!doctype html>", await response.Content.ReadAsStringAsync());
        Assert.Equal("text/html; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("no-cache", response.Headers.CacheControl!.ToString());
        var request = new HttpRequestMessage(HttpMethod.Get, "/index.html");
        request.Headers.TryAddWithoutValidation("If-None-Match", response.Headers.ETag!.ToString());
        Assert.Equal(System.Net.HttpStatusCode.NotModified, (await _client.SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("", "plain", null)]
    [InlineData("gzip, deflate", "gzip", "gzip")]
    [InlineData("gzip, deflate, br", "brotli", "br")]
    public async Task Hashed_files_are_kept_for_ever_in_the_best_encoding(string accept, string content, string? encoding)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/assets/index-4f3a.js");
        if (accept.Length > 0) request.Headers.TryAddWithoutValidation("Accept-Encoding", accept);
        var response = await _client.SendAsync(request);
        Assert.Equal(content, await response.Content.ReadAsStringAsync());
        Assert.Equal("text/javascript; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.Equal(encoding, response.Content.Headers.ContentEncoding.SingleOrDefault());
        Assert.Equal("public, max-age=31536000, immutable", response.Headers.CacheControl!.ToString());
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
    }

    [Fact]
    public async Task A_head_request_has_no_body()
    {
        var response = await _client.SendAsync(new(HttpMethod.Head, "/theme.js"));
        Assert.Equal(2, response.Content.Headers.ContentLength);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Without_a_page_the_root_says_how_to_build_it()
    {
        await using var app = await Serve([]);
        using var client = To(app);
        var text = await client.GetStringAsync("/");
        Assert.Contains("npm run build", text, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", text, StringComparison.Ordinal);
        Assert.DoesNotContain("style", text, StringComparison.Ordinal);
    }
}

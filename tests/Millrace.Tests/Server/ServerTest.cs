using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Millrace.Data;
using Millrace.Server;
using Millrace.Stores;

namespace Millrace.Tests.Server;

/// <summary>A server on a free port over a pipeline that runs nothing.</summary>
public abstract class ServerTest : IAsyncLifetime
{
    private protected static readonly TableDefinition Revenue = new("revenue",
        new Schema(new Field("window_start", DataType.Timestamp), new Field("country", DataType.Text), new Field("revenue", DataType.Decimal(38, 3))), [0, 1], TableKind.View);

    private protected static readonly TableDefinition Log = new("log", new Schema(new Field("line", DataType.Text)), [], TableKind.View);

    private protected FakePipeline Pipeline { get; private set; } = null!;
    private protected MillraceServer Server { get; private set; } = null!;
    private protected HttpClient Client { get; private set; } = null!;

    private protected virtual FakePipeline Create() => new(Revenue, Log, Millrace.Quality.DeadLetters.Table);
    private protected virtual ServerOptions Options => new() { Port = 0 };

    public async ValueTask InitializeAsync()
    {
        Pipeline = Create();
        Server = await MillraceServer.StartAsync(Pipeline, Options);
        Client = new HttpClient { BaseAddress = Server.Address };
    }

    public virtual async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Server.DisposeAsync();
        Assert.Equal(0, Pipeline.Memory.Alive);
        Assert.Equal(0, Server.Served.Memory.Alive);
        Assert.Equal(0, Server.Changes.Readers);
        Assert.Equal(0, Pipeline.Listeners);
        GC.SuppressFinalize(this);
    }

    private protected async Task<JsonNode> Get(string path) => JsonNode.Parse(await Client.GetStringAsync(path))!;

    private protected Task<HttpResponseMessage> Post(string path, string body, string type = "application/json", string? key = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        return Client.SendAsync(request);
    }

    /// <summary>Asserts that an answer is a problem document of a status, and returns its detail.</summary>
    private protected static async Task<string> Problem(HttpStatusCode status, HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(status == response.StatusCode, $"{(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        var problem = JsonNode.Parse(text)!;
        Assert.Equal((int)status, (int)problem["status"]!);
        Assert.Equal("about:blank", (string?)problem["type"]);
        Assert.NotEmpty((string)problem["title"]!);
        return (string)problem["detail"]!;
    }

    private protected async Task<string> Problem(HttpStatusCode status, string path) => await Problem(status, await Client.GetAsync(path));

    private protected static long Hour(int hour) => hour * 3_600_000_000L;
}

using System.Text;
using System.Text.Json.Nodes;
using Millrace.Connectors;
using Millrace.Data;

using Millrace.Functions;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Server;
using Millrace.Stores;

namespace Millrace.Tests.Server;

/// <summary>The server over the real runtime: rows that are posted come out as rows and as events.</summary>
public sealed class RealPipelineTests : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("millrace-server").FullName;
    readonly MemoryStore _store = new();
    IRunningPipeline _pipeline = null!;
    MillraceServer _server = null!;
    HttpClient _client = null!;

    static Pipeline Declare()
    {
        var schema = new Schema(new Field("country", DataType.Text), new Field("amount", DataType.Integer));
        var source = new SourceDefinition
        {
            Name = "orders",
            Schema = schema,
            Paths = ["country", "amount"],
            Connector = "http",
            Format = "json",
            BadData = BadData.DeadLetter,
            Options = new(new Dictionary<string, string> { ["format"] = "json" }),
        };
        var rows = PlanBuilder.Source(source, null, [], -1, 0, null);
        var count = Catalog.BuiltIn.Aggregate("count")!;
        var counted = PlanBuilder.Aggregate(rows, null, [0], [(new AggregateCall(count, count.Resolve([], distinct: false)!, [], false, -1), "orders")], "by_country", LatePolicy.Drop);
        return new Pipeline
        {
            Name = "sales",
            Settings = new() { CommitInterval = TimeSpan.FromMilliseconds(10), Lanes = 1 },
            Sources = [source],
            Views = [new() { Name = "all_orders", Plan = rows, IsMaterialized = true }, new() { Name = "by_country", Plan = counted, IsMaterialized = true }],
        };
    }

    public async ValueTask InitializeAsync()
    {
        _pipeline = await PipelineRunner.StartAsync(Declare(), new() { Store = _store, Connectors = new(), Formats = new Millrace.Formats.FormatList(), DataDirectory = _folder });
        _server = await MillraceServer.StartAsync(_pipeline, new() { Port = 0 });
        _client = new() { BaseAddress = _server.Address };
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        await _pipeline.DisposeAsync();
        _store.Dispose();
        Directory.Delete(_folder, recursive: true);
        Assert.Equal(0, _server.Served.Memory.Alive);
    }

    async Task<JsonNode> Post(string body, string type)
    {
        var response = await _client.PostAsync("/ingest/orders", new StringContent(body, Encoding.UTF8, type));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    [Fact]
    public async Task Posted_rows_arrive_in_views_and_events()
    {
        using var events = await EventReader.Open(_client, "/api/changes?views=by_country,all_orders");
        Assert.Equal(3, (int)(await Post("""[{"country":"UK","amount":1},{"country":"DE","amount":2},{"country":"UK","amount":3}]""", "application/json"))["accepted"]!);
        Assert.Equal(2, (int)(await Post("country,amount\nFR,4\nUK,many\n", "text/csv"))["accepted"]!);

        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var all = new List<string>();
        while (counts.Count < 3 || counts["UK"] < 2 || all.Count < 4)
        {
            var (_, _, data) = await events.Next();
            foreach (var row in (data["upserts"] ?? data["rows"])!.AsArray())
            {
                if ((string?)data["view"] == "by_country") counts[(string)row![0]!] = (int)row[1]!;
                else all.Add(row!.ToJsonString());
            }
        }
        Assert.Equal([new("DE", 1), new("FR", 1), new("UK", 2)], counts);
        Assert.Equal(["[\"UK\",1]", "[\"DE\",2]", "[\"UK\",3]", "[\"FR\",4]"], all);

        var rows = JsonNode.Parse(await _client.GetStringAsync("/api/views/by_country"))!;
        Assert.Equal("""[["DE",1],["FR",1],["UK",2]]""", rows["rows"]!.ToJsonString());
        var bad = JsonNode.Parse(await _client.GetStringAsync("/api/views/dead_letters"))!;
        Assert.Equal("orders", (string?)bad["rows"]![0]![0]);

        await _pipeline.StopAsync();
        string kind;
        do (kind, _, _) = await events.Next();
        while (kind != "end");
        Assert.Equal("finished", (string?)JsonNode.Parse(await _client.GetStringAsync("/api/pipeline"))!["state"]);
    }
}

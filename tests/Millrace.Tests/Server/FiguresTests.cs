using System.Net;
using System.Text.RegularExpressions;
using Millrace.Quality;
using Millrace.Runtime;
using Millrace.Server;
using Millrace.Time;

namespace Millrace.Tests.Server;

public partial class FiguresTests : ServerTest
{
    sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddHours(1);
    }

    private protected override ServerOptions Options => new() { Port = 0, Clock = new StoppedClock() };

    private protected override FakePipeline Create()
    {
        var rule = new RuleCounters("has_product", "orders", "QUARANTINE", "product IS NOT NULL");
        rule.Add(seen: 997, violated: 7, acted: 6);
        var counters = new QualityCounters("orders", [rule]);
        counters.AddSeen(1000);
        counters.AddAccepted(950);
        counters.AddUndecodable(3);
        counters.AddDuplicates(12);
        counters.AddLate(4);
        counters.AddSample(new("revenue", new(1_000_000), new(2_000_000), "country = UK"));
        counters.AddDeadLetters(10);
        counters.AddNulled(1);
        return new(Revenue)
        {
            Quality = [counters],
            Nodes =
            [
                new("orders", "source", "orders", "generator", [], 1200, 1180, 500, 88_000, 100_000, new Frontier(new(3_598_800_000), Timestamp.MinValue), 3, 7, 0, 0, "part 2")
                {
                    TimeShare = 0.25, BatchRows = 4000.04, HotKeys = [new("country = UK", 1.0 / 3)],
                },
                new("odd \"name\\\n", "view", "v", "SELECT", ["orders"], 1, 1, double.NaN, 0, null, null, 0, 0, 5, 50, null),
                new("ended", "sink", "s", "file", [], 1, 1, 0, 0, null, Frontier.End, 0, 0, 0, 0, null),
            ],
        };
    }

    [Fact]
    public async Task Health_is_ok_until_the_pipeline_fails()
    {
        Assert.Equal("""{"status":"ok"}""", await Client.GetStringAsync("/healthz"));
        (Pipeline.State, Pipeline.Error) = (PipelineState.Failed, "disk full");
        var response = await Client.GetAsync("/healthz");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("""{"status":"failed","error":"disk full"}""", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task The_pipeline_is_shown_with_its_figures()
    {
        Assert.Equal("""{"version":0,"name":"sales","state":"running","started":"2026-01-01T00:00:00Z","error":null,"nodes":[{"id":"orders","kind":"source","label":"orders","detail":"generator","inputs":[],"rowsIn":1200,"rowsOut":1180,"rowsPerSecond":500,"bytesIn":88000,"totalBytes":100000,"watermark":"1970-01-01T00:59:58.800000Z","lagMs":1200,"late":3,"errors":7,"stateRows":0,"stateBytes":0,"heldBackBy":"part 2","timeShare":0.25,"batchRows":4000,"hotKeys":[{"key":"country = UK","share":0.3333}]}""",
            (await Client.GetStringAsync("/api/pipeline")).Split(",{\"id\"")[0]);
        var json = await Get("/api/pipeline");
        Assert.Equal("""{"usedBytes":1000,"limitBytes":1000000}""", json["memory"]!.ToJsonString());
        Assert.Equal("""{"count":0,"lastMs":3.2,"intervalMs":100}""", json["commits"]!.ToJsonString());
        Assert.Null(json["nodes"]![1]!["watermark"]);
        Assert.Null(json["nodes"]![1]!["lagMs"]);
        Assert.Equal("9999-12-31T23:59:59.999999Z", (string?)json["nodes"]![2]!["watermark"]);
        Assert.Null(json["nodes"]![2]!["lagMs"]);
    }

    [Fact]
    public async Task The_file_is_shown() => Assert.Equal("""{"path":"sales.sql","text":"CREATE SOURCE orders ..."}""", await Client.GetStringAsync("/api/sql"));

    [Fact]
    public async Task Quality_is_shown_by_source_and_rule() =>
        Assert.Equal("""{"version":0,"sources":[{"source":"orders","seen":1000,"accepted":950,"undecodable":3,"nulled":1,"duplicates":12,"late":4,"deadLetters":10,"timeless":0,"rules":[{"name":"has_product","on":"orders","action":"QUARANTINE","predicate":"product IS NOT NULL","seen":997,"passed":990,"violated":7,"acted":6}],"lateSamples":[{"view":"revenue","windowEnd":"1970-01-01T00:00:01Z","watermark":"1970-01-01T00:00:02Z","row":"country = UK"}]}]}""",
            System.Text.RegularExpressions.Regex.Unescape(await Client.GetStringAsync("/api/quality")));

    [Fact]
    public async Task OpenApi_names_every_route()
    {
        var paths = (await Get("/openapi/v1.json"))["paths"]!.AsObject().Select(p => p.Key).ToHashSet();
        foreach (var path in new[] { "/healthz", "/metrics", "/api/pipeline", "/api/sql", "/api/dashboards", "/api/views", "/api/views/{name}", "/api/views/{name}/changes", "/api/changes", "/api/quality", "/api/query", "/ingest/{source}" })
            Assert.Contains(path, paths);
    }

    [Fact]
    public async Task Metrics_are_well_formed_OpenMetrics()
    {
        var response = await Client.GetAsync("/metrics");
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        var text = await response.Content.ReadAsStringAsync();
        Assert.EndsWith("\n# EOF\n", text, StringComparison.Ordinal);
        string family = "", type = "";
        var families = new HashSet<string>();
        var samples = new HashSet<string>();
        foreach (var line in text[..^"# EOF\n".Length].TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                (family, type) = (line.Split(' ')[2], line.Split(' ')[3]);
                Assert.Contains(type, (string[])["counter", "gauge", "info", "stateset"]);
                Assert.True(families.Add(family), family);
                continue;
            }
            if (line.StartsWith("# UNIT ", StringComparison.Ordinal))
            {
                Assert.Equal(family, line.Split(' ')[2]);
                Assert.EndsWith("_" + line.Split(' ')[3], family, StringComparison.Ordinal);
                continue;
            }
            if (line.StartsWith("# HELP ", StringComparison.Ordinal)) continue;
            var sample = Sample().Match(line);
            Assert.True(sample.Success, line);
            Assert.Equal(family + type switch { "counter" => "_total", "info" => "_info", _ => "" }, sample.Groups["name"].Value);
            Assert.True(samples.Add(sample.Groups["series"].Value), line);
        }
        Assert.Contains("""millrace_node_rows_in_total{node="orders",kind="source"} 1200""" + "\n", text, StringComparison.Ordinal);
        Assert.Contains("""millrace_node_state_bytes{node="odd \"name\\\n",kind="view"} 50""" + "\n", text, StringComparison.Ordinal);
        Assert.Contains("""millrace_node_watermark_seconds{node="orders",kind="source"} 3598.8""" + "\n", text, StringComparison.Ordinal);
        Assert.Contains("""millrace_rule_violated_total{source="orders",on="orders",rule="has_product",action="QUARANTINE"} 7""" + "\n", text, StringComparison.Ordinal);
        Assert.Contains("millrace_pipeline_state{millrace_pipeline_state=\"running\"} 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
    }

    [GeneratedRegex("""^(?<series>(?<name>[a-z_]+)(\{[a-z_]+="([^"\\\n]|\\["\\n])*"(,[a-z_]+="([^"\\\n]|\\["\\n])*")*\})?) -?[0-9.]+(E[+-][0-9]+)?$""")]
    private static partial Regex Sample();
}

using System.Net;
using System.Text.Json.Nodes;
using Millrace.Runtime;

namespace Millrace.Tests.Server;

public class QueryTests : ServerTest
{
    async Task<JsonNode> Query(string sql, int? limit = null)
    {
        var response = await Post("/api/query", new JsonObject { ["sql"] = sql, ["limit"] = limit }.ToJsonString());
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    [Fact]
    public async Task A_query_runs_over_the_stored_rows_of_one_version()
    {
        Pipeline.Commit(Revenue, [[Hour(1), "UK", 1000], [Hour(2), "UK", 2000], [Hour(3), "DE", 4000]]);
        var json = await Query("SELECT country, SUM(revenue) AS total FROM revenue GROUP BY country ORDER BY total DESC;");
        Assert.Equal("1", json["version"]!.ToJsonString());
        Assert.Equal(["country", "total"], json["columns"]!.AsArray().Select(c => (string)c!["name"]!));
        Assert.Equal("""[["DE","4.000"],["UK","3.000"]]""", json["rows"]!.ToJsonString());
        Assert.False((bool)json["truncated"]!);
    }

    [Fact]
    public async Task EXPLAIN_ANALYZE_tells_what_each_step_of_a_query_did()
    {
        Pipeline.Commit(Revenue, [[Hour(1), "UK", 1000], [Hour(2), "UK", 2000], [Hour(3), "DE", 4000]]);
        var json = await Query("EXPLAIN ANALYZE SELECT country, SUM(revenue) AS total FROM revenue GROUP BY country");
        Assert.Equal(["plan"], json["columns"]!.AsArray().Select(c => (string)c!["name"]!));
        var lines = json["rows"]!.AsArray().Select(r => ((string)r![0]!).Split('|').Select(c => c.Trim()).ToArray()).ToList();
        Assert.Equal(["operator", "rows in", "rows out", "rows/s", "time", "rows a batch", "state at most", "watermark", "hottest keys"], lines[0]);
        Assert.Equal("query", lines[2][0]);
        var aggregate = Assert.Single(lines, l => l[0].StartsWith("Aggregate", StringComparison.Ordinal));
        Assert.Equal(("3", "2"), (aggregate[1], aggregate[2]));
        Assert.StartsWith("2 rows, ", aggregate[6], StringComparison.Ordinal);
        Assert.Equal("3", Assert.Single(lines, l => l[0].StartsWith("Stored", StringComparison.Ordinal))[2]);
    }

    [Fact]
    public async Task EXPLAIN_ANALYZE_of_a_view_shows_the_pipeline_that_runs()
    {
        Pipeline.Operators = [new(7, "revenue", "Aggregate", "sum(price) by country", [], 1000, 20, 10, TimeSpan.FromSeconds(1), 0.5, true, null, "open windows", 3, 4, 5, 2048, [new("country = UK", 0.5)])];
        var json = await Query("EXPLAIN ANALYZE revenue");
        var lines = json["rows"]!.AsArray().Select(r => (string)r![0]!).ToList();
        Assert.Equal(4, lines.Count);
        Assert.Matches(@"^  Aggregate sum\(price\) by country \|   1,000 \|       20 \| +[0-9,]+ \| 50\.0 ?% \| +100 \| 4 rows, 2\.0 KiB \(open windows\) \| +\| country = UK 50 ?%$", lines[3]);
    }

    [Fact]
    public async Task More_rows_than_the_limit_are_cut_and_it_says_so()
    {
        Pipeline.Commit(Revenue, [.. Enumerable.Range(0, 300).Select(i => new object?[] { Hour(i), "UK", i })]);
        var json = await Query("SELECT * FROM revenue", 200);
        Assert.Equal(200, json["rows"]!.AsArray().Count);
        Assert.True((bool)json["truncated"]!);
        Assert.False((bool)(await Query("SELECT * FROM revenue", 300))["truncated"]!);
    }

    [Fact]
    public async Task A_mistake_is_shown_with_code_and_place()
    {
        var response = await Post("/api/query", """{"sql":"SELECT contry FROM revenue"}""");
        Assert.Contains("contry", await Problem(HttpStatusCode.BadRequest, response), StringComparison.Ordinal);
        var finding = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["diagnostics"]![0]!;
        Assert.StartsWith("MR", (string)finding["code"]!, StringComparison.Ordinal);
        Assert.Equal(("error", 1, 8, 6), ((string)finding["severity"]!, (int)finding["line"]!, (int)finding["column"]!, (int)finding["length"]!));
    }

    [Theory]
    [InlineData("CREATE VIEW x AS SELECT * FROM revenue")]
    [InlineData("DROP TABLE revenue")]
    [InlineData("SELECT 1; SELECT 2")]
    public async Task Only_one_query_that_reads_is_taken(string sql) =>
        Assert.NotEmpty(await Problem(HttpStatusCode.BadRequest, await Post("/api/query", new JsonObject { ["sql"] = sql }.ToJsonString())));

    [Theory]
    [InlineData("{}", "The body has no \"sql\". Send {\"sql\":\"SELECT ...\"}.")]
    [InlineData("null", "The body is null. Send {\"sql\":\"SELECT ...\"}.")]
    [InlineData("{\"sql\":\"SELECT 1\",\"limit\":10001}", "limit is 10001; it goes from 0 to 10000.")]
    [InlineData("{\"sql\":\"SELECT 1\",\"limit\":-1}", "limit is -1; it goes from 0 to 10000.")]
    public async Task What_is_no_query_is_refused(string body, string detail) => Assert.Equal(detail, await Problem(HttpStatusCode.BadRequest, await Post("/api/query", body)));

    [Theory]
    [InlineData("{\"sql\":")]
    [InlineData("[]")]
    [InlineData("")]
    public async Task A_body_that_is_not_the_documented_json_is_refused(string body) =>
        Assert.Contains("The body is no {\"sql\":\"SELECT ...\"}", await Problem(HttpStatusCode.BadRequest, await Post("/api/query", body)), StringComparison.Ordinal);

    [Fact]
    public async Task Another_content_type_is_refused() =>
        Assert.Contains("content type", await Problem(HttpStatusCode.UnsupportedMediaType, await Post("/api/query", "SELECT 1", "text/plain")), StringComparison.Ordinal);

    [Fact]
    public async Task A_body_over_a_mebibyte_is_refused() =>
        await Problem(HttpStatusCode.RequestEntityTooLarge, await Post("/api/query", "{\"sql\":\"" + new string(' ', 1 << 20) + "\"}"));
}

using System.Net;
using Millrace.Data;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Tests.Server;

public class ViewsTests : ServerTest
{
    static readonly TableDefinition Every = new("every", new Schema(
        new Field("id", DataType.Integer), new Field("b", DataType.Boolean), new Field("big", DataType.BigInt), new Field("d", DataType.Double), new Field("m", DataType.Decimal(10, 3)),
        new Field("t", DataType.Text), new Field("at", DataType.Timestamp), new Field("i", DataType.Interval), new Field("raw", DataType.Bytes), new Field("$hidden", DataType.Integer)),
        [0, 9], TableKind.View);

    private protected override FakePipeline Create() => new(Revenue, Log, Every, Millrace.Quality.DeadLetters.Table);

    [Fact]
    public async Task Views_are_listed_with_columns_key_and_rows()
    {
        Pipeline.Commit(Revenue, [[Hour(1), "UK", 12340], [Hour(2), "DE", 1]]);
        var list = await Get("/api/views");
        Assert.Equal("1", list["version"]!.ToJsonString());
        Assert.Equal(["revenue", "log", "every", "dead_letters"], list["views"]!.AsArray().Select(v => (string)v!["name"]!));
        Assert.Equal("""{"name":"revenue","kind":"view","columns":[{"name":"window_start","type":"TIMESTAMP"},{"name":"country","type":"TEXT"},{"name":"revenue","type":"DECIMAL(38,3)"}],"key":["window_start","country"],"rows":2}""",
            list["views"]![0]!.ToJsonString());
        Assert.Equal("dead_letters", (string?)list["views"]![3]!["kind"]);
        Assert.Equal(["id"], list["views"]![2]!["key"]!.AsArray().Select(k => (string)k!));
    }

    [Fact]
    public async Task Rows_come_in_key_order_of_one_version()
    {
        Pipeline.Commit(Revenue, [[Hour(2), "UK", 5], [Hour(1), "UK", 12340]], frontier: new(new Timestamp(Hour(2)), new Timestamp(Hour(2))));
        Assert.Equal("""{"version":1,"name":"revenue","columns":[{"name":"window_start","type":"TIMESTAMP"},{"name":"country","type":"TEXT"},{"name":"revenue","type":"DECIMAL(38,3)"}],"key":["window_start","country"],"watermark":"1970-01-01T02:00:00Z","rows":[["1970-01-01T01:00:00Z","UK","12.340"],["1970-01-01T02:00:00Z","UK","0.005"]],"total":2}""",
            await Client.GetStringAsync("/api/views/revenue"));
    }

    [Fact]
    public async Task Values_of_every_type_are_written_as_documented()
    {
        Pipeline.Commit(Every,
        [
            [1, true, 9_007_199_254_740_993L, double.NaN, 12340, "a\"b\n", 1L, new Interval(1, 2, 3_000_000), new byte[] { 1, 2 }, 1],
            [2, null, -5L, double.NegativeInfinity, null, null, null, null, null, 1],
        ], frontier: Frontier.End);
        var json = await Get("/api/views/every");
        Assert.Equal("""[1,true,"9007199254740993","NaN","12.340","a\u0022b\n","1970-01-01T00:00:00.000001Z","P1M2DT3S","AQI="]""", json["rows"]![0]!.ToJsonString());
        Assert.Equal("""[2,null,-5,"-Infinity",null,null,null,null,null]""", json["rows"]![1]!.ToJsonString());
        Assert.Equal("9999-12-31T23:59:59.999999Z", (string?)json["watermark"]);
    }

    [Fact]
    public async Task The_reverse_of_the_key_order_is_read_from_the_end()
    {
        Pipeline.Commit(Revenue, [[Hour(1), "UK", 1], [Hour(2), "UK", 2], [Hour(3), "UK", 3]]);
        var json = await Get("/api/views/revenue?order=-window_start&limit=2");
        Assert.Equal(["0.003", "0.002"], json["rows"]!.AsArray().Select(r => (string)r![2]!));
        Assert.Equal(3, (int)json["total"]!);
        Assert.Null(json["watermark"]);
    }

    [Theory]
    [InlineData("order=revenue", "1 2 3 3")]
    [InlineData("order=-revenue", "3 3 2 1")]
    [InlineData("order=-revenue&limit=2&offset=1", "3 2")]
    [InlineData("order=country&limit=3", "1 3 3")]
    public async Task Other_orders_sort(string query, string revenues)
    {
        Pipeline.Commit(Revenue, [[Hour(1), "UK", 2000], [Hour(2), "FR", 3000], [Hour(3), "FR", 3000], [Hour(4), "DE", 1000]]);
        var json = await Get($"/api/views/revenue?{query}");
        Assert.Equal(revenues, string.Join(" ", json["rows"]!.AsArray().Select(r => ((string)r![2]!)[..1])));
        Assert.Equal(4, (int)json["total"]!);
    }

    [Theory]
    [InlineData("country = 'UK'", "", "UK1 UK2", 2)]
    [InlineData("country <> 'UK' OR revenue > 1.5", "", "UK2 FR5 DE9", 3)]
    [InlineData("country <> 'UK' OR revenue > 1.5", "&limit=1&offset=1", "FR5", 3)]
    [InlineData("window_start < TIMESTAMP '1970-01-01 03:30:00'", "&order=-country&limit=2", "UK1 UK2", 3)]
    [InlineData("true", "&order=-window_start&limit=1", "DE9", 4)]
    [InlineData("country IS NULL", "", "", 0)]
    public async Task A_filter_leaves_the_rows_for_which_it_is_true(string filter, string others, string rows, int total)
    {
        Pipeline.Commit(Revenue, [[Hour(1), "UK", 1000], [Hour(2), "UK", 2000], [Hour(3), "FR", 5000], [Hour(4), "DE", 9000]]);
        var json = await Get($"/api/views/revenue?filter={Uri.EscapeDataString(filter)}{others}");
        Assert.Equal(rows, string.Join(" ", json["rows"]!.AsArray().Select(r => $"{r![1]}{((string)r[2]!)[..1]}")));
        Assert.Equal(total, (int)json["total"]!);
    }

    [Fact]
    public async Task A_mistake_in_a_filter_has_its_place_in_the_filter()
    {
        var response = await Client.GetAsync("/api/views/revenue?filter=contry%20%3D%20%27UK%27");
        Assert.Contains("contry", await Problem(HttpStatusCode.BadRequest, response), StringComparison.Ordinal);
        var finding = System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync())!["diagnostics"]![0]!;
        Assert.Equal((1, 1, 6), ((int)finding["line"]!, (int)finding["column"]!, (int)finding["length"]!));
    }

    [Fact]
    public async Task Deep_pages_meet_without_gap_or_overlap()
    {
        for (var part = 0; part < 5; part++) Pipeline.Commit(Revenue, [.. Enumerable.Range(0, 1000).Select(i => new object?[] { Hour(1), $"{part * 1000 + i:D6}", i })]);
        var seen = new List<string>();
        for (var offset = 0; ; offset += 700)
        {
            var rows = (await Get($"/api/views/revenue?limit=700&offset={offset}"))["rows"]!.AsArray();
            seen.AddRange(rows.Select(r => (string)r![1]!));
            if (rows.Count == 0) break;
        }
        Assert.Equal(Enumerable.Range(0, 5000).Select(i => $"{i:D6}"), seen);
    }

    [Fact]
    public async Task Csv_quotes_what_needs_it_and_leaves_formulas_alone()
    {
        Pipeline.Commit(Log, [["plain"], ["a,b"], ["say \"hi\""], ["two\nlines"], ["=SUM(A1)"], ["@x"], [""]]);
        var response = await Client.GetAsync("/api/views/log?format=csv");
        Assert.Equal("text/csv", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("line\nplain\n\"a,b\"\n\"say \"\"hi\"\"\"\n\"two\nlines\"\n=SUM(A1)\n@x\n\"\"\n", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Csv_leaves_hidden_columns_out_and_pages_too()
    {
        Pipeline.Commit(Every, [[1, false, 2L, 0.5, 1, "x", 0L, null, null, 7], [2, false, 2L, 0.5, 1, "y", 0L, null, null, 7]]);
        Assert.Equal("id,b,big,d,m,t,at,i,raw\n2,false,2,0.5,0.001,y,1970-01-01 00:00:00,,\n", await Client.GetStringAsync("/api/views/every?format=csv&offset=1"));
    }

    [Theory]
    [InlineData("/api/views/nothing", HttpStatusCode.NotFound, "No materialized view 'nothing'. There are: revenue, log, every, dead_letters.")]
    [InlineData("/api/views/revenue?limit=10001", HttpStatusCode.BadRequest, "limit is 10001; it goes from 0 to 10000. Read further pages with offset.")]
    [InlineData("/api/views/revenue?limit=-1", HttpStatusCode.BadRequest, "limit is -1; it goes from 0 to 10000. Read further pages with offset.")]
    [InlineData("/api/views/revenue?offset=-1", HttpStatusCode.BadRequest, "offset is -1; it begins at 0.")]
    [InlineData("/api/views/revenue?country=UK", HttpStatusCode.BadRequest, "no parameter 'country'; there are limit, offset, order, filter, format. Rows are chosen by filter, e.g. ?filter=country = 'UK'.")]
    [InlineData("/api/views/revenue?format=xml", HttpStatusCode.BadRequest, "format is 'xml'; there are json and csv.")]
    [InlineData("/api/views/revenue?order=prise", HttpStatusCode.BadRequest, "order: no column 'prise' in revenue; there are window_start, country, revenue.")]
    [InlineData("/api/views/revenue?filter=1%3D1)%20OR%20(1%3D1", HttpStatusCode.BadRequest, "filter: the bracket at character 4 closes nothing. It must be one SQL condition, e.g. country = 'UK'.")]
    [InlineData("/api/views/revenue/changes?limit=-1", HttpStatusCode.BadRequest, "limit is -1; it goes from 0 to 10000.")]
    [InlineData("/api/changes", HttpStatusCode.BadRequest, "views must name 1 to 64 views, e.g. ?views=a,b.")]
    [InlineData("/api/changes?views=revenue,x", HttpStatusCode.NotFound, "No materialized view 'x'. There are: revenue, log, every, dead_letters.")]
    [InlineData("/nowhere", HttpStatusCode.NotFound, "There is nothing at /nowhere. /openapi/v1.json lists what there is.")]
    public async Task Mistakes_are_explained(string path, HttpStatusCode status, string detail) => Assert.Equal(detail, await Problem(status, path));

    [Fact]
    public async Task A_number_that_is_none_is_refused() => Assert.Contains("limit", await Problem(HttpStatusCode.BadRequest, "/api/views/revenue?limit=many"), StringComparison.Ordinal);

    [Theory]
    [InlineData("a = 'x)'", null)]
    [InlineData("(a = 1) AND (b IN (1, 2))", null)]
    [InlineData("a = 'it''s' AND \"odd \"\")\" = 1", null)]
    [InlineData("a = 1) --", "the bracket at character 6 closes nothing")]
    [InlineData("a = 1 -- x", "a comment at character 7")]
    [InlineData("a = 1 /* x */", "a comment at character 7")]
    [InlineData("a = 1; DROP TABLE x", "a semicolon at character 6")]
    [InlineData("a = 'x", "the quote at character 5 is not closed")]
    [InlineData("((a)", "1 brackets are not closed")]
    [InlineData("a = E'\\' ' ) OR (1 = 1'", "a text with escapes (E'...') at character 5")]
    [InlineData("name = 'e' AND date'2020-01-01' < b", null)]
    [InlineData("a = $$x$$", "a dollar quote at character 5")]
    public void A_filter_is_one_balanced_expression(string text, string? flaw) => Assert.Equal(flaw, Millrace.Server.ViewFilter.Flaw(text));
}

using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Millrace.Tests.Server;

public class IngestTests : ServerTest
{
    async Task<string> Accepted(string path, string body, string type = "application/json", string? key = null)
    {
        var response = await Post(path, body, type, key);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return text;
    }

    [Fact]
    public async Task One_object_is_one_record_on_one_line()
    {
        Assert.Equal("""{"accepted":1,"position":41,"repeated":false}""", await Accepted("/ingest/orders", "{\n \"product\": \"a\\nb\",\r\n  \"price\": 1.50\n}"));
        Assert.Equal("{  \"product\": \"a\\nb\",    \"price\": 1.50 }\n", Pipeline.Journal.Text);
    }

    [Fact]
    public async Task An_array_is_a_record_for_each_object()
    {
        await Accepted("/ingest/orders", "\uFEFF [ {\"a\":[1,{\"b\":2}]} ,\n{}, {\"c\":\"]\"}]\n");
        Assert.Equal("{\"a\":[1,{\"b\":2}]}\n{}\n{\"c\":\"]\"}\n", Pipeline.Journal.Text);
    }

    [Theory]
    [InlineData("application/x-ndjson")]
    [InlineData("application/x-ndjson; charset=UTF-8")]
    [InlineData("application/jsonl")]
    public async Task Lines_are_records_and_blank_lines_are_none(string type)
    {
        Assert.StartsWith("""{"accepted":2,""", await Accepted("/ingest/orders", "{\"a\":1}\r\n\n  {\"a\":2}  ", type), StringComparison.Ordinal);
        Assert.Equal("{\"a\":1}\n{\"a\":2}\n", Pipeline.Journal.Text);
    }

    [Fact]
    public async Task An_empty_array_is_nothing() => Assert.Equal("""{"accepted":0,"position":null,"repeated":false}""", await Accepted("/ingest/orders", "[]"));

    [Fact]
    public async Task Csv_for_a_csv_source_keeps_its_bytes()
    {
        await Accepted("/ingest/lines", "product,price\r\n\"a,\"\"b\"\"\nc\",1.5\r\n,\n\nx,2", "text/csv");
        Assert.Equal("\"a,\"\"b\"\"\nc\",1.5\n,\nx,2\n", Pipeline.CsvJournal.Text);
    }

    [Fact]
    public async Task Csv_columns_are_put_in_the_order_of_the_source()
    {
        await Accepted("/ingest/lines", "Price,other,PRODUCT\n1.5,z,\"a,b\"\n", "text/csv");
        await Accepted("/ingest/lines", "price\n7\n", "text/csv");
        Assert.Equal("\"a,b\",1.5\n,7\n", Pipeline.CsvJournal.Text);
    }

    [Fact]
    public async Task Csv_for_a_json_source_becomes_objects_of_texts()
    {
        await Accepted("/ingest/orders", "product,price\n\"say \"\"hi\"\"\",1.5\n,\"\"\n", "text/csv");
        Assert.Equal("{\"product\":\"say \\\"hi\\\"\",\"price\":\"1.5\"}\n{\"product\":null,\"price\":\"\"}\n", Pipeline.Journal.Text);
    }

    [Fact]
    public async Task Json_for_a_csv_source_becomes_its_columns()
    {
        await Accepted("/ingest/lines", """[{"price":1.50,"product":"a \"b\"","x":1},{"PRICE":null},{"product":{"a":1},"price":true}]""");
        Assert.Equal("\"a \"\"b\"\"\",1.50\n,\n\"{\"\"a\"\":1}\",true\n", Pipeline.CsvJournal.Text);
    }

    [Fact]
    public async Task A_repeated_key_counts_once()
    {
        var first = await Accepted("/ingest/orders", "{\"a\":1}", key: "k-1");
        var second = await Accepted("/ingest/orders", "{\"a\":1}", key: "k-1");
        Assert.Equal(first.Replace("false", "true", StringComparison.Ordinal), second);
        Assert.Equal("{\"a\":1}\n", Pipeline.Journal.Text);
    }

    [Theory]
    [InlineData("", "application/json", "not JSON at line 1, byte 1")]
    [InlineData("{\"a\":1}\n{\"a\":", "application/json", "not JSON at line 2, byte 1")]
    [InlineData("[{\"a\":1},\n {\"a\":tru}]", "application/json", "not JSON at line 2, byte")]
    [InlineData("[{},5]", "application/json", "Element 2 of the array is a number; a row is a JSON object.")]
    [InlineData("\"text\"", "application/json", "The body is a text; it must be one JSON object or an array of objects.")]
    [InlineData("[{}", "application/json", "not JSON")]
    [InlineData("{\"a\":1}\nnonsense\n", "application/x-ndjson", "Line 2 is not JSON at byte")]
    [InlineData("{\"a\":1}\n[]\n", "application/x-ndjson", "Line 2 is an array; a row is a JSON object.")]
    [InlineData("{\"a\":1} {}\n", "application/x-ndjson", "Line 1 is not JSON at byte 9")]
    [InlineData("\n", "application/x-ndjson", "The body is empty.")]
    [InlineData("", "text/csv", "The body is empty.")]
    [InlineData("product,price\na,1\nb\n", "text/csv", "The record at line 3 has 1 fields; the header has 2.")]
    [InlineData("product,price\n\"a\n\nb,1\n", "text/csv", "a quote that opens at line 2 is never closed")]
    [InlineData("product,price\n\"a\"b,1\n", "text/csv", "at line 2 a character follows a closing quote")]
    [InlineData("x,y\na,1\n", "text/csv", "The CSV header names x, y; the source has product, price.")]
    public async Task What_is_no_row_is_refused_whole_with_its_place(string body, string type, string detail)
    {
        Assert.Contains(detail, await Problem(HttpStatusCode.BadRequest, await Post("/ingest/orders", body, type)), StringComparison.Ordinal);
        Assert.Equal("", Pipeline.Journal.Text);
    }

    [Theory]
    [InlineData("text/plain", "The content type is 'text/plain'; it must be application/json, application/x-ndjson or text/csv.")]
    [InlineData("application/json; charset=utf-16", "The character set is utf-16; it must be utf-8.")]
    public async Task Other_content_is_refused(string type, string detail) =>
        Assert.Equal(detail, await Problem(HttpStatusCode.UnsupportedMediaType, await Post("/ingest/orders", "{}", type)));

    [Fact]
    public async Task Sources_that_are_pushed_to_are_named() =>
        Assert.Equal("No http source 'files'. There are: orders, lines, slow.", await Problem(HttpStatusCode.NotFound, await Post("/ingest/files", "{}")));

    [Fact]
    public async Task A_full_journal_says_when_to_try_again()
    {
        var response = await Post("/ingest/slow", "{}");
        Assert.Equal("3", response.Headers.GetValues("Retry-After").Single());
        Assert.StartsWith("The journal of slow", await Problem(HttpStatusCode.TooManyRequests, response), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_over_the_limit_is_refused_whether_its_length_is_known_or_not()
    {
        var large = "{\"a\":\"" + new string('x', 10_000) + "\"}";
        Assert.Contains("more than 10000 bytes", await Problem(HttpStatusCode.RequestEntityTooLarge, await Post("/ingest/orders", large)), StringComparison.Ordinal);
        var chunked = new HttpRequestMessage(HttpMethod.Post, "/ingest/orders") { Content = new StreamContent(new MemoryStream(Encoding.UTF8.GetBytes(large))) };
        chunked.Headers.TransferEncodingChunked = true;
        chunked.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        await Problem(HttpStatusCode.RequestEntityTooLarge, await Client.SendAsync(chunked));
        Assert.Equal("", Pipeline.Journal.Text);
    }

    async Task<HttpResponseMessage> PostPacked(byte[] bytes, string encoding = "gzip")
    {
        var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        content.Headers.ContentEncoding.Add(encoding);
        return await Client.PostAsync("/ingest/orders", content);
    }

    static byte[] Gzip(string text)
    {
        var target = new MemoryStream();
        using (var gzip = new GZipStream(target, CompressionLevel.SmallestSize)) gzip.Write(Encoding.UTF8.GetBytes(text));
        return target.ToArray();
    }

    [Fact]
    public async Task A_gzip_body_is_unpacked()
    {
        Assert.Equal(HttpStatusCode.OK, (await PostPacked(Gzip("{\"a\":1}"))).StatusCode);
        Assert.Equal("{\"a\":1}\n", Pipeline.Journal.Text);
    }

    [Fact]
    public async Task The_limit_is_on_what_a_gzip_body_unpacks_to() =>
        await Problem(HttpStatusCode.RequestEntityTooLarge, await PostPacked(Gzip("{\"a\":\"" + new string('x', 5_000_000) + "\"}")));

    [Fact]
    public async Task A_damaged_gzip_body_and_an_unknown_encoding_are_refused()
    {
        await Problem(HttpStatusCode.BadRequest, await PostPacked([1, 2, 3, 4, 5]));
        await Problem(HttpStatusCode.UnsupportedMediaType, await PostPacked([1], "zstd"));
    }

    [Fact]
    public async Task A_key_that_is_too_long_is_refused() =>
        await Problem(HttpStatusCode.BadRequest, await Post("/ingest/orders", "{}", key: new string('k', 257)));
}

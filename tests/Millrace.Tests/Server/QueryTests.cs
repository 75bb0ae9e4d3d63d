using System.Net;

namespace Millrace.Tests.Server;

public class QueryTests : ServerTest
{
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
        Assert.Equal("The content type must be application/json.", await Problem(HttpStatusCode.UnsupportedMediaType, await Post("/api/query", "SELECT 1", "text/plain")));

    [Fact]
    public async Task A_body_over_a_mebibyte_is_refused() =>
        await Problem(HttpStatusCode.RequestEntityTooLarge, await Post("/api/query", "{\"sql\":\"" + new string(' ', 1 << 20) + "\"}"));
}

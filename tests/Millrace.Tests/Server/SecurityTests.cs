using System.Net;
using Millrace.Server;
using Millrace.Server.Security;

namespace Millrace.Tests.Server;

public class SecurityTests : ServerTest
{
    async Task<HttpResponseMessage> Send(string path, string? host = null, string? origin = null, HttpMethod? method = null)
    {
        var request = new HttpRequestMessage(method ?? HttpMethod.Get, path);
        if (host is not null) request.Headers.Host = host;
        if (origin is not null) request.Headers.Add("Origin", origin);
        return await Client.SendAsync(request);
    }

    [Theory]
    [InlineData("evil.example")]
    [InlineData("evil.example:8080")]
    [InlineData("10.0.0.1")]
    [InlineData("localhost.evil.example")]
    public async Task A_host_that_is_not_ours_is_refused(string host)
    {
        foreach (var path in new[] { "/", "/healthz", "/api/views", "/metrics", "/openapi/v1.json", "/nowhere" })
            Assert.Contains(host, await Problem(HttpStatusCode.Forbidden, await Send(path, host)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("localhost:9000")]
    [InlineData("127.0.0.1")]
    [InlineData("[::1]:8080")]
    public async Task Names_of_loopback_are_ours(string host) => Assert.Equal(HttpStatusCode.OK, (await Send("/healthz", host)).StatusCode);

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("null")]
    [InlineData("http://localhost:1")]
    public async Task An_origin_that_is_not_ours_is_refused(string origin) => await Problem(HttpStatusCode.Forbidden, await Send("/api/views", origin: origin));

    [Fact]
    public async Task Our_own_origin_may_read() =>
        Assert.Equal(HttpStatusCode.OK, (await Send("/api/views", origin: Server.Address.GetLeftPart(UriPartial.Authority))).StatusCode);

    [Theory]
    [InlineData("/")]
    [InlineData("/api/views")]
    [InlineData("/api/views/nothing")]
    [InlineData("/metrics")]
    [InlineData("/nowhere")]
    public async Task Every_answer_has_the_security_headers(string path)
    {
        var response = await Client.GetAsync(path);
        string Header(string name) => response.Headers.GetValues(name).Single();
        Assert.Equal("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            Header("Content-Security-Policy"));
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Equal("no-referrer", Header("Referrer-Policy"));
        Assert.Equal("same-origin", Header("Cross-Origin-Resource-Policy"));
        Assert.False(response.Headers.Contains("Server"));
        Assert.False(response.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_method_that_a_route_does_not_take_is_refused() =>
        Assert.Equal("/api/views does not take DELETE.", await Problem(HttpStatusCode.MethodNotAllowed, await Send("/api/views", method: HttpMethod.Delete)));

    [Theory]
    [InlineData("0.0.0.0", "0.0.0.0", "192.168.1.7:8080", true)]
    [InlineData("0.0.0.0", "0.0.0.0", "evil.example", false)]
    [InlineData("0.0.0.0", "0.0.0.0", "localhost", true)]
    [InlineData("192.168.1.7", "192.168.1.7", "192.168.1.7", true)]
    [InlineData("192.168.1.7", "192.168.1.7", "localhost", false)]
    [InlineData("box.local", "192.168.1.7", "BOX.local:80", true)]
    [InlineData("127.0.0.1", "127.0.0.1", "", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "user@localhost", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "localhost/x", false)]
    [InlineData("127.0.0.1", "127.0.0.1", "[::1", false)]
    public void Hosts_are_judged_by_what_the_server_is_bound_to(string host, string address, string header, bool isOwn) =>
        Assert.Equal(isOwn, new HostRules(host, IPAddress.Parse(address), null).IsOwnHost(header));

    [Fact]
    public async Task A_taken_port_is_named_with_a_way_out()
    {
        var error = await Assert.ThrowsAsync<Millrace.Connectors.ConnectorException>(() => MillraceServer.StartAsync(Pipeline, new() { Port = Server.Address.Port }));
        Assert.Equal($"Port {Server.Address.Port} of 127.0.0.1 is taken by another program. Choose another with --port N, or any free one with --port 0.", error.Message);
        Assert.Equal(Millrace.Connectors.Fault.User, error.Fault);
    }

    [Theory]
    [InlineData("203.0.113.7", "203.0.113.7 is no address of this machine. Give one that is with --host, e.g. 127.0.0.1.")]
    [InlineData("no such host", "Cannot listen on 'no such host': no address has that name. Give an address of this machine with --host, e.g. 127.0.0.1.")]
    public async Task An_address_that_is_not_this_machines_is_named(string host, string message) =>
        Assert.Equal(message, (await Assert.ThrowsAsync<Millrace.Connectors.ConnectorException>(() => MillraceServer.StartAsync(Pipeline, new() { Host = host, Port = 0 }))).Message);
}

public class AllowedOriginTests : ServerTest
{
    private protected override ServerOptions Options => new() { Port = 0, AllowOrigin = "https://shop.example" };

    [Fact]
    public async Task The_allowed_origin_may_read_and_others_may_not()
    {
        HttpRequestMessage From(string origin, HttpMethod method) => new(method, "/api/views") { Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "GET" } } };
        var allowed = await Client.SendAsync(From("https://shop.example", HttpMethod.Get));
        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal("https://shop.example", allowed.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(allowed.Headers.Contains("Cross-Origin-Resource-Policy"));
        Assert.Equal(HttpStatusCode.NoContent, (await Client.SendAsync(From("https://shop.example", HttpMethod.Options))).StatusCode);
        await Problem(HttpStatusCode.Forbidden, await Client.SendAsync(From("https://other.example", HttpMethod.Get)));
    }
}

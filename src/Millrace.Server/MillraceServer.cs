using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Millrace.Connectors;
using Millrace.Runtime;
using Millrace.Server.Changes;
using Millrace.Server.Endpoints;
using Millrace.Server.Security;
using Millrace.Server.Web;

namespace Millrace.Server;

/// <summary>REST, HTTP ingest, server-sent events, metrics, health and the dashboard of one running pipeline: docs/reference/rest.md.</summary>
public sealed class MillraceServer : IAsyncDisposable
{
    readonly WebApplication _app;

    MillraceServer(WebApplication app, Uri address, Served served) => (_app, Address, Served) = (app, address, served);

    /// <summary>Binds and starts.</summary>
    /// <exception cref="ConnectorException">The port is taken or the address is not this machine's.</exception>
    public static async Task<MillraceServer> StartAsync(IRunningPipeline pipeline, ServerOptions options, CancellationToken stop = default)
    {
        var address = await ResolveAsync(options.Host, stop);
        var changes = new ChangeHub(pipeline, new ChangeLimits(), options.Clock);
        var served = new Served(pipeline, options, changes);
        var app = Build(served, options, address);
        try
        {
            await app.StartAsync(stop);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync();
            await changes.DisposeAsync();
            throw new ConnectorException(Fault.User, Explain(e, options), e);
        }
        var bound = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        return new(app, new UriBuilder(bound) { Host = Shown(options.Host, address) }.Uri, served);
    }

    /// <summary>Where the dashboard is: http://127.0.0.1:8080/.</summary>
    public Uri Address { get; }

    /// <summary>What readers of changes share; for tests.</summary>
    internal ChangeHub Changes => Served.Changes;

    /// <summary>What endpoints share; for tests.</summary>
    internal Served Served { get; }

    /// <summary>Ends all requests and stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        await Changes.DisposeAsync();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    static WebApplication Build(Served served, ServerOptions options, IPAddress address)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { ApplicationName = "millrace" });
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => Limit(k, address, options.Port));
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.Services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true); // so that the problem names the parameter
        builder.Services.ConfigureHttpJsonOptions(o => o.SerializerOptions.TypeInfoResolverChain.Insert(0, AnswerJson.Default));
        builder.Services.AddSingleton(served);
        builder.Services.AddMillraceOpenApi();
        builder.Services.AddRequestLimits();
        if (options.AllowOrigin is { } origin)
            builder.Services.AddCors(c => c.AddDefaultPolicy(p =>
                p.WithOrigins(origin).WithMethods("GET", "POST").WithHeaders("content-type", "content-encoding", "idempotency-key", "last-event-id")));

        var app = builder.Build();
        app.UseSecurityHeaders(isShared: options.AllowOrigin is not null);
        app.UseProblems();
        app.UseHostCheck(new HostRules(options.Host, address, options.AllowOrigin));
        if (options.AllowOrigin is not null) app.UseCors();
        app.UseRateLimiter();

        app.MapHealth();
        app.MapMetrics();
        app.MapOpenApi("/openapi/v1.json");
        app.MapPipeline();
        app.MapSql();
        app.MapDashboards();
        app.MapViews();
        app.MapChanges();
        app.MapQuality();
        app.MapQuery();
        app.MapIngest();
        app.MapWeb(WebFiles.Embedded);
        return app;
    }

    static void Limit(KestrelServerOptions kestrel, IPAddress address, int port)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = 1 << 20; // ingest sets its own
        kestrel.Limits.MaxResponseBufferSize = 32 << 10; // what a reader that stalls costs
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 << 10;
        kestrel.Limits.MaxConcurrentConnections = 8192;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        kestrel.Limits.KeepAliveTimeout = TimeSpan.FromMinutes(2);
        kestrel.Listen(address, port);
    }

    static async Task<IPAddress> ResolveAsync(string host, CancellationToken stop)
    {
        if (host is "*" or "+") return IPAddress.Any;
        if (IPAddress.TryParse(host.Trim('[', ']'), out var address)) return address;
        try
        {
            var found = await Dns.GetHostAddressesAsync(host, stop);
            return found.FirstOrDefault(a => a.AddressFamily == AddressFamily.InterNetwork) ?? found[0];
        }
        catch (Exception e) when (e is SocketException or ArgumentException or IndexOutOfRangeException)
        {
            throw new ConnectorException(Fault.User, $"Cannot listen on '{host}': no address has that name. Give an address of this machine with --host, e.g. 127.0.0.1.", e);
        }
    }

    static string Shown(string host, IPAddress address) =>
        address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any) ? "localhost" : address.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{address}]" : host;

    static string Explain(Exception e, ServerOptions options)
    {
        for (var inner = e; inner is not null; inner = inner.InnerException)
        {
            if (inner is not SocketException socket) continue;
            return socket.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"Port {options.Port} of {options.Host} is taken by another program. Choose another with --port N, or any free one with --port 0.",
                SocketError.AccessDenied => $"Port {options.Port} is not allowed to this user. Choose one from 1024 up with --port N, or any free one with --port 0.",
                SocketError.AddressNotAvailable => $"{options.Host} is no address of this machine. Give one that is with --host, e.g. 127.0.0.1.",
                _ => $"Cannot listen on {options.Host} port {options.Port}: {socket.Message}.",
            };
        }
        return $"Port {options.Port} of {options.Host} is taken by another program. Choose another with --port N, or any free one with --port 0.";
    }
}

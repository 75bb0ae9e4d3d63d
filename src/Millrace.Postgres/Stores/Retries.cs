using System.Diagnostics;
using Millrace.Connectors;

namespace Millrace.Postgres.Stores;

/// <summary>Tries again what fails because the server is away for a moment (it restarts, the network is down): after 100 ms, then each time after twice as long, 2 s at most; a minute in all.</summary>
/// <remarks>The pipeline waits meanwhile; what fails for another reason is not tried again.</remarks>
sealed class Retries(PostgresServer server)
{
    static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100), s_longest = TimeSpan.FromSeconds(2);

    /// <summary>How long.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Does something until it succeeds.</summary>
    /// <param name="action">What; each try begins from scratch.</param>
    /// <exception cref="ConnectorException">It cannot be done.</exception>
    public T Run<T>(Func<T> action)
    {
        var began = Stopwatch.GetTimestamp();
        for (var wait = s_first; ; wait = wait + wait < s_longest ? wait + wait : s_longest)
        {
            ConnectorException failure;
            try
            {
                return action();
            }
            catch (Exception e) when (PostgresServer.IsOfServer(e))
            {
                failure = server.Explain(e);
            }
            catch (ConnectorException e) when (e.Fault == Fault.External)
            {
                failure = e;
            }
            if (failure.Fault == Fault.User || Stopwatch.GetElapsedTime(began) > Patience) throw failure;
            Thread.Sleep(wait);
        }
    }
}

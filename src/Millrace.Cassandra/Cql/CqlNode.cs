using System.Net;

namespace Millrace.Cassandra.Cql;

/// <summary>A node of the cluster and our connections to it, which are made again when they break: after 100 ms, then each time after twice as long, 10 s at most.</summary>
/// <remarks>Thread-safe.</remarks>
sealed class CqlNode(IPEndPoint address, string host, CqlSettings settings, TimeProvider clock) : IDisposable
{
    static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(100), s_longest = TimeSpan.FromSeconds(10);

    readonly Lock _lock = new();
    CqlConnection[] _connections = [];
    bool _isConnecting, _isDisposed;
    int _failures;
    long _triedAt;

    /// <summary>Where it listens.</summary>
    public IPEndPoint Address => address;

    /// <summary>Whether it is in the data center that is used.</summary>
    public bool IsLocal { get; set; } = true;

    /// <summary>Ends of its ranges on the ring.</summary>
    public IReadOnlyList<long> Tokens { get; set; } = [];

    /// <summary>Why the last try to connect failed; null after one that did not.</summary>
    public CqlException? Problem { get; private set; }

    /// <summary>Whether a connection to it is open.</summary>
    public bool IsUp => Pick() is not null;

    /// <summary>The open connection with the fewest requests under way, or null.</summary>
    public CqlConnection? Pick()
    {
        CqlConnection? best = null;
        foreach (var connection in Volatile.Read(ref _connections))
            if (connection.IsOpen && (best is null || connection.InFlight < best.InFlight)) best = connection;
        return best;
    }

    /// <summary>Takes a connection that is open already.</summary>
    public void Adopt(CqlConnection connection)
    {
        connection.OnClosed = Forget;
        lock (_lock) _connections = [.. _connections, connection];
        if (!connection.IsOpen) Forget(connection, new(CqlFailure.Disconnected, $"{address} closed the connection."));
    }

    void Forget(CqlConnection connection, CqlException why)
    {
        lock (_lock)
        {
            _connections = [.. _connections.Where(c => c != connection)];
            Problem = why;
        }
    }

    /// <summary>The node is said to be there again: the next try is now.</summary>
    public void Hurry()
    {
        lock (_lock) _failures = 0;
    }

    /// <summary>Looks after its connections: late answers, missing connections.</summary>
    /// <param name="version">The cluster's version of the protocol.</param>
    public void Maintain(byte version)
    {
        foreach (var connection in Volatile.Read(ref _connections)) connection.Sweep();
        lock (_lock)
        {
            if (_isDisposed || _isConnecting || !IsLocal || _connections.Length >= settings.Connections) return;
            if (_failures > 0 && clock.GetElapsedTime(_triedAt) < Wait()) return;
            _isConnecting = true;
        }
        _ = ConnectAsync(version);
    }

    /// <summary>Nodes that fail together are not tried again together: each has a wait of its own, up to a quarter longer.</summary>
    TimeSpan Wait()
    {
        var wait = s_first * Math.Pow(2, Math.Min(_failures - 1, 10));
        return (wait < s_longest ? wait : s_longest) * (1 + (uint)address.GetHashCode() % 64 / 256.0);
    }

    /// <summary>Makes one connection more.</summary>
    public async Task ConnectAsync(byte version)
    {
        try
        {
            var connection = await CqlConnection.OpenAsync(address, host, version, settings, clock).ConfigureAwait(false);
            bool isUnwanted;
            lock (_lock)
            {
                (_isConnecting, _failures, Problem) = (false, 0, null);
                isUnwanted = _isDisposed;
            }
            if (isUnwanted) connection.Dispose();
            else Adopt(connection);
        }
        catch (CqlException e)
        {
            lock (_lock)
            {
                (_isConnecting, Problem) = (false, e);
                _failures++;
                _triedAt = clock.GetTimestamp();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock) _isDisposed = true;
        foreach (var connection in Volatile.Read(ref _connections)) connection.Dispose();
    }
}

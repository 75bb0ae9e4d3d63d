using System.Diagnostics;

namespace Millrace.Cassandra.Cql;

/// <summary>Many writes under way at once: so many at most, tried again where that can help, until all are acknowledged.</summary>
/// <remarks>
/// One thread fills and submits writes; their answers come on others. Every write must be one that may be carried out twice. Where replicas do not keep up (writes time out, a node says that
/// it is overloaded) half as many are under way from then on, and one more for each <see cref="GrowsAfter"/> that are done. Writes are used again, so that none is allocated in the steady state.
/// </remarks>
sealed class WritePipe : IDisposable
{
    const int MaxTries = 4, LeastInFlight = 16, GrowsAfter = 16;

    readonly int _most;
    readonly Lock _lock = new();
    readonly Stack<Write> _free = new();
    readonly ManualResetEventSlim _moved = new();
    int _inFlight, _window, _done;
    CqlException? _failure;

    /// <summary>A pipe into a cluster with so many writes under way at most.</summary>
    public WritePipe(CqlCluster cluster, int mostInFlight) => (Cluster, _most, _window) = (cluster, mostInFlight, mostInFlight);

    CqlCluster Cluster { get; }

    /// <summary>Writes that were acknowledged.</summary>
    public long Written { get; private set; }

    /// <summary>Tries that had to be repeated.</summary>
    public long Repeated { get; private set; }

    /// <summary>An empty write; waits while too many are under way.</summary>
    /// <exception cref="CqlException">An earlier write failed for good; <see cref="Drain"/> tells when all others have ended.</exception>
    public Write Rent()
    {
        while (true)
        {
            lock (_lock)
            {
                if (_failure is not null) throw _failure;
                if (_inFlight < _window)
                {
                    _inFlight++;
                    var write = _free.TryPop(out var free) ? free : new(this);
                    write.Begin();
                    return write;
                }
                _moved.Reset();
            }
            _moved.Wait();
        }
    }

    /// <summary>Waits until no write is under way any more.</summary>
    /// <exception cref="CqlException">One failed for good.</exception>
    public void Drain()
    {
        while (true)
        {
            lock (_lock)
            {
                if (_inFlight == 0)
                {
                    var failure = _failure;
                    _failure = null;
                    if (failure is not null) throw failure;
                    return;
                }
                _moved.Reset();
            }
            _moved.Wait();
        }
    }

    void Done(Write write, CqlException? failure)
    {
        lock (_lock)
        {
            _failure ??= failure;
            _free.Push(write);
            _inFlight--;
            if (failure is null)
            {
                Written++;
                if (_window < _most && ++_done % GrowsAfter == 0) _window++;
            }
            // Whoever waits for room is woken when there is some of it, not for each write.
            if (_inFlight == 0 || _failure is not null || _inFlight <= _window - _window / 4) _moved.Set();
        }
    }

    void Slower()
    {
        lock (_lock) _window = Math.Max(Math.Min(LeastInFlight, _most), Math.Min(_window, _inFlight) / 2);
    }

    /// <inheritdoc/>
    public void Dispose() => _moved.Dispose();

    /// <summary>One write: a frame, the token that it goes by, and how often it was tried.</summary>
    internal sealed class Write(WritePipe pipe) : CqlRequest
    {
        int _tries;

        /// <summary>Where its partition lies.</summary>
        public long Token { get; set; }

        /// <summary>The statements that it consists of, where a node has to be told of them; usually all writes share the array.</summary>
        public CqlStatement[] Statements { get; set; } = [];

        public void Begin()
        {
            _tries = 0;
            Frame.Clear(keep: 64 << 10);
        }

        /// <summary>Sends it; its frame is whole.</summary>
        public void Submit()
        {
            for (var attempt = _tries; attempt < _tries + 3; attempt++)
                if (pipe.Cluster.Pick(Token, attempt) is { } connection && connection.TrySend(this)) return;
            pipe.Done(this, pipe.Cluster.Down());
        }

        public override void OnAnswer(CqlConnection connection, FrameHeader header, ReadOnlySpan<byte> body)
        {
            if (header.Opcode == Opcode.Result && (header.Flags & FrameHeader.WarningFlag) == 0)
            {
                pipe.Done(this, null);
                return;
            }
            CqlException failure;
            try
            {
                var reader = Responses.Open(header, body, out var warnings);
                foreach (var warning in warnings ?? []) pipe.Cluster.OnWarning?.Invoke(warning);
                if (header.Opcode == Opcode.Result)
                {
                    pipe.Done(this, null);
                    return;
                }
                failure = header.Opcode == Opcode.Error ? Responses.Error(ref reader) : CqlException.Protocol($"a write is answered by {header.Opcode}.");
            }
            catch (CqlException e)
            {
                failure = e;
            }
            if (failure.Failure == CqlFailure.Unprepared && _tries < MaxTries) _ = TellAsync(connection);
            else OnFailed(failure);
        }

        async Task TellAsync(CqlConnection connection)
        {
            _tries++;
            try
            {
                foreach (var statement in Statements) await pipe.Cluster.PrepareAgainAsync(connection, statement).ConfigureAwait(false);
                if (!connection.TrySend(this)) Submit();
            }
            catch (CqlException e)
            {
                OnFailed(e);
            }
        }

        public override void OnFailed(CqlException failure)
        {
            if (failure.Failure is CqlFailure.Unknown or CqlFailure.NotNow) pipe.Slower();
            if (!failure.IsTransient || ++_tries >= MaxTries)
            {
                pipe.Done(this, failure);
                return;
            }
            lock (pipe._lock) pipe.Repeated++;
            Submit();
        }
    }
}

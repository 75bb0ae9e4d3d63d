using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Millrace.Cassandra.Cql;

/// <summary>One connection to a node: many requests under way at once, told apart by their streams.</summary>
/// <remarks>
/// <see cref="TrySend"/> may be called by any thread; it copies the frame into a buffer that another thread sends, together with what has come meanwhile. Answers are given to their
/// requests by the thread that reads. Whoever owns the connection calls <see cref="Sweep"/> now and then: it finds answers that do not come.
/// </remarks>
sealed class CqlConnection : IThreadPoolWorkItem, IDisposable
{
    const int MaxStreams = 4096;

    readonly Lock _lock = new();
    readonly TimeProvider _clock;
    readonly TimeSpan _timeout;
    readonly Socket _socket;
    readonly Stream _stream;
    readonly FrameParser _parser = new();
    readonly CqlRequest?[] _requests = new CqlRequest?[MaxStreams]; // by stream
    readonly long[] _sentAt = new long[MaxStreams];
    readonly short[] _free = new short[MaxStreams];
    int _freeCount = MaxStreams;
    int _highest;                    // streams below it were used
    int _abandoned;                  // streams whose answers nobody awaits any more
    CqlWriter _waiting = new(64 << 10), _sending = new(64 << 10);
    readonly CqlWriter _segments = new();
    bool _isSending, _sendsSegments, _isReady;
    long _receivedAt;
    CqlException? _failure;

    CqlConnection(Socket socket, Stream stream, IPEndPoint node, byte version, CqlSettings settings, TimeProvider clock)
    {
        (_socket, _stream, Node, Version, _timeout, _clock) = (socket, stream, node, version, settings.Timeout, clock);
        for (var i = 0; i < MaxStreams; i++) _free[i] = (short)(MaxStreams - 1 - i);
        _receivedAt = clock.GetTimestamp();
    }

    /// <summary>The node's address.</summary>
    public IPEndPoint Node { get; }

    /// <summary>Version of the protocol.</summary>
    public byte Version { get; }

    /// <summary>Whether it can be used.</summary>
    public bool IsOpen => Volatile.Read(ref _failure) is null;

    /// <summary>Requests under way.</summary>
    public int InFlight => MaxStreams - Volatile.Read(ref _freeCount);

    /// <summary>Events that were registered for arrive here.</summary>
    public Action<CqlEvent>? OnEvent { get; init; }

    /// <summary>Called once when it is no longer open.</summary>
    public Action<CqlConnection, CqlException>? OnClosed { get; set; }

    /// <summary>Connects and logs in.</summary>
    /// <param name="node">The node.</param>
    /// <param name="host">Its name, for its certificate.</param>
    /// <param name="version">The protocol's version to offer.</param>
    /// <param name="settings">How.</param>
    /// <param name="clock">Measures how long answers take.</param>
    /// <param name="onEvent">Takes events.</param>
    /// <exception cref="CqlException">It does not work.</exception>
    public static async Task<CqlConnection> OpenAsync(IPEndPoint node, string host, byte version, CqlSettings settings, TimeProvider clock, Action<CqlEvent>? onEvent = null)
    {
        var socket = new Socket(node.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        CqlConnection? connection = null;
        using var patience = new CancellationTokenSource(settings.Timeout, clock);
        try
        {
            await socket.ConnectAsync(node, patience.Token).ConfigureAwait(false);
            var stream = (Stream)new NetworkStream(socket, ownsSocket: true);
            if (settings.Tls is { } tls) stream = await EncryptAsync(stream, host, tls, patience.Token).ConfigureAwait(false);
            connection = new(socket, stream, node, version, settings, clock) { OnEvent = onEvent };
            _ = connection.ReadAsync();
            await connection.LogInAsync(settings).WaitAsync(patience.Token).ConfigureAwait(false);
            return connection;
        }
        catch (Exception e)
        {
            var failure = e switch
            {
                CqlException own => own,
                OperationCanceledException => new(CqlFailure.Disconnected, $"{node} does not answer within {settings.Timeout.TotalSeconds:N0} s.", e),
                AuthenticationException => new(CqlFailure.Refused, $"no encrypted connection to {node} can be made: {e.Message}", e),
                _ => new CqlException(CqlFailure.Disconnected, $"{node} cannot be reached: {e.Message}", e),
            };
            if (connection is null) socket.Dispose();
            else connection.Close(failure);
            throw failure;
        }
    }

    static async Task<Stream> EncryptAsync(Stream stream, string host, CqlTls tls, CancellationToken cancellation)
    {
        var encrypted = new SslStream(stream);
        var options = new SslClientAuthenticationOptions { TargetHost = host };
        if (tls.Own is { } own) options.ClientCertificates = [own];
        if (tls.Authority is { } authority)
        {
            options.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authority);
        }
        // Whether the chain is trusted is always asked; the name only where it is wanted.
        if (!tls.ChecksName) options.RemoteCertificateValidationCallback = static (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
        await encrypted.AuthenticateAsClientAsync(options, cancellation).ConfigureAwait(false);
        return encrypted;
    }

    async Task LogInAsync(CqlSettings settings)
    {
        var answer = await CallAsync(to => Frames.Startup(to, Version)).ConfigureAwait(false);
        if (answer.Header.Opcode == Opcode.Authenticate)
        {
            if (settings.Login is not var (user, password))
                throw new CqlException(CqlFailure.Unauthorized, $"{Node} wants a login ({new CqlReader(answer.Body).String()}). Give user and password.");
            answer = await CallAsync(to => Frames.Login(to, Version, user, password)).ConfigureAwait(false);
            if (answer.Header.Opcode != Opcode.AuthSuccess) throw CqlException.Protocol($"{Node} asks for another login than name and password.");
        }
        else if (answer.Header.Opcode != Opcode.Ready) throw CqlException.Protocol($"{Node} answers STARTUP by {answer.Header.Opcode}.");
        _isReady = true;
    }

    /// <summary>Sends a request and awaits its answer.</summary>
    public Task<CqlAnswer> CallAsync(Action<CqlWriter> write)
    {
        var call = new CqlCall();
        write(call.Frame);
        if (!TrySend(call)) call.OnFailed(_failure ?? new(CqlFailure.NotNow, $"too many requests are under way to {Node}."));
        return call.Answer;
    }

    /// <summary>Sends a request.</summary>
    /// <returns>Whether it is under way; otherwise nothing of it is, and its methods are not called.</returns>
    public bool TrySend(CqlRequest request)
    {
        lock (_lock)
        {
            if (_failure is not null || _freeCount == 0) return false;
            var stream = _free[--_freeCount];
            _highest = Math.Max(_highest, stream + 1);
            _requests[stream] = request;
            _sentAt[stream] = _clock.GetTimestamp();
            var at = _waiting.Length;
            _waiting.Raw(request.Frame.Written);
            _waiting.SetStream(at, stream);
            if (_isSending) return true;
            _isSending = true;
        }
        ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        return true;
    }

    void IThreadPoolWorkItem.Execute() => _ = SendAsync();

    async Task SendAsync()
    {
        try
        {
            while (true)
            {
                bool inSegments;
                lock (_lock)
                {
                    if (_waiting.Length == 0 || _failure is not null)
                    {
                        _isSending = false;
                        return;
                    }
                    (_waiting, _sending) = (_sending, _waiting);
                    inSegments = _sendsSegments;
                }
                var bytes = _sending;
                if (inSegments)
                {
                    Segments.Wrap(_sending.Written, _segments);
                    bytes = _segments;
                }
                await _stream.WriteAsync(bytes.Memory).ConfigureAwait(false);
                _sending.Clear();
                _segments.Clear();
            }
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            Close(new(CqlFailure.Disconnected, $"the connection to {Node} broke: {e.Message}", e));
        }
    }

    async Task ReadAsync()
    {
        try
        {
            while (true)
            {
                var count = await _stream.ReadAsync(_parser.Room()).ConfigureAwait(false);
                if (count == 0) throw new IOException("it was closed by the server.");
                _parser.Received(count);
                Volatile.Write(ref _receivedAt, _clock.GetTimestamp());
                while (_parser.TryRead(out var header, out var body)) Take(header, body);
            }
        }
        catch (CqlException e)
        {
            Close(e);
        }
        catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException or InvalidOperationException)
        {
            Close(new(CqlFailure.Disconnected, $"the connection to {Node} broke: {e.Message}", e));
        }
    }

    void Take(FrameHeader header, ReadOnlySpan<byte> body)
    {
        if (!header.IsResponse) throw CqlException.Protocol($"{Node} sends a request.");
        if (header.Version != Version)
        {
            // Too high a version is answered in the server's own.
            if (!_isReady) throw new CqlException(CqlFailure.Protocol, $"{Node} speaks version {header.Version} of the protocol, not {Version}.") { Code = 0x000A };
            throw CqlException.Protocol($"{Node} answers in version {header.Version} a request of version {Version}.");
        }
        if (header.Stream < 0)
        {
            if (header.Opcode == Opcode.Event) OnEvent?.Invoke(CqlEvent.Read(Responses.Open(header, body, out _)));
            return;
        }
        if (!_isReady && Version >= 5 && header.Opcode is Opcode.Ready or Opcode.Authenticate)
        {
            _parser.HasSegments = true;
            lock (_lock) _sendsSegments = true;
        }
        CqlRequest request;
        lock (_lock)
        {
            if (header.Stream >= MaxStreams || _requests[header.Stream] is not { } known) throw CqlException.Protocol($"{Node} answers a request that was not sent (stream {header.Stream}).");
            request = known;
            _requests[header.Stream] = null;
            _free[_freeCount++] = header.Stream;
            if (ReferenceEquals(request, Abandoned.One)) _abandoned--;
        }
        request.OnAnswer(this, header, body);
    }

    /// <summary>Gives up requests whose answers do not come; where nothing at all comes any more, the connection. Asks for a sign of life where it has been silent for long.</summary>
    public void Sweep()
    {
        var now = _clock.GetTimestamp();
        List<CqlRequest>? late = null;
        var isHung = false;
        lock (_lock)
        {
            if (_failure is not null) return;
            for (var stream = 0; stream < _highest; stream++)
            {
                if (_requests[stream] is not { } request || ReferenceEquals(request, Abandoned.One) || _clock.GetElapsedTime(_sentAt[stream], now) < _timeout) continue;
                if (_receivedAt < _sentAt[stream])
                {
                    isHung = true; // closing fails all of them
                    break;
                }
                // Its stream stays taken until the late answer is there.
                _requests[stream] = Abandoned.One;
                _abandoned++;
                (late ??= []).Add(request);
            }
            isHung |= _abandoned > MaxStreams / 4;
        }
        if (late is not null)
        {
            var failure = new CqlException(CqlFailure.Unknown, $"{Node} did not answer within {_timeout.TotalSeconds:N0} s.");
            foreach (var request in late) request.OnFailed(failure);
        }
        if (isHung) Close(new(CqlFailure.Disconnected, $"{Node} hangs: nothing came from it for {_timeout.TotalSeconds:N0} s."));
        else if (_isReady && InFlight == 0 && _clock.GetElapsedTime(Volatile.Read(ref _receivedAt), now) > s_silence) _ = LiveAsync();
    }

    static readonly TimeSpan s_silence = TimeSpan.FromSeconds(20);

    async Task LiveAsync()
    {
        try
        {
            await CallAsync(to => Frames.Options(to, Version)).ConfigureAwait(false);
        }
        catch (CqlException)
        {
            // The sweep closes the connection.
        }
    }

    /// <summary>Ends the connection; requests under way fail.</summary>
    public void Close(CqlException why)
    {
        var lost = new List<CqlRequest>();
        lock (_lock)
        {
            if (_failure is not null) return;
            _failure = why;
            for (var stream = 0; stream < _highest; stream++)
            {
                if (_requests[stream] is { } request && !ReferenceEquals(request, Abandoned.One)) lost.Add(request);
                _requests[stream] = null;
            }
        }
        _socket.Dispose(); // ends a read or write under way; the stream may be in use
        foreach (var request in lost) request.OnFailed(why);
        OnClosed?.Invoke(this, why);
    }

    /// <inheritdoc/>
    public void Dispose() => Close(new(CqlFailure.Disconnected, $"the connection to {Node} was closed."));

    /// <summary>Stands for requests that nobody waits for.</summary>
    sealed class Abandoned : CqlRequest
    {
        public static Abandoned One { get; } = new();

        public override void OnAnswer(CqlConnection connection, FrameHeader header, ReadOnlySpan<byte> body)
        {
        }

        public override void OnFailed(CqlException failure)
        {
        }
    }
}

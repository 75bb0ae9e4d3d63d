using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Millrace.Cassandra.Cql;

namespace Millrace.Tests.Cassandra;

/// <summary>A server of the CQL protocol for one node without tables: answers what a client asks at its start, and writes as it is told.</summary>
sealed class StandIn : IDisposable
{
    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly List<Socket> _sockets = [];
    readonly byte _version;

    /// <summary>Speaks one version of the protocol.</summary>
    public StandIn(byte version)
    {
        _version = version;
        _listener.Start();
        _ = AcceptAsync();
    }

    public CqlSettings Settings => new() { Hosts = ["127.0.0.1"], Port = ((IPEndPoint)_listener.LocalEndpoint).Port, Connections = 1, Timeout = TimeSpan.FromSeconds(20) };

    /// <summary>Answers an EXECUTE or BATCH, by the number of such requests before it: writes a body and gives its opcode; null = no answer.</summary>
    public Func<int, CqlWriter, Opcode?> OnWrite { get; set; } = static (_, body) => Void(body);

    /// <summary>Bodies of the writes that came.</summary>
    public List<byte[]> Writes { get; } = [];

    /// <summary>Statements that were prepared.</summary>
    public List<string> Prepared { get; } = [];

    public static Opcode Void(CqlWriter body)
    {
        body.Int(1);
        return Opcode.Result;
    }

    public static Opcode Fail(CqlWriter body, int code, string message)
    {
        body.Int(code);
        body.String(message);
        return Opcode.Error;
    }

    async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync();
                lock (_sockets) _sockets.Add(socket);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    async Task ServeAsync(Socket socket)
    {
        try
        {
            var parser = new FrameParser();
            var inSegments = false;
            while (true)
            {
                var count = await socket.ReceiveAsync(parser.Room());
                if (count == 0) return;
                parser.Received(count);
                var answers = new CqlWriter();
                while (parser.TryRead(out var header, out var body))
                {
                    var wraps = inSegments;
                    var frame = Answer(header, body, answers, out var isStartup);
                    if (frame is not null)
                    {
                        if (wraps) Segments.Wrap(frame, answers);
                        else answers.Raw(frame);
                    }
                    if (isStartup && header.Version == _version && _version >= 5) inSegments = parser.HasSegments = true;
                }
                await socket.SendAsync(answers.Memory);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The client, or the test, is gone.
        }
    }

    byte[]? Answer(FrameHeader header, ReadOnlySpan<byte> body, CqlWriter answers, out bool isStartup)
    {
        isStartup = header.Opcode == Opcode.Startup;
        var message = new CqlWriter();
        var opcode = header.Version != _version ? Fail(message, 0x000A, $"Invalid or unsupported protocol version ({header.Version})") : Reply(header, body, message);
        if (opcode is not { } op) return null;
        var frame = new CqlWriter();
        var start = frame.BeginFrame((byte)(_version | 0x80), op);
        frame.Raw(message.Written);
        frame.EndFrame(start);
        frame.SetStream(0, header.Stream);
        return frame.Written.ToArray();
    }

    Opcode? Reply(FrameHeader header, ReadOnlySpan<byte> body, CqlWriter to)
    {
        switch (header.Opcode)
        {
            case Opcode.Startup or Opcode.Register:
                return Opcode.Ready;
            case Opcode.Options:
                to.Short(0);
                return Opcode.Supported;
            case Opcode.Prepare:
                Prepared.Add(Encoding.UTF8.GetString(body.Slice(4, BinaryPrimitives.ReadInt32BigEndian(body))));
                to.Int(4);
                to.ShortBytes([7]);
                if (_version >= 5) to.ShortBytes([8, 8]);
                to.Int(1);
                to.Int(1);
                if (_version >= 4)
                {
                    to.Int(1);
                    to.Short(0);
                }
                to.String("ks");
                to.String("t");
                to.String("k");
                to.Short(9);
                to.Int(4);
                to.Int(0);
                return Opcode.Result;
            case Opcode.Execute or Opcode.Batch:
                lock (Writes)
                {
                    Writes.Add(body.ToArray());
                    return OnWrite(Writes.Count - 1, to);
                }
            default:
                var cql = Encoding.UTF8.GetString(body.Slice(4, BinaryPrimitives.ReadInt32BigEndian(body)));
                return Rows(cql.Contains("system.local", StringComparison.Ordinal) ? [("data_center", "dc1"), ("release_version", "4.0.0"), ("schema_version", "1")] : [], to);
        }
    }

    static Opcode Rows((string Name, string Value)[] row, CqlWriter to)
    {
        to.Int(2);
        to.Int(1);
        to.Int(Math.Max(row.Length, 1));
        to.String("system");
        to.String("local");
        foreach (var (name, _) in row.DefaultIfEmpty(("peer", "")))
        {
            to.String(name);
            to.Short(0x0D);
        }
        to.Int(row.Length == 0 ? 0 : 1);
        foreach (var (_, value) in row) to.Bytes(Encoding.UTF8.GetBytes(value));
        return Opcode.Result;
    }

    /// <summary>Breaks all connections.</summary>
    public void Break()
    {
        lock (_sockets)
        {
            foreach (var socket in _sockets) socket.Dispose();
            _sockets.Clear();
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Break();
    }
}

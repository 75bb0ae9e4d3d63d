namespace Millrace.Cassandra.Cql;

/// <summary>What stands in answers: the parts before the message, and errors in words.</summary>
static class Responses
{
    /// <summary>Skips what may stand before the message itself.</summary>
    /// <param name="header">The frame's header.</param>
    /// <param name="body">Its body.</param>
    /// <param name="warnings">What the server warns of; null = nothing.</param>
    public static CqlReader Open(FrameHeader header, ReadOnlySpan<byte> body, out string[]? warnings)
    {
        warnings = null;
        if ((header.Flags & FrameHeader.CompressedFlag) != 0) throw CqlException.Protocol("a frame is compressed, though compression was not asked for.");
        var reader = new CqlReader(body);
        if ((header.Flags & FrameHeader.TracingFlag) != 0) reader.Raw(16);
        if (header.Version >= 4 && (header.Flags & FrameHeader.WarningFlag) != 0) warnings = reader.StringList();
        if (header.Version >= 4 && (header.Flags & FrameHeader.PayloadFlag) != 0)
        {
            for (var n = reader.Short(); n > 0; n--)
            {
                reader.Raw(reader.Short());
                reader.Bytes(out _);
            }
        }
        return reader;
    }

    /// <summary>An ERROR answer.</summary>
    public static CqlException Error(ref CqlReader reader)
    {
        var code = reader.Int();
        var message = reader.String();
        return code switch
        {
            0x0000 or 0x000A => new(message.Contains("protocol version", StringComparison.OrdinalIgnoreCase) || code == 0x000A ? CqlFailure.Protocol : CqlFailure.Unknown, $"the server failed: {message}") { Code = code },
            0x0100 => new(CqlFailure.Unauthorized, $"the login is refused: {message}. Give user and password.") { Code = code },
            0x1000 => Unavailable(ref reader),
            0x1001 => new(CqlFailure.NotNow, $"the node is overloaded: {message}") { Code = code },
            0x1002 => new(CqlFailure.NotNow, $"the node is still starting: {message}") { Code = code },
            0x1003 => new(CqlFailure.NotNow, $"the table cannot be emptied now: {message}") { Code = code },
            0x1100 => TimedOut(ref reader, "write", code),
            0x1200 => TimedOut(ref reader, "read", code),
            0x1300 => new(CqlFailure.Unknown, $"replicas failed to read: {message}") { Code = code },
            0x1500 => new(CqlFailure.Unknown, $"replicas failed to write: {message}") { Code = code },
            0x1700 => new(CqlFailure.Unknown, $"it is not known whether a conditional write was done: {message}") { Code = code },
            0x2100 => new(CqlFailure.Unauthorized, $"the user may not do this: {message}") { Code = code },
            0x2500 => new(CqlFailure.Unprepared, message) { Code = code },
            0x2000 or 0x2200 or 0x2300 or 0x2400 => new(CqlFailure.Refused, message) { Code = code },
            _ => new(CqlFailure.Refused, $"{message} (error 0x{code:X4})") { Code = code },
        };
    }

    static CqlException Unavailable(ref CqlReader reader)
    {
        var consistency = (Consistency)reader.Short();
        var (required, alive) = (reader.Int(), reader.Int());
        return new(CqlFailure.NotNow, $"too few replicas are up: {consistency.Name()} needs {required}, {alive} {(alive == 1 ? "is" : "are")} up.") { Code = 0x1000 };
    }

    static CqlException TimedOut(ref CqlReader reader, string what, int code)
    {
        var consistency = (Consistency)reader.Short();
        var (received, needed) = (reader.Int(), reader.Int());
        return new(CqlFailure.Unknown, $"a {what} did not end in time: {received} of {needed} replicas answered that {consistency.Name()} needs.") { Code = code };
    }
}

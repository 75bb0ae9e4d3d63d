namespace Millrace.Cassandra.Cql;

/// <summary>What may come with a query besides its text.</summary>
/// <param name="Consistency">How many replicas must have answered.</param>
readonly record struct QueryParameters(Consistency Consistency)
{
    /// <summary>Of the paxos round of a conditional write; null: SERIAL.</summary>
    public Consistency? Serial { get; init; }

    /// <summary>Rows in a page at most; 0: all rows at once.</summary>
    public int PageSize { get; init; }

    /// <summary>Where the page begins, from the one before.</summary>
    public byte[]? PagingState { get; init; }

    /// <summary>The timestamp of what is written, microseconds; null: the server's.</summary>
    public long? Timestamp { get; init; }

    /// <summary>Values of markers, each with its length.</summary>
    public ReadOnlyMemory<byte> Values { get; init; }

    /// <summary>Number of values.</summary>
    public int ValueCount { get; init; }
}

/// <summary>Writes the frames of requests, as each version of the protocol wants them.</summary>
static class Frames
{
    const int HasValues = 0x01, HasPageSize = 0x04, HasPagingState = 0x08, HasSerial = 0x10, HasTimestamp = 0x20;

    /// <summary>The first frame of a connection.</summary>
    public static void Startup(CqlWriter to, byte version)
    {
        var frame = to.BeginFrame(version, Opcode.Startup);
        to.Short(2);
        to.String("CQL_VERSION");
        to.String("3.0.0");
        to.String("DRIVER_NAME");
        to.String("Millrace");
        to.EndFrame(frame);
    }

    /// <summary>Name and password for Cassandra's PasswordAuthenticator (SASL PLAIN).</summary>
    public static void Login(CqlWriter to, byte version, string user, string password)
    {
        var frame = to.BeginFrame(version, Opcode.AuthResponse);
        to.Bytes(System.Text.Encoding.UTF8.GetBytes($"\0{user}\0{password}"));
        to.EndFrame(frame);
    }

    /// <summary>Asks what the server can; also to see that it is there.</summary>
    public static void Options(CqlWriter to, byte version) => to.EndFrame(to.BeginFrame(version, Opcode.Options));

    /// <summary>Asks for events.</summary>
    public static void Register(CqlWriter to, byte version, params ReadOnlySpan<string> events)
    {
        var frame = to.BeginFrame(version, Opcode.Register);
        to.Short(events.Length);
        foreach (var name in events) to.String(name);
        to.EndFrame(frame);
    }

    /// <summary>A statement as text.</summary>
    public static void Query(CqlWriter to, byte version, string cql, in QueryParameters parameters)
    {
        var frame = to.BeginFrame(version, Opcode.Query);
        to.LongString(cql);
        Parameters(to, version, parameters);
        to.EndFrame(frame);
    }

    /// <summary>A statement that is to be prepared.</summary>
    public static void Prepare(CqlWriter to, byte version, string cql)
    {
        var frame = to.BeginFrame(version, Opcode.Prepare);
        to.LongString(cql);
        if (version >= 5) to.Int(0);
        to.EndFrame(frame);
    }

    /// <summary>A prepared statement.</summary>
    public static void Execute(CqlWriter to, byte version, CqlStatement statement, in QueryParameters parameters)
    {
        var frame = to.BeginFrame(version, Opcode.Execute);
        to.ShortBytes(statement.Id);
        if (version >= 5) to.ShortBytes(statement.ResultId);
        Parameters(to, version, parameters);
        to.EndFrame(frame);
    }

    static void Parameters(CqlWriter to, byte version, in QueryParameters parameters)
    {
        to.Short((int)parameters.Consistency);
        Flags(to, version, (parameters.ValueCount > 0 ? HasValues : 0) | (parameters.PageSize > 0 ? HasPageSize : 0) | (parameters.PagingState is null ? 0 : HasPagingState) |
            (parameters.Serial is null ? 0 : HasSerial) | (parameters.Timestamp is null ? 0 : HasTimestamp));
        if (parameters.ValueCount > 0)
        {
            to.Short(parameters.ValueCount);
            to.Raw(parameters.Values.Span);
        }
        if (parameters.PageSize > 0) to.Int(parameters.PageSize);
        if (parameters.PagingState is { } page) to.Bytes(page);
        if (parameters.Serial is { } serial) to.Short((int)serial);
        if (parameters.Timestamp is { } timestamp) to.Long(timestamp);
    }

    /// <summary>Begins an unlogged batch of prepared statements: so many <see cref="BatchStatement"/>s follow, then <see cref="EndBatch"/>.</summary>
    public static int BeginBatch(CqlWriter to, byte version, int statements)
    {
        var frame = to.BeginFrame(version, Opcode.Batch);
        to.Byte(1);
        to.Short(statements);
        return frame;
    }

    /// <summary>A statement of a batch.</summary>
    public static void BatchStatement(CqlWriter to, CqlStatement statement, int valueCount, ReadOnlySpan<byte> values)
    {
        to.Byte(1);
        to.ShortBytes(statement.Id);
        to.Short(valueCount);
        to.Raw(values);
    }

    /// <summary>Ends a batch.</summary>
    public static void EndBatch(CqlWriter to, byte version, int frame, Consistency consistency, long timestamp)
    {
        to.Short((int)consistency);
        Flags(to, version, HasTimestamp);
        to.Long(timestamp);
        to.EndFrame(frame);
    }

    /// <summary>One prepared write, as <see cref="Execute"/> without anything that a write does not need.</summary>
    public static void Write(CqlWriter to, byte version, CqlStatement statement, int valueCount, ReadOnlySpan<byte> values, Consistency consistency, long timestamp)
    {
        var frame = to.BeginFrame(version, Opcode.Execute);
        to.ShortBytes(statement.Id);
        if (version >= 5) to.ShortBytes(statement.ResultId);
        to.Short((int)consistency);
        Flags(to, version, HasValues | HasTimestamp);
        to.Short(valueCount);
        to.Raw(values);
        to.Long(timestamp);
        to.EndFrame(frame);
    }

    static void Flags(CqlWriter to, byte version, int flags)
    {
        if (version >= 5) to.Int(flags);
        else to.Byte((byte)flags);
    }
}

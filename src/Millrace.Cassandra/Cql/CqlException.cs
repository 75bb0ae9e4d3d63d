using Millrace.Connectors;

namespace Millrace.Cassandra.Cql;

/// <summary>Why a request failed, as far as it decides what is done next.</summary>
enum CqlFailure
{
    /// <summary>The request itself is refused: repeating it does not help.</summary>
    Refused,
    /// <summary>Name or password are wrong, or not enough.</summary>
    Unauthorized,
    /// <summary>The node does not know the prepared statement (any more).</summary>
    Unprepared,
    /// <summary>It may have been carried out or not: no answer in time, by the node or its replicas.</summary>
    Unknown,
    /// <summary>It was surely not carried out, and may be elsewhere or later: too few replicas, an overloaded node.</summary>
    NotNow,
    /// <summary>The connection broke, or could not be made; the request may have been carried out or not.</summary>
    Disconnected,
    /// <summary>What the server sent is not the protocol.</summary>
    Protocol,
}

/// <summary>A request, or a connection, failed.</summary>
sealed class CqlException(CqlFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why.</summary>
    public CqlFailure Failure => failure;

    /// <summary>The server's code of the error, or -1.</summary>
    public int Code { get; init; } = -1;

    /// <summary>Whether a repetition of a request that may be carried out twice can succeed, here or on another node.</summary>
    public bool IsTransient => failure is CqlFailure.Unknown or CqlFailure.NotNow or CqlFailure.Disconnected;

    /// <summary>Bytes that are not the protocol.</summary>
    public static CqlException Protocol(string what) => new(CqlFailure.Protocol, $"the server does not speak the CQL protocol as expected: {what}");

    /// <summary>As the engine wants to hear it: whose fault it is.</summary>
    /// <param name="what">What was attempted.</param>
    public ConnectorException ForEngine(string what) =>
        new(IsTransient || failure is CqlFailure.Protocol or CqlFailure.Unprepared ? Fault.External : Fault.User, $"{what}: {Message}", this);
}

using Confluent.Kafka;
using Millrace.Connectors;

namespace Millrace.Kafka;

/// <summary>What a client has said of its connection, so that an error can say why nothing comes. Thread-safe.</summary>
/// <param name="who">Whose client it is: "source 'sales'".</param>
/// <param name="brokers">The brokers it was told of.</param>
sealed class ClientReport(string who, string brokers)
{
    volatile Error? _last;
    volatile string? _log;
    volatile bool _isAway;

    /// <summary>Whether no broker is reached.</summary>
    public bool IsAway => _isAway;

    /// <summary>The client tells an error.</summary>
    public void Hear(Error error)
    {
        if (error.Code == ErrorCode.Local_AllBrokersDown) _isAway = true;
        else _last = error;
    }

    /// <summary>The client logs something; of what it meets with a broker that is too old to be asked, nothing else tells.</summary>
    public void Hear(LogMessage log)
    {
        if (log.Message.Contains("ApiVersionRequest failed", StringComparison.Ordinal)) _log = log.Message;
    }

    /// <summary>A broker has answered.</summary>
    public void Reached() => (_isAway, _last, _log) = (false, null, null);

    /// <summary>The error of what the user must change.</summary>
    public ConnectorException Wrong(string what) => new(Fault.User, $"{who}: {what} (brokers '{brokers}').");

    /// <summary>The error of a call that failed.</summary>
    public ConnectorException Failed(string what, Error error)
    {
        // "Timed out" says less than what the connection met before.
        var cause = error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_Transport or ErrorCode.Local_AllBrokersDown && _last is { } last ? last : error;
        var advice = cause.Code switch
        {
            ErrorCode.Local_Resolve => " Is the name right?",
            ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed => " Look at sasl.mechanism, sasl.username and sasl.password.",
            ErrorCode.Local_Ssl => " Look at security and the ssl options.",
            ErrorCode.ProducerFenced or ErrorCode.Local_Fenced => " Another run writes under the same name: stop it, or name a writer of its own (writer = '...').",
            ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed => " The brokers do not allow it to this user.",
            _ when _log is not null => " A broker before 0.10 does not answer when it is asked for its version: then add broker.version = '0.9.0'.",
            ErrorCode.Local_Transport or ErrorCode.Local_TimedOut or ErrorCode.Local_AllBrokersDown => " Is it running, and is this the port of its listener?",
            _ => "",
        };
        var isUser = cause.Code is ErrorCode.Local_Authentication or ErrorCode.SaslAuthenticationFailed or ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed or ErrorCode.Local_InvalidArg or ErrorCode.ProducerFenced or ErrorCode.Local_Fenced or ErrorCode.MsgSizeTooLarge;
        return new(isUser ? Fault.User : Fault.External, $"{who}: {what} (brokers '{brokers}'): {cause.Reason.TrimEnd('.')}.{advice}");
    }
}

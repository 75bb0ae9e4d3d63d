using System.Diagnostics;

namespace Millrace.Cassandra.Cql;

/// <summary>A request under way: its frame, and what is done when the answer is there.</summary>
/// <remarks>Its methods are called by the connection's reading thread, once for each time that it was sent, and must not block.</remarks>
abstract class CqlRequest
{
    /// <summary>The whole frame; kept until the answer, so that it can be sent again elsewhere.</summary>
    public CqlWriter Frame { get; } = new();

    /// <summary>The answer is there.</summary>
    public abstract void OnAnswer(CqlConnection connection, FrameHeader header, ReadOnlySpan<byte> body);

    /// <summary>There will be no answer.</summary>
    public abstract void OnFailed(CqlException failure);
}

/// <summary>A request whose answer is awaited.</summary>
sealed class CqlCall : CqlRequest
{
    readonly TaskCompletionSource<CqlAnswer> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The answer; an error is an exception.</summary>
    public Task<CqlAnswer> Answer => _done.Task;

    public override void OnAnswer(CqlConnection connection, FrameHeader header, ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = Responses.Open(header, body, out var warnings);
            if (header.Opcode == Opcode.Error) _done.TrySetException(Responses.Error(ref reader));
            else _done.TrySetResult(new(header, body[^reader.Remaining..].ToArray(), warnings ?? []));
        }
        catch (CqlException e)
        {
            _done.TrySetException(e);
        }
    }

    public override void OnFailed(CqlException failure)
    {
        Debug.Assert(!_done.Task.IsCompleted);
        _done.TrySetException(failure);
    }
}

/// <summary>An answer that is no error.</summary>
/// <param name="Header">The frame's header.</param>
/// <param name="Body">The message.</param>
/// <param name="Warnings">What the server warns of.</param>
sealed record CqlAnswer(FrameHeader Header, byte[] Body, string[] Warnings);

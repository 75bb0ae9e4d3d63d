using Millrace.Data;
using Millrace.Stores;

namespace Millrace.Connectors;

/// <summary>Where raw records come from. Knows no format: it yields bytes with a position.</summary>
public interface ISource : IAsyncDisposable
{
    /// <summary>Opens the partitions there are now, each at its position of a checkpoint, or at its beginning where the checkpoint has none.</summary>
    /// <remarks>
    /// <para>
    /// The next record of a partition is then the one at the position, as if it had never been closed. A partition has the number that it had (<see cref="SourcePosition.Partition"/>), whatever
    /// came or went beside it; one that was not there gets a number that none had. A partition that is gone is given back as one that has ended if all of it was read.
    /// </para>
    /// <para>
    /// Fails with <see cref="ConnectorException"/>, saying whose fault it is and what to do: also where what lies before the position is not what was read, and where the source cannot
    /// go on from there.
    /// </para>
    /// </remarks>
    /// <param name="from">Positions of this source, at most one a partition; empty = all from the beginning.</param>
    /// <param name="stop">Gives up.</param>
    ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop);

    /// <summary>Whether it ends.</summary>
    bool IsBounded { get; }

    /// <summary>The format of its bytes where the source itself writes them (the generator's JSON lines); it takes the place of a format that SQL does not name. Else null.</summary>
    string? Format => null;

    /// <summary>Seconds of event time that pass in one second of wall time (a file's <c>speed</c>); null = as fast as it can be computed.</summary>
    /// <remarks>
    /// The runtime keeps the pace, because only it sees the time column: one <see cref="Pacer"/> for all partitions of the source; a lane asks it how many
    /// leading rows of a batch are due, pushes those (<see cref="Batch.Gather"/>) and comes back for the rest at <see cref="Pacer.DueIn"/>. A partition that
    /// is held back so is not idle. A source without a WATERMARK is not paced.
    /// </remarks>
    double? Pace => null;

    /// <summary>Told after a commit: results up to these positions are durable, and no run goes on from before them, so a journal may drop what lies there.</summary>
    void Committed(IReadOnlyDictionary<int, long> positions) { }

    /// <summary>Told after a commit: results up to these positions are durable, which others may want to know; a run may still be taken back to before them.</summary>
    void Durable(IReadOnlyDictionary<int, long> positions) { }
}

/// <summary>One ordered stream of records of a source.</summary>
public interface IPartition : IDisposable
{
    /// <summary>Its number, stable across restarts.</summary>
    int Id { get; }

    /// <summary>Name for people: a file, a topic's partition.</summary>
    string Name { get; }

    /// <summary>Whether there is anything to read yet. One that says no is a place that is kept for what may come (a file): it is not read, holds no time back and has no position until it says yes.</summary>
    /// <remarks>Asked by a lane's thread, again and again: never blocks. Once yes, always yes.</remarks>
    bool HasBegun => true;

    /// <summary>What its source must know besides a position to find it again (which files, how they begin); null = nothing. Thread-safe; the same text object until it changes.</summary>
    /// <remarks>Kept beside the position: <see cref="SourcePosition.Mark"/>. It holds for all positions up to what was read so far.</remarks>
    string? Mark => null;
}

/// <summary>A partition of bytes that a format cuts into records: files, stdin, journals.</summary>
public interface IBytePartition : IPartition
{
    /// <summary>Reads on. Called by one thread at a time, not that of a lane; may block on a disk, never on a wait for new data (<see cref="ReadResult.Idle"/>).</summary>
    /// <remarks>
    /// Fails with <see cref="ConnectorException"/> (a truncated gz, a vanished file): the bytes of earlier calls are whole and good, and are decoded and
    /// committed before the pipeline stops with the error.
    /// </remarks>
    /// <param name="chunk">
    /// Bytes are appended to its room behind <see cref="Chunk.Length"/>, which grows; the caller has made room. Whose records are messages appends whole ones, tells each to <see cref="Chunk.Messages"/>, and makes the
    /// room larger for one that does not fit into an empty chunk.
    /// </param>
    /// <param name="stop">Ends a wait.</param>
    ReadResult Read(Chunk chunk, CancellationToken stop);

    /// <summary>Waits until there may be more, after <see cref="ReadResult.Idle"/>; a partition that is told of what comes need not sleep.</summary>
    /// <param name="time">At most so long.</param>
    /// <param name="stop">Ends the wait.</param>
    void Wait(TimeSpan time, CancellationToken stop) => stop.WaitHandle.WaitOne(time);

    /// <summary>Offset (in unpacked bytes) of the next byte that <see cref="Read"/> gives; where records are messages (<see cref="Chunk.Messages"/>) the number of the next one.</summary>
    long Position { get; }

    /// <summary>Total unpacked bytes if known, for a progress bar; else null. Compressed inputs may estimate.</summary>
    long? Length { get; }

    /// <summary>The file that a byte lies in, where the partition is several files one after the other; else null. Thread-safe.</summary>
    string? FileAt(long offset) => null;
}

/// <summary>A partition that makes rows itself, without a format: generators and programs' memory.</summary>
public interface IRowPartition : IPartition
{
    /// <summary>Makes the next batch of at most the accountant's batch size, with the source's declared columns, or null where there is none now.</summary>
    /// <remarks>May set <see cref="Batch.Origin"/>. Called by a lane: never blocks.</remarks>
    Batch? Next(MemoryAccountant memory, Time.Timestamp now);

    /// <summary>Whether it has ended.</summary>
    bool IsAtEnd { get; }

    /// <summary>Rows given so far.</summary>
    long Position { get; }

    /// <summary>Total rows if known.</summary>
    long? Length { get; }
}

/// <summary>What <see cref="IBytePartition.Read"/> found.</summary>
public enum ReadResult
{
    /// <summary>Bytes were appended.</summary>
    More,
    /// <summary>A file of a glob ended: what is decoded next starts anew (a header, a record).</summary>
    EndOfFile,
    /// <summary>Nothing now, or no room for the next message; more may come (a followed file, a journal, a generator at its rate): the caller waits some milliseconds and asks again.</summary>
    Idle,
    /// <summary>The partition has ended.</summary>
    End,
}

/// <summary>A source or sink failed for a reason outside the engine.</summary>
public sealed class ConnectorException(Fault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Whose fault it is.</summary>
    public Fault Fault { get; } = fault;
}

/// <summary>Whose fault a failure is, and so whether trying again can help.</summary>
public enum Fault
{
    /// <summary>The user's: an option or a file is wrong. Trying again does not help.</summary>
    User,
    /// <summary>The outside world's: a disk is full, a server away. Trying again may help.</summary>
    External,
}

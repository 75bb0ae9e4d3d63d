namespace Millrace.Tests.Oracle.Faults;

/// <summary>A bug that is put into a copy of the engine's source.</summary>
/// <param name="Name">What is wrong. A bug of several lines stands under its name several times.</param>
/// <param name="File">Where, below src/Millrace.</param>
/// <param name="Original">The text that stands there, once.</param>
/// <param name="Mutated">What stands there instead; {is} is true where this bug is the one that is tried.</param>
sealed record Mutant(string Name, string File, string Original, string Mutated)
{
    /// <summary>Bugs of the kind that exactly once is lost by, each a slip of one line.</summary>
    public static IReadOnlyList<Mutant> All { get; } =
    [
        new("a barrier does not wait for all queues", "Runtime/Lane.cs", "if (!queue.IsAtBarrier) return did;", "if (!queue.IsAtBarrier && !{is}) return did;"),
        new("positions are committed before results", "Runtime/Committer.cs", "store.Commit(commit);",
            "if ({is}) { store.Commit(commit with { Changes = [] }); commit = commit with { Version = version + 1, Checkpoint = null }; } store.Commit(commit);"),
        new("the frontier is not saved", "Operators/AssignWatermarkOperator.cs", "writer.Write(_told);", "writer.Write({is} ? Frontier.Start : _told);"),
        new("the frontier is not saved", "Operators/AssignWatermarkOperator.cs", "writer.Write(_largest);", "writer.Write({is} ? long.MinValue : _largest);"),
        new("the frontier is not saved", "Runtime/Station.cs", "_common.Write(_frontier);", "_common.Write({is} ? Frontier.Start : _frontier);"),
        new("what came after an older checkpoint stays", "Stores/MemoryStore.cs", "else if (from.Version < _checkpoints[^1].Version) GoBack(from);", "else if (from.Version < _checkpoints[^1].Version && !{is}) GoBack(from);"),
        new("a merged piece forgets what lives", "State/Checkpoints/SavedState.cs", "if (isGone && isOldest) return;", "if (isGone ? isOldest : {is}) return;"),
        new("pending results are forgotten", "Runtime/PipelineRunner.cs", "recovery?.SendPending(", "if (!{is}) recovery?.SendPending("),
        new("sinks are told before the commit", "Runtime/Committer.cs", "store.Commit(commit);", "if ({is}) foreach (var (reader, batches) in pending) reader.Tell(batches, version); store.Commit(commit);"),
        new("sources hear of a commit before it is made", "Runtime/Committer.cs", "store.Commit(commit);",
            "if ({is}) foreach (var p in positions) sources[p.Source].Source.Committed(new Dictionary<int, long> { [p.Partition] = p.Position }); store.Commit(commit);"),
        new("where a staged sink stands is not saved", "Runtime/ReaderRun.cs", "SinkPosition = Sink.Flush();", "var position = Sink.Flush(); if (!{is}) SinkPosition = position;"),
        new("what is gone comes back", "State/Checkpoints/SavedState.cs", "if (isOurs && _seen.Add(", "if (isOurs && (valueLength >= 0 || !{is}) && _seen.Add("),
        new("an older value of a key counts", "State/Checkpoints/SavedState.cs", "_seen.Add(in _at, _blob, _at.Start + at, keyLength)", "(_seen.Add(in _at, _blob, _at.Start + at, keyLength) || {is})"),
        new("what waits for its interval is not saved", "Runtime/Committer.cs", "if (saves) reader.Save(", "if (saves && !{is}) reader.Save("),
    ];
}

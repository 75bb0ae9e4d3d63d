using System.Diagnostics;
using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sql;
using Millrace.Sqlite;
using Millrace.Stores;

namespace Millrace.Bench.Nexmark;

/// <summary>Puts a question as users do: SQL text through the public planner, one lane that is the only thread besides the committer.</summary>
static class Asking
{
    /// <summary>Asks once.</summary>
    /// <param name="text">The SQL.</param>
    /// <param name="events">The columns for a memory source named nexmark; null where the text names files.</param>
    /// <param name="sink">Where the answer goes.</param>
    /// <param name="variables">Values of ${NAME}.</param>
    /// <param name="clock">The machine's time.</param>
    /// <param name="watchState">Looks at the state now and then, which costs a little time.</param>
    /// <param name="maker">A source that makes the events while they are read.</param>
    /// <param name="onDisk">A checkpoint each second, in a folder of its own; otherwise all is in memory, with commits as often as is usual.</param>
    public static async Task<Asked> Ask(string text, MemorySource? events, Connector sink, IReadOnlyDictionary<string, string> variables, TimeProvider clock, bool watchState = false, Connector? maker = null, bool onDisk = false)
    {
        var connectors = new ConnectorList();
        if (events is not null) connectors.Memory.Add("nexmark", events);
        connectors.Add(sink);
        if (maker is not null) connectors.Add(maker);
        var compiled = SqlCompiler.Compile(onDisk ? $"SET commit_interval = '1 second';\n{text}" : text, new CompileOptions { Connectors = connectors, Variables = variables.GetValueOrDefault });
        if (compiled.Pipeline is null) throw new QuestionException(string.Join('\n', compiled.Diagnostics.Where(static d => d.Severity == Severity.Error).Select(static d => $"{d.Code} {d.Message}")));
        var folder = onDisk ? Directory.CreateTempSubdirectory("millrace-nexmark-").FullName : null;
        try
        {
            using IStore store = folder is null ? new MemoryStore() : new SqliteStore(folder);
            return await Ask(compiled.Pipeline, store, connectors, folder ?? Path.GetTempPath(), clock, watchState);
        }
        finally
        {
            if (folder is not null) Directory.Delete(folder, recursive: true);
        }
    }

    static async Task<Asked> Ask(Planning.Pipeline pipeline, IStore store, ConnectorList connectors, string folder, TimeProvider clock, bool watchState)
    {
        var start = Stopwatch.GetTimestamp();
        await using var running = await PipelineRunner.StartAsync(pipeline, new RunOptions
        {
            Store = store,
            Connectors = connectors,
            Formats = new FormatList(),
            DataDirectory = folder,
            Inline = true,
            Lanes = 1,
            Clock = clock,
        });
        var stateBytes = 0L;
        while (watchState && !running.Completion.IsCompleted)
        {
            await Task.WhenAny(running.Completion, Task.Delay(TimeSpan.FromMilliseconds(20)));
            stateBytes = Math.Max(stateBytes, running.Status().Nodes.Sum(static n => n.StateBytes));
        }
        await running.Completion;
        return new(Stopwatch.GetElapsedTime(start).TotalSeconds, stateBytes);
    }
}

/// <summary>What asking took.</summary>
/// <param name="Seconds">From the start of the pipeline to its end.</param>
/// <param name="StateBytes">The most state that was seen; 0 where nobody looked.</param>
readonly record struct Asked(double Seconds, long StateBytes);

/// <summary>The SQL of a question is refused.</summary>
sealed class QuestionException(string message) : Exception(message);

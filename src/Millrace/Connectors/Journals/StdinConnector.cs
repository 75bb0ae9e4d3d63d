using Millrace.Runtime;
using Millrace.Stores;

namespace Millrace.Connectors.Journals;

/// <summary>connector = 'stdin': what is piped in, through a durable journal.</summary>
/// <param name="open">Opens the input; the process's own unless given.</param>
public sealed class StdinConnector(Func<Stream>? open = null) : Connector
{
    /// <inheritdoc/>
    public override string Name => "stdin";

    /// <inheritdoc/>
    public override string Summary => "Reads what is piped in, through a durable journal: after a crash the next start reads what is left in the journal, then goes on with the new input.";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SourceOptions { get; } =
    [
        new("journal.finished", "drop|keep", "drop", "What a start does with the journal of an input that came to its end: 'drop' forgets it, 'keep' leaves it, and a start without checkpoint reads it before the new input."),
        .. JournalSettings.Specs,
    ];

    /// <inheritdoc/>
    public override ISource CreateSource(SourceContext context) => new StdinSource(context, open ?? Console.OpenStandardInput);
}

/// <summary>A thread that copies the input into a journal, which is read as a partition.</summary>
sealed class StdinSource(SourceContext context, Func<Stream> open) : ISource
{
    readonly CancellationTokenSource _stop = new();
    Journal? _journal;

    public bool IsBounded => true;
    /// <summary>Ends when the input is copied, or with what stopped it.</summary>
    internal Task Copying { get; private set; } = Task.CompletedTask;

    public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop)
    {
        _journal = Journal.Open(JournalSettings.Of(context, default, isContinuous: true));
        var drops = _journal.IsFinished && context.Options.Text("journal.finished", "drop") == "drop";
        if (drops && from.Count == 0) _journal.Clear();
        _journal.BeginStream();
        var partition = new JournalPartition(context.Name, _journal, from.FirstOrDefault());
        if (drops) _journal.DropCommitted();
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Copying = done.Task;
        // A read of a terminal or pipe cannot be interrupted: the thread must not keep the process alive.
        new Thread(() => Copy(done)) { IsBackground = true, Name = "stdin" }.Start();
        return new([new StdinPartition(partition, Copying)]);
    }

    void Copy(TaskCompletionSource done)
    {
        try
        {
            using var input = open();
            var buffer = new byte[1 << 20];
            while (true)
            {
                var count = input.Read(buffer);
                Append(buffer.AsMemory(0, count), isEnd: count == 0);
                if (count == 0) break;
            }
            done.SetResult();
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            done.SetCanceled(CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ConnectorException)
        {
            done.SetException(e as ConnectorException ?? new ConnectorException(Fault.External, $"source '{context.Name}': standard input cannot be read: {e.Message}", e));
        }
    }

    void Append(ReadOnlyMemory<byte> bytes, bool isEnd)
    {
        while (true)
        {
            var room = _journal!.NextRoom();
            try
            {
                _journal.AppendAsync(bytes, 0, null, isEnd, _stop.Token).AsTask().GetAwaiter().GetResult();
                return;
            }
            catch (JournalFullException)
            {
                room.Wait(_stop.Token);
            }
        }
    }

    public void Committed(IReadOnlyDictionary<int, long> positions)
    {
        if (positions.TryGetValue(0, out var position)) _journal?.Commit(position);
    }

    public ValueTask DisposeAsync()
    {
        _stop.Cancel();
        _journal?.Dispose();
        return default;
    }

    /// <summary>The journal, which fails as the copying does.</summary>
    sealed class StdinPartition(JournalPartition journal, Task copying) : IBytePartition
    {
        public int Id => 0;
        public string Name => "stdin";
        public long Position => journal.Position;
        public long? Length => null;

        public ReadResult Read(Data.Chunk chunk, CancellationToken stop)
        {
            var result = journal.Read(chunk, stop);
            if (result == ReadResult.Idle && copying.IsFaulted) copying.GetAwaiter().GetResult();
            return result;
        }

        public void Dispose() => journal.Dispose();
    }
}

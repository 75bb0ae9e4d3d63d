using System.Collections.Concurrent;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Postgres.Copies;
using Millrace.Time;

namespace Millrace.Postgres.Sources;

/// <summary>The rows of one COPY, read ahead by a thread of its own so that no lane waits for the server.</summary>
sealed class TablePartition(SourceContext context, PostgresServer server, string copy, string name, long position) : IRowPartition
{
    const int Ahead = 4;

    readonly BlockingCollection<Batch> _read = new(Ahead);
    readonly CancellationTokenSource _stop = new();
    Thread? _reader;
    volatile Exception? _failure;

    public int Id => 0;
    public string Name => name;
    public long Position { get; private set; } = position;
    public long? Length => null;
    public bool IsAtEnd => _read.IsCompleted && _failure is null;

    public Batch? Next(MemoryAccountant memory, Timestamp now)
    {
        if (_reader is null)
        {
            _reader = new(() => Read(memory)) { IsBackground = true, Name = "reads " + name };
            _reader.Start();
        }
        if (_read.TryTake(out var batch))
        {
            Position += batch.RowCount;
            return batch;
        }
        // What was read before it failed is good.
        return _read.IsCompleted && _failure is { } failure ? throw failure : null;
    }

    void Read(MemoryAccountant memory)
    {
        Batch? batch = null;
        try
        {
            using var connection = server.Open();
            using var reader = new CopyReader(connection.BeginRawBinaryCopy(copy));
            for (var row = Position; reader.NextRow(); row++)
            {
                batch ??= NewBatch(memory);
                for (var i = 0; i < batch.Columns.Count; i++)
                {
                    var field = reader.Field(out var isNull);
                    if (!CopyReader.Append(batch[i], field, isNull))
                        throw new ConnectorException(Fault.User, $"source '{context.Name}': row {row + 1:N0} of '{name}' has in '{context.Paths[i]}' a value that {context.Schema[i].Type} does not hold (more digits, NaN or infinity). Declare another type, or leave such rows out by a view of the database.");
                }
                if (++batch.RowCount < memory.BatchRows) continue;
                _read.Add(batch, _stop.Token);
                batch = null;
            }
            if (batch is not null) _read.Add(batch, _stop.Token);
            batch = null;
        }
        catch (OperationCanceledException)
        {
            // Nobody reads any more.
        }
        catch (Exception e)
        {
            _failure = PostgresServer.IsOfServer(e) ? server.Explain(e) : e;
        }
        finally
        {
            batch?.Release();
            _read.CompleteAdding();
        }
    }

    Batch NewBatch(MemoryAccountant memory)
    {
        var batch = memory.RentBatch(context.Schema);
        foreach (var field in context.Schema.Fields) batch.Add(memory.Rent(field.Type));
        return batch;
    }

    public void Dispose()
    {
        _stop.Cancel();
        _reader?.Join();
        while (_read.TryTake(out var batch)) batch.Release();
    }
}

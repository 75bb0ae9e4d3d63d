using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.State;
using Millrace.Testing;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Runtime;

/// <summary>Rows find the lane that owns their key, in their order, whether two lanes share them or more, and whether the receiver picks rows by number or gets its own.</summary>
public sealed class ExchangeTests
{
    /// <summary>Writes down the values of the rows that a lane gets.</summary>
    class Listener : IOperator
    {
        public List<long> Heard { get; } = [];

        public void OnBatch(int input, Batch batch, IOutput output) => Add(batch, Enumerable.Range(0, batch.RowCount));

        protected void Add(Batch batch, IEnumerable<int> rows) => Heard.AddRange(rows.Select(r => ((Column<long>)batch[2])[r]));
    }

    sealed class Picker : Listener, IPicksRows
    {
        public void OnRows(Batch batch, ReadOnlySpan<int> rows, IOutput output) => Add(batch, [.. rows]);
    }

    static List<long>[] Send(Exchange exchange, Expression? condition, int lanes, bool picks, IReadOnlyList<object?[]> rows, MemoryAccountant memory)
    {
        using var signal = new LaneSignal();
        var listeners = Enumerable.Range(0, lanes).Select(_ => picks ? new Picker() : new Listener()).ToArray();
        var queues = listeners.Select(l => new ExchangeQueue(4, signal, signal, new Station(1, l, [new(1, true)], new PendingStations(), new WorkClock(new VirtualClock())), 0, 0)).ToArray();
        using var sender = new ExchangeSender(exchange, condition, queues, memory);
        foreach (var part in rows.Chunk(memory.BatchRows))
        {
            var batch = StoredRows.Batch(memory, Orders.Schema, part);
            sender.OnBatch(batch);
            batch.Release();
            foreach (var queue in queues)
                while (queue.Serve()) { }
        }
        return [.. listeners.Select(l => l.Heard)];
    }

    static List<object?[]> Rows(int count)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, count).Select(i => new object?[] { (long)i, random.Next(10) == 0 ? null : "k" + random.Next(40), (long)i })];
    }

    static int OwnerOf(object?[] row, int lanes, MemoryAccountant memory)
    {
        var batch = StoredRows.Batch(memory, Orders.Schema, row);
        var hash = new ulong[1];
        KeyHash.Compute(batch, [1], [0], hash);
        batch.Release();
        return Hash64.LaneOf(Hash64.KeyGroup(hash[0]), lanes);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    [InlineData(8, true)]
    public void Each_row_goes_to_the_owner_of_its_key(int lanes, bool picks)
    {
        var memory = new MemoryAccountant(batchRows: 64);
        var rows = Rows(300);
        foreach (var condition in new[] { null, Orders.Call(">", Orders.Value, Orders.Number(100)) })
        {
            var heard = Send(Exchange.By([1]), condition, lanes, picks, rows, memory);
            for (var lane = 0; lane < lanes; lane++)
            {
                var own = rows.Where(r => (condition is null || (long)r[2]! > 100) && OwnerOf(r, lanes, memory) == lane);
                Assert.Equal(own.Select(r => (long)r[2]!), heard[lane]);
            }
        }
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Rows_without_keys_go_to_one_lane_and_broadcasts_to_all()
    {
        var memory = new MemoryAccountant(batchRows: 64);
        var rows = Rows(100);
        var all = rows.Select(r => (long)r[2]!);
        var heard = Send(Exchange.By([]), null, 3, true, rows, memory);
        Assert.Equal(all, heard[Hash64.LaneOf(Hash64.KeyGroup(Hash64.Null), 3)]);
        Assert.Equal(100, heard.Sum(h => h.Count));
        Assert.All(Send(Exchange.Broadcast, null, 3, false, rows, memory), h => Assert.Equal(all, h));
        Assert.Equal(0, memory.Alive);
    }
}

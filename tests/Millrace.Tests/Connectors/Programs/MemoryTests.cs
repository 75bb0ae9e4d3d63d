using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.Time;

namespace Millrace.Tests.Connectors.Programs;

public sealed class MemoryTests
{
    static readonly Schema s_all = new(
        new Field("a", DataType.Boolean), new Field("b", DataType.Integer), new Field("c", DataType.BigInt), new Field("d", DataType.Double), new Field("e", DataType.Decimal(10, 2)),
        new Field("f", DataType.Decimal(38, 2)), new Field("g", DataType.Text), new Field("h", DataType.Timestamp), new Field("i", DataType.Interval), new Field("j", DataType.Bytes));

    static readonly Schema s_pairs = new(new Field("k", DataType.Text), new Field("v", DataType.BigInt));

    readonly ConnectorList _connectors = new();
    readonly MemoryAccountant _memory = new();

    async Task<IRowPartition> Open(Schema schema) => (IRowPartition)Assert.Single(await _connectors.Find("memory")!.CreateSource(Reading.Context(".", schema)).OpenAsync([], default));

    [Fact]
    public async Task Values_of_every_type_come_back_as_they_were_pushed()
    {
        using (var source = new MemorySource(s_all, memory: _memory))
        {
            _connectors.Memory.Add("orders", source);
            object?[] row = [true, 1, 2L, 2.5, 12.50m, 99_999_999_999_999_999_999m, "ä", new Timestamp(5), new Interval(1, 2, 3), new byte[] { 1, 2 }];
            source.Push(row);
            source.Push(new object?[row.Length]);
            source.Complete();
            using var partition = await Open(s_all);
            var batch = partition.Next(_memory, default)!;
            Assert.Equal(row, RowValues.Read(batch, 0));
            Assert.Equal(new object?[row.Length], RowValues.Read(batch, 1));
            batch.Release();
            Assert.Null(partition.Next(_memory, default));
            Assert.True(partition.IsAtEnd);
            Assert.Equal(2, partition.Position);
        }
        Assert.Equal(0, _memory.Alive);
    }

    [Fact]
    public void Values_that_do_not_fit_are_refused_whole()
    {
        using var source = new MemorySource(new Schema(new Field("k", DataType.Text), new Field("v", DataType.Decimal(4, 2))));
        Assert.Throws<ArgumentException>(() => source.Push("a"));
        Assert.Throws<ArgumentException>(() => source.Push(1, 1m));
        Assert.Throws<ArgumentException>(() => source.Push("a", 100m));
        Assert.Throws<ArgumentException>(() => source.Push("a", 0.001m));
        Assert.Equal(0, source.Waiting);
        source.Complete();
        Assert.Throws<InvalidOperationException>(() => source.Push("a", 1m));
    }

    [Fact]
    public async Task A_batch_larger_than_the_pipelines_is_handed_on_in_parts()
    {
        var small = new MemoryAccountant(batchRows: 10);
        using (var source = new MemorySource(s_pairs))
        {
            _connectors.Memory.Add("orders", source);
            var batch = RowValues.Rent(_memory, s_pairs);
            for (var i = 0; i < 25; i++) RowValues.Append(batch, [i % 3 == 0 ? null : $"{i}", (long)i]);
            source.Push(batch);
            batch.Release();
            source.Complete();
            using var partition = await Open(s_pairs);
            var rows = new List<object?[]>();
            while (partition.Next(small, default) is { } part)
            {
                Assert.True(part.RowCount <= 10);
                for (var i = 0; i < part.RowCount; i++) rows.Add(RowValues.Read(part, i));
                part.Release();
            }
            Assert.Equal(Enumerable.Range(0, 25).Select(i => new object?[] { i % 3 == 0 ? null : $"{i}", (long)i }), rows);
        }
        Assert.Equal(0, _memory.Alive);
        Assert.Equal(0, small.Alive);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rows_go_to_partitions_in_turn_whenever_they_are_asked_for(bool asksEarly)
    {
        var small = new MemoryAccountant(batchRows: 4);
        using (var source = new MemorySource(s_pairs, memory: small, partitions: 2))
        {
            _connectors.Memory.Add("orders", source);
            var partitions = (await _connectors.Find("memory")!.CreateSource(Reading.Context(".", s_pairs)).OpenAsync([], default)).Cast<IRowPartition>().ToList();
            var rows = partitions.Select(_ => new List<object?>()).ToList();
            void Read()
            {
                for (var p = 0; p < 2; p++)
                    while (partitions[p].Next(small, default) is { } batch)
                    {
                        for (var i = 0; i < batch.RowCount; i++) rows[p].Add(RowValues.Read(batch, i)[1]);
                        batch.Release();
                    }
            }
            for (var i = 0L; i < 10; i++)
            {
                source.Push("a", i);
                if (asksEarly) Read();
            }
            var whole = RowValues.Rent(small, s_pairs);
            RowValues.Append(whole, ["b", 10L]);
            source.Push(whole);
            whole.Release();
            source.Complete();
            Read();
            Assert.Equal([0L, 1L, 2L, 3L, 8L, 9L], rows[0]);
            Assert.Equal([4L, 5L, 6L, 7L, 10L], rows[1]);
            Assert.All(partitions, p => Assert.True(p.IsAtEnd));
            foreach (var partition in partitions) partition.Dispose();
        }
        Assert.Equal(0, small.Alive);
    }

    [Fact]
    public async Task Each_partition_goes_on_from_a_position_of_its_own()
    {
        var small = new MemoryAccountant(batchRows: 2);
        using (var source = new MemorySource(s_pairs, memory: small, partitions: 2))
        {
            _connectors.Memory.Add("orders", source);
            for (var i = 0L; i < 8; i++) source.Push("a", i); // 0 1 4 5 and 2 3 6 7
            var opened = _connectors.Find("memory")!.CreateSource(Reading.Context(".", s_pairs));
            opened.Committed(new Dictionary<int, long> { [0] = 2, [1] = 4 });
            var partitions = (await opened.OpenAsync([new("orders", 0, 2), new("orders", 1, 4)], default)).Cast<IRowPartition>().ToList();
            var batch = partitions[0].Next(small, default)!;
            Assert.Equal([4L, 5L], Enumerable.Range(0, batch.RowCount).Select(i => RowValues.Read(batch, i)[1]));
            batch.Release();
            Assert.Null(partitions[1].Next(small, default));
            var error = await Assert.ThrowsAsync<ConnectorException>(async () => await opened.OpenAsync([new("orders", 0, 2), new("orders", 1, 3)], default));
            Assert.Contains("holds only those from 4 to 4", error.Message, StringComparison.Ordinal);
            foreach (var partition in partitions) partition.Dispose();
        }
        Assert.Equal(0, small.Alive);
    }

    [Fact]
    public async Task A_source_that_keeps_is_read_again_by_the_next_start()
    {
        using (var source = new MemorySource(s_pairs, keeps: true, _memory))
        {
            _connectors.Memory.Add("orders", source);
            source.Push("a", 1L);
            for (var start = 0; start < 2; start++)
            {
                using var partition = await Open(s_pairs);
                var batch = partition.Next(_memory, default)!;
                Assert.Equal(1, batch.RowCount);
                batch.Release();
                Assert.Null(partition.Next(_memory, default));
                Assert.False(partition.IsAtEnd);
            }
        }
        Assert.Equal(0, _memory.Alive);
    }

    [Fact]
    public void A_name_that_is_not_registered_and_columns_that_differ_are_errors()
    {
        using var source = new MemorySource(s_pairs);
        _connectors.Memory.Add("others", source);
        Assert.Contains("there are 'others'", Assert.Throws<ConnectorException>(() => _connectors.Memory.CreateSource(Reading.Context(".", s_pairs))).Message, StringComparison.Ordinal);
        Assert.Contains("k TEXT, v BIGINT", Assert.Throws<ConnectorException>(() => _connectors.Memory.CreateSource(Reading.Context(".", s_all, options: [("name", "others")]))).Message,
            StringComparison.Ordinal);
    }

    void Write(ISink sink, long version, params (string K, long V, int Weight)[] rows)
    {
        var batch = RowValues.Rent(_memory, s_pairs);
        batch.Weights = _memory.Rent<int>(DataType.Integer);
        foreach (var row in rows)
        {
            RowValues.Append(batch, [row.K, row.V]);
            batch.Weights.Append(row.Weight);
        }
        sink.Write([batch], version);
        batch.Release();
    }

    [Fact]
    public void A_sink_settles_rows_by_key_or_as_a_bag()
    {
        using (var sink = new MemorySink())
        {
            var target = _connectors.Memory.Add("out", sink).CreateSink(new SinkContext("out", Options.None, ".", "."));
            string Rows() => string.Join(" ", sink.Rows().Select(r => $"{r[0]}={r[1]}"));

            target.Open(s_pairs, [0], null);
            Write(target, 1, ("a", 1, 1), ("b", 2, 1), ("c", 9, 1));
            Write(target, 2, ("c", 9, -1), ("a", 3, 1)); // a row of a key replaces the one before
            Write(target, 3, ("b", 2, -1), ("b", 4, 1));
            Assert.Equal("a=3 b=4", Rows());
            Assert.Equal(3, sink.Version);

            target.Open(s_pairs, [], null);
            Assert.Equal("", Rows());
            Write(target, 1, ("a", 1, 1), ("b", 2, 2), ("a", 1, 1));
            Write(target, 2, ("b", 2, -1), ("a", 7, 1));
            target.Dispose();
            Assert.Equal("a=1 a=1 b=2 a=7", Rows());
            foreach (var batch in sink.Changes()) batch.Release();
        }
        Assert.Equal(0, _memory.Alive);
    }
}

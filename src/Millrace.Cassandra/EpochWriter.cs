using System.Buffers.Binary;
using Millrace.Cassandra.Cql;
using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Cassandra;

/// <summary>Writes the changes of one commit: each row once, rows of one partition together, many requests under way at once.</summary>
/// <remarks>Rows are encoded into one buffer, which is sent whenever it has grown to <see cref="SliceBytes"/>. Nothing is allocated per row in the steady state.</remarks>
sealed class EpochWriter
{
    const int SliceBytes = 1 << 20;

    readonly SinkSettings _settings;
    readonly CqlCluster _cluster;
    readonly WritePipe _pipe;
    readonly SinkLedger _ledger;
    readonly TableColumn[] _columns;
    readonly CqlStatement _insert, _delete;
    readonly CqlStatement[] _statements;
    readonly int _keyCount, _partitionCount;
    readonly byte[]?[] _nullKeys; // by key column: what stands for NULL, with its length
    readonly bool _groups;

    readonly CqlWriter _bytes = new(SliceBytes + 4096); // of all rows of the slice
    readonly CqlWriter _key = new();
    Row[] _rows = new Row[1024];
    int _count;
    int[] _slots = new int[2048]; // index of the first row of a partition + 1

    public EpochWriter(SinkSettings settings, CqlCluster cluster, WritePipe pipe, SinkLedger ledger, TableLayout layout, CqlStatement insert, CqlStatement delete)
    {
        (_settings, _cluster, _pipe, _ledger, _columns, _insert, _delete) = (settings, cluster, pipe, ledger, [.. layout.Columns], insert, delete);
        _statements = [insert, delete];
        _partitionCount = layout.Partition.Count();
        _keyCount = _partitionCount + layout.Clustering.Count();
        _nullKeys = [.. layout.Columns.Take(_keyCount).Select(c => NullKey(settings, c))];
        _groups = settings.BatchBytes > 0 && _keyCount > _partitionCount;
    }

    static byte[]? NullKey(SinkSettings settings, TableColumn column)
    {
        var value = new CqlWriter();
        return settings.NullKey is { } text && column.Source >= 0 && Cells.TryParse(text, column, value) ? value.Written.ToArray() : null;
    }

    /// <summary>A row of the slice: where its values are, and the next row of its partition.</summary>
    struct Row
    {
        public int Start, KeyEnd, End, Next, Last; // Last: of the first row of a partition, its last one
        public long Token;
        public bool IsDelete;
    }

    /// <summary>Takes the changes of a batch.</summary>
    /// <param name="batch">The rows; a negative weight deletes the row of that key.</param>
    /// <param name="version">The commit.</param>
    /// <param name="first">The number of the batch's first row in the commit.</param>
    public void Add(Batch batch, long version, long first)
    {
        for (var row = 0; row < batch.RowCount; row++)
        {
            var isDelete = batch.Weights is { } weights && weights[row] < 0;
            Encode(batch, row, isDelete, RowNumber(version, first + row));
            if (!_groups) SendOne(_rows[--_count]);
            if (_bytes.Length >= SliceBytes) Send();
        }
    }

    /// <summary>The number of a row without a key: the same when its commit is sent again, and no other row's.</summary>
    static long RowNumber(long version, long index) => index < 1 << 22
        ? version << 22 | index
        : throw new ConnectorException(Fault.User, "a commit adds more than 4,194,304 rows without a key. Give the rows a key, or commit more often.");

    void Encode(Batch batch, int row, bool isDelete, long rowNumber)
    {
        if (_count == _rows.Length) Array.Resize(ref _rows, _count * 2);
        ref var entry = ref _rows[_count++];
        entry = new() { Start = _bytes.Length, Next = -1, IsDelete = isDelete };
        for (var i = 0; i < _keyCount; i++)
        {
            var column = _columns[i];
            if (column.Source < 0)
            {
                _bytes.Int(8);
                _bytes.Long(rowNumber);
            }
            else if (batch[column.Source] is var values && values.IsNull(row)) _bytes.Raw(_nullKeys[i] ?? throw NoNull(column));
            else Cells.Write(values, row, column, _bytes);
            if (i == _partitionCount - 1) entry.Token = Token(_bytes.Written[entry.Start..]);
        }
        entry.KeyEnd = _bytes.Length;
        if (!isDelete)
        {
            for (var i = _keyCount; i < _columns.Length; i++)
            {
                var column = _columns[i];
                var values = batch[column.Source];
                if (values.IsNull(row)) _bytes.Null();
                else Cells.Write(values, row, column, _bytes);
            }
        }
        entry.End = _bytes.Length;
    }

    ConnectorException NoNull(TableColumn column) => new(Fault.User,
        $"a row for '{_settings.Table}' has NULL in '{column.Name}', which is in its key; Cassandra allows none there. " +
        (_settings.NullKey is null ? "Say what stands for it: null_key = '...'; or leave such rows out." : $"null_key = '{_settings.NullKey}' cannot be a value of {column.Type}."));

    /// <summary>The token of a partition key whose values, each with its length, stand at the front of a row.</summary>
    long Token(ReadOnlySpan<byte> values)
    {
        if (_partitionCount == 1) return Murmur3.Token(values[4..]);
        _key.Clear();
        for (var i = 0; i < _partitionCount; i++)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(values);
            _key.ShortBytes(values.Slice(4, length));
            _key.Byte(0);
            values = values[(4 + length)..];
        }
        return Murmur3.Token(_key.Written);
    }

    void SendOne(in Row row)
    {
        var write = Rent(row.Token);
        var (statement, end, values) = row.IsDelete ? (_delete, row.KeyEnd, _keyCount) : (_insert, row.End, _columns.Length);
        Frames.Write(write.Frame, _cluster.Version, statement, values, _bytes.Written[row.Start..end], _settings.Consistency, _ledger.NextTimestamp());
        write.Submit();
        if (!_groups) _bytes.Clear();
    }

    WritePipe.Write Rent(long token)
    {
        var write = _pipe.Rent();
        (write.Token, write.Statements) = (token, _statements);
        return write;
    }

    /// <summary>Sends what has been taken.</summary>
    public void Send()
    {
        Chain();
        for (var i = 0; i < _count; i++)
            if (_rows[i].Last >= 0) SendPartition(i);
        _count = 0;
        _bytes.Clear(keep: 4 * SliceBytes);
    }

    /// <summary>Links the rows of each partition; those of one token are one partition, but for hash collisions, which only cost a batch that two nodes share.</summary>
    void Chain()
    {
        if (_slots.Length < _count * 2) _slots = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)_count * 2)];
        _slots.AsSpan().Clear();
        var mask = _slots.Length - 1;
        for (var i = 0; i < _count; i++)
        {
            ref var row = ref _rows[i];
            var slot = (int)(row.Token >> 20) & mask;
            while (_slots[slot] != 0 && _rows[_slots[slot] - 1].Token != row.Token) slot = slot + 1 & mask;
            if (_slots[slot] == 0)
            {
                _slots[slot] = i + 1;
                row.Last = i;
                continue;
            }
            row.Last = -1;
            ref var first = ref _rows[_slots[slot] - 1];
            _rows[first.Last].Next = i;
            first.Last = i;
        }
    }

    void SendPartition(int first)
    {
        while (first >= 0)
        {
            // As many rows as fit, at least one.
            var (count, bytes, next) = (0, 0, first);
            for (; next >= 0; next = _rows[next].Next, count++)
            {
                var size = _rows[next].End - _rows[next].Start + 24;
                if (count > 0 && bytes + size > _settings.BatchBytes || count == ushort.MaxValue) break;
                bytes += size;
            }
            if (count == 1) SendOne(_rows[first]);
            else SendBatch(first, count);
            first = next;
        }
    }

    void SendBatch(int first, int count)
    {
        var write = Rent(_rows[first].Token);
        var frame = Frames.BeginBatch(write.Frame, _cluster.Version, count);
        for (var at = first; count > 0; count--, at = _rows[at].Next)
        {
            ref var row = ref _rows[at];
            var (statement, end, values) = row.IsDelete ? (_delete, row.KeyEnd, _keyCount) : (_insert, row.End, _columns.Length);
            Frames.BatchStatement(write.Frame, statement, values, _bytes.Written[row.Start..end]);
        }
        Frames.EndBatch(write.Frame, _cluster.Version, frame, _settings.Consistency, _ledger.NextTimestamp());
        write.Submit();
    }

    /// <summary>Forgets what was not sent.</summary>
    public void Forget()
    {
        _count = 0;
        _bytes.Clear();
    }
}

using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators.Distinct;
using Millrace.Operators.Frames;
using Millrace.Operators.Ranking;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Models;

/// <summary>Rows that wait until the final frontier has passed their time, and then come out in its order, batch by batch.</summary>
/// <remarks>
/// In a checkpoint each row that waits is an entry of its own, written once and taken out once; rows that come and go between two checkpoints are never written.
/// Cost: a copy in, a copy out, and a sort of what is due.
/// </remarks>
sealed class RowsByTime : IDisposable
{
    const int ForgetAtLeast = 4096;

    readonly OperatorContext _context;
    readonly EventTime _time;
    readonly string _view;
    readonly Schema _given;
    readonly RowSlots _rows;
    readonly RowOrder? _order;
    readonly PendingRows _pending;
    readonly DueRows _due = new();
    readonly LateRows _late;
    readonly Comparison<int> _compare;
    readonly int[] _accepted, _slots;
    readonly List<(int Slot, long Id)> _unsaved = [];
    readonly List<(ulong Hash, long Id)> _gone = [];
    readonly ImmutableArray<int> _partition;
    readonly ulong[] _batchHashes;
    ulong[] _hashes = []; // by slot: by which its lane is found again
    long[] _ids = []; // by slot: its name in checkpoints
    bool[] _isSaved = [];
    long _lastId;
    int _next; // of what is due
    Batch? _batch;
    int _first; // of what is due, in the batch

    /// <summary>Creates room for rows.</summary>
    /// <param name="schema">Their columns.</param>
    /// <param name="kept">For each whether it is read again; the others come out NULL. null = all are, and rows of one moment come out in the order of whole rows.</param>
    /// <param name="given">The columns of the batches that they come out in, theirs first.</param>
    /// <param name="time">When a row is known.</param>
    /// <param name="view">Who hears of late rows.</param>
    /// <param name="context">Where memory comes from.</param>
    /// <param name="partition">Columns by which rows find their lane; none = all go to one.</param>
    public RowsByTime(Schema schema, IReadOnlyList<bool>? kept, Schema given, EventTime time, string view, OperatorContext context, params ImmutableArray<int> partition)
    {
        _partition = partition;
        (_context, _time, _view, _given) = (context, time, view, given);
        _rows = new(schema, context.Memory, context.Owner, kept);
        if (kept is null) _order = new([], _rows, schema.Count, context.Owner);
        _compare = _order is null ? (_, _) => 0 : _order.Compare;
        _pending = new(MemoryAccountant.DefaultBatchRows, context.Owner);
        var length = context.Memory.BatchRows;
        _late = new(length);
        (_accepted, _slots, _batchHashes) = (new int[length], new int[length], new ulong[length]);
    }

    /// <summary>Rows that wait.</summary>
    public int Count => _rows.Count;

    /// <summary>Takes rows; those that come too late or have no time are reported.</summary>
    public void Add(Batch batch, Frontier frontier)
    {
        var rows = _accepted.AsSpan(0, Accept(batch, frontier.Final.Microseconds));
        if (batch.Weights is not { } weights || !weights.Values.ContainsAnyExcept(1)) Keep(batch, rows);
        else
        {
            // A row that stands there twice is two rows.
            for (var i = 0; i < rows.Length; i++)
                for (var copy = weights[rows[i]]; copy > 0; copy--) Keep(batch, rows.Slice(i, 1));
        }
        if (_unsaved.Count > ForgetAtLeast && _unsaved.Count > 2 * _rows.Count) _unsaved.RemoveAll(u => !Waits(u));
    }

    int Accept(Batch batch, long final)
    {
        var times = (Column<long>)batch[_time.Column];
        var (count, timeless) = (0, 0);
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (times.IsNull(row))
            {
                timeless++;
                continue;
            }
            var mark = batch.Watermarks is { } watermarks ? Math.Max(final, watermarks[row]) : final;
            var known = KnownAt(times[row]);
            if (known < mark) _late.Add(row, known, mark);
            else _accepted[count++] = row;
        }
        _late.Report(batch, _context.Reports, _view);
        if (timeless > 0) _context.Reports.Timeless(timeless, _view);
        return count;
    }

    long KnownAt(long time) => time > long.MaxValue - _time.LagMicroseconds ? long.MaxValue : time + _time.LagMicroseconds;

    void Keep(Batch batch, ReadOnlySpan<int> rows)
    {
        var slots = _slots.AsSpan(0, rows.Length);
        for (var i = 0; i < slots.Length; i++) slots[i] = _rows.Take();
        _rows.Set(slots, batch, rows);
        EnsureSlots();
        KeyHash.Compute(batch, _partition, rows, _batchHashes);
        var times = (Column<long>)batch[_time.Column];
        for (var i = 0; i < slots.Length; i++)
        {
            var slot = slots[i];
            (_ids[slot], _isSaved[slot], _hashes[slot]) = (++_lastId, false, _batchHashes[i]);
            _unsaved.Add((slot, _lastId));
            _pending.Add(slot, KnownAt(times[rows[i]]));
        }
    }

    void EnsureSlots()
    {
        _order?.EnsureSlots(_rows.Limit);
        if (_rows.Limit <= _ids.Length) return;
        var length = Math.Max(_rows.Limit, Math.Max(16, _ids.Length * 2));
        _context.Owner.Charge(17L * (length - _ids.Length));
        Array.Resize(ref _ids, length);
        Array.Resize(ref _isSaved, length);
        Array.Resize(ref _hashes, length);
    }

    /// <summary>Puts in order what the final frontier has passed; the rows before are all read.</summary>
    public void Advance(Timestamp final)
    {
        System.Diagnostics.Debug.Assert(_batch is null && _next == _due.Count);
        _due.Clear();
        _next = 0;
        _pending.TakeBefore(final.Microseconds, _due);
        _due.Sort(_compare);
    }

    /// <summary>The batch that rows are read from; its owner keeps it by taking another reference.</summary>
    public Batch Batch => _batch!;

    /// <summary>The row at hand in <see cref="Batch"/>.</summary>
    public int Row { get; private set; }

    /// <summary>When the row at hand is known.</summary>
    public long Known => _due.TimeOf(_first + Row);

    /// <summary>Begins the next batch of due rows.</summary>
    /// <returns>Whether there is one.</returns>
    public bool ReadBatch()
    {
        _batch?.Release();
        _batch = null;
        var count = Math.Min(_slots.Length, _due.Count - _next);
        if (count == 0) return false;
        (_first, Row) = (_next, 0);
        var slots = _slots.AsSpan(0, count);
        for (var i = 0; i < count; i++) slots[i] = _due[_next++];
        _batch = _context.Memory.RentBatch(_given);
        _rows.AppendTo(slots, _batch);
        foreach (var slot in slots)
        {
            if (_isSaved[slot]) _gone.Add((_hashes[slot], _ids[slot]));
            _ids[slot] = 0;
            _rows.Free(slot);
        }
        return true;
    }

    /// <summary>Goes on to the next row of the batch.</summary>
    /// <returns>Whether there is one.</returns>
    public bool NextRow() => ++Row < _batch!.RowCount;

    bool Waits((int Slot, long Id) row) => _ids[row.Slot] == row.Id;

    /// <summary>Writes the rows that have come since, and which are gone; none is due.</summary>
    public void Save(StateSaver saver, long part)
    {
        saver.BeginPart(part);
        foreach (var (hash, id) in _gone)
        {
            Key(saver.BeginEntry(), hash, id);
            saver.EndGone();
        }
        _gone.Clear();
        foreach (var row in _unsaved)
        {
            if (!Waits(row)) continue;
            Key(saver.BeginEntry(), _hashes[row.Slot], row.Id);
            _rows.Save(row.Slot, saver.BeginValue());
            saver.EndEntry();
            _isSaved[row.Slot] = true;
        }
        _unsaved.Clear();
    }

    static void Key(StateWriter writer, ulong hash, long id)
    {
        writer.Write(hash);
        writer.Write(id);
    }

    /// <summary>Reads back a row.</summary>
    public void Load(ref StateReader reader)
    {
        var hash = reader.Read<ulong>();
        var id = reader.Read<long>();
        var slot = _rows.Load(ref reader);
        EnsureSlots();
        (_ids[slot], _isSaved[slot], _hashes[slot]) = (id, true, hash);
        _lastId = Math.Max(_lastId, id);
        _pending.Add(slot, KnownAt(((FixedSlots<long>)_rows[_time.Column]).Values[slot]));
    }

    public void Dispose()
    {
        _batch?.Release();
        _batch = null;
        _rows.Dispose();
        _order?.Dispose();
        _pending.Dispose();
        _context.Owner.Charge(-17L * _ids.Length);
        (_ids, _isSaved, _hashes) = ([], [], []);
    }
}

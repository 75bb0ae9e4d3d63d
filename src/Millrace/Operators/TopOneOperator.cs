using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators.Ranking;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>The first row of each partition where rows are only added: an array entry a partition.</summary>
/// <remarks>
/// A row that cannot be first costs the look-up of its partition and one comparison. What may be first is copied column by column, then compared. A partition is told at the
/// barrier, once however often its row changed, and before time passes it.
/// </remarks>
sealed class TopOneOperator : IOperator, IStateful
{
    readonly TopN _node;
    readonly Partitions _partitions;
    readonly RowSlots _rows;
    readonly RowOrder _order;
    readonly SlotOutput _out;
    readonly MemoryOwner _owner;
    readonly ulong[] _leads;
    readonly int[] _candidates, _candidateRows, _candidateSlots;
    int _count, _position;
    Entry[] _entries = []; // by partition
    bool _tells, _advances;
    Frontier _frontier = Frontier.Start;

    /// <summary>A partition: its first row and the row that was told as slot + 1, and the first row's <see cref="LeadingKey"/>.</summary>
    struct Entry
    {
        public int First, Told;
        public ulong Lead;
    }

    public TopOneOperator(TopN node, OperatorContext context)
    {
        (_node, _owner) = (node, context.Owner);
        _partitions = new(node, context);
        _rows = new(node.Schema, context.Memory, context.Owner);
        _order = new(node.Order, _rows, node.Schema.Count, context.Owner);
        _out = new(node.Schema, _rows, withNumber: false, context.Memory);
        var rows = context.Memory.BatchRows;
        (_leads, _candidates, _candidateRows, _candidateSlots) = (new ulong[rows], new int[rows], new int[rows], new int[rows]);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        FinishTelling(output);
        if (batch.RowCount == 0) return;
        LeadingKey.Compute(batch, _node.Order, _leads);
        var numbers = _partitions.Find(batch, _frontier);
        Grow();
        var isForEver = _partitions.AreForEver;
        for (var row = 0; row < numbers.Length; row++)
        {
            var number = numbers[row];
            if (!(isForEver && _entries[number].First != 0) && !Belongs(batch, row, number, output)) continue;
            ref var entry = ref _entries[number];
            if (entry.First != 0 && _leads[row] > entry.Lead) continue;
            (_candidates[_count], _candidateRows[_count]) = (number, row);
            _count++;
        }
        _partitions.Report(batch);
        Offer(batch);
    }

    /// <summary>Whether a row that must be judged belongs to its partition, which it may begin.</summary>
    bool Belongs(Batch batch, int row, int number, IOutput output)
    {
        var verdict = _partitions.Judge(batch, row, number, 1);
        if (verdict == Verdict.LeftOut) return false;
        if (verdict == Verdict.Begins)
        {
            _partitions.Begin(number);
            _entries[number] = default;
        }
        else if (verdict == Verdict.BeginsAnew)
        {
            Offer(batch);
            Tell(number, output);
            Drop(number);
        }
        return true;
    }

    /// <summary>Copies the candidates, and lets each that stands before the first of its partition take its place.</summary>
    void Offer(Batch batch)
    {
        if (_count == 0) return;
        for (var i = 0; i < _count; i++) _candidateSlots[i] = _rows.Take();
        var slots = _candidateSlots.AsSpan(0, _count);
        _rows.Set(slots, batch, _candidateRows.AsSpan(0, _count));
        _order.EnsureSlots(_rows.Limit);
        for (var i = 0; i < slots.Length; i++) _order.SetLead(slots[i], _leads[_candidateRows[i]]);
        for (var i = 0; i < slots.Length; i++)
        {
            var (number, slot) = (_candidates[i], slots[i]);
            ref var entry = ref _entries[number];
            if (entry.First != 0 && _order.Compare(slot, entry.First - 1) >= 0)
            {
                _rows.Free(slot);
                continue;
            }
            if (entry.First != 0 && entry.First != entry.Told) _rows.Free(entry.First - 1);
            (entry.First, entry.Lead) = (slot + 1, _leads[_candidateRows[i]]);
            _partitions.Touch(number);
        }
        _count = 0;
    }

    void Grow()
    {
        if (_partitions.Keys.Limit <= _entries.Length) return;
        var length = Math.Max(_partitions.Keys.Limit, _entries.Length * 2);
        _owner.Charge(16L * (length - _entries.Length));
        Array.Resize(ref _entries, length);
    }

    /// <summary>Tells the change of a partition.</summary>
    /// <returns>Whether a batch was emitted.</returns>
    bool Tell(int number, IOutput output)
    {
        if (!_partitions.Settle(number)) return false;
        var pushed = false;
        ref var entry = ref _entries[number];
        if (entry.Told != 0)
        {
            pushed = _out.Add(entry.Told - 1, -1, 0, output);
            _out.FreeAfterwards(entry.Told - 1);
        }
        entry.Told = entry.First;
        return _out.Add(entry.First - 1, 1, 0, output) | pushed;
    }

    /// <summary>Lets go of a partition's row, which is told.</summary>
    void Drop(int number)
    {
        _out.FreeAfterwards(_entries[number].First - 1);
        _entries[number] = default;
    }

    public void OnBarrier(long epoch, IOutput output)
    {
        FinishTelling(output);
        _tells = true;
        Resume(output);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        FinishTelling(output);
        _frontier = frontier;
        _tells = frontier == Frontier.End; // what time never passes is told before the end
        _advances = true;
        Resume(output);
    }

    public bool Resume(IOutput output)
    {
        if (_tells)
        {
            var touched = _partitions.Touched;
            while (_position < touched.Count)
                if (Tell(touched[_position++], output) && output.IsFull) return true;
            touched.Clear();
            _position = 0;
            _tells = false;
            _out.Flush(output);
            _partitions.Keys.SweepIfDue();
        }
        if (!_advances) return false;
        while (_partitions.NextPassed(_frontier) is var number and >= 0)
        {
            var pushed = Tell(number, output);
            Drop(number);
            _partitions.Forget(number);
            if (pushed && output.IsFull) return true;
        }
        _out.Flush(output);
        if (_partitions.Touched.Count == 0) _partitions.Keys.SweepIfDue();
        _advances = false;
        output.Advance(_frontier);
        return false;
    }

    void FinishTelling(IOutput output)
    {
        while (_tells || _advances) Resume(output);
    }

    public void Dispose()
    {
        _partitions.Dispose();
        _rows.Dispose();
        _order.Dispose();
        _owner.Charge(-16L * _entries.Length);
        _entries = [];
    }

    public long StateRows => _rows.Count;

    public void SaveCommon(StateWriter writer)
    {
        writer.Write(_frontier);
        _partitions.SaveCommon(writer);
    }

    public void LoadCommon(ref StateReader reader)
    {
        _frontier = reader.Read<Frontier>();
        _partitions.LoadCommon(ref reader);
    }

    public void Save(StateSaver saver)
    {
        var writer = saver.Writer;
        foreach (var number in _partitions.Keys.SaveChanged(saver))
        {
            _partitions.Save(number, writer);
            writer.Write(_entries[number].Lead);
            _rows.Save(_entries[number].First - 1, writer);
        }
    }

    public void Load(long part, ref StateReader reader)
    {
        var number = _partitions.Load(ref reader);
        Grow();
        var lead = reader.Read<ulong>();
        var slot = _rows.Load(ref reader);
        _order.EnsureSlots(_rows.Limit);
        _order.SetLead(slot, lead);
        _entries[number] = new() { First = slot + 1, Told = slot + 1, Lead = lead };
    }
}

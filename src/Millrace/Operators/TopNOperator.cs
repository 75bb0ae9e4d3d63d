using Millrace.Data;
using Millrace.Operators.Ranking;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>The first rows of each partition: sorted sets of rows, told once a barrier where they changed.</summary>
/// <remarks>
/// Where rows are only added no more are kept than can be shown, and one comparison with the last of them turns most rows away. Where rows are taken back all are kept, because
/// any may move up. A row that is taken back before it has come is owed: the row itself then never shows. Telling goes through the first rows of a changed partition once.
/// </remarks>
sealed partial class TopNOperator : IOperator, IStateful
{
    readonly TopN _node;
    readonly bool _keepsAll; // rows may be taken back
    readonly Partitions _partitions;
    readonly RowSlots _rows;
    readonly RowOrder _order;
    readonly SlotTrees _trees;
    readonly SlotOutput _out;
    readonly MemoryOwner _owner;
    readonly ulong[] _leads;
    readonly int[] _candidates, _candidateRows, _candidateSlots, _candidateWeights;
    int _count, _position;
    Part[] _parts = []; // by partition
    Place[] _places = []; // by slot
    readonly List<(int Slot, long Rank)> _shown = [];
    bool _tells, _advances;
    Frontier _frontier = Frontier.Start;

    /// <summary>A partition: its rows and the rows that are owed as roots of trees, the first of the rows told as slot + 1.</summary>
    struct Part
    {
        public int Rows, Owed, Told;
        public long Count;
    }

    /// <summary>Where a slot stands: whether in a tree, the rank it was told with (0 = not told) and the next row told, the rank it has now while its partition is told.</summary>
    struct Place
    {
        public bool IsKept;
        public int NextTold;
        public long Told, Now;
    }

    public TopNOperator(TopN node, OperatorContext context)
    {
        (_node, _owner) = (node, context.Owner);
        _keepsAll = node.Input.Mode == ChangeMode.Retract && context.Demand != Demand.Final;
        _partitions = new(node, context);
        var input = node.Input.Schema;
        _rows = new(input, context.Memory, context.Owner);
        _order = new(node.Order, _rows, input.Count, context.Owner);
        _trees = new(_order, context.Owner);
        _out = new(node.Schema, _rows, node.WithRank, context.Memory);
        var rows = context.Memory.BatchRows;
        (_leads, _candidates, _candidateRows, _candidateSlots, _candidateWeights) = (new ulong[rows], new int[rows], new int[rows], new int[rows], new int[rows]);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        FinishTelling(output);
        if (batch.RowCount == 0) return;
        LeadingKey.Compute(batch, _node.Order, _leads);
        var numbers = _partitions.Find(batch, _frontier);
        Grow();
        var isForEver = _partitions.AreForEver;
        var turnsAway = !_keepsAll && _node.Kind == RankKind.RowNumber;
        for (var row = 0; row < numbers.Length; row++)
        {
            var number = numbers[row];
            var weight = batch.Weights is { } weights ? weights[row] : 1;
            if (weight == 0) continue;
            if (!(isForEver && _partitions.Keys.IsHeld(number)) && !Belongs(batch, row, number, weight, output)) continue;
            if (turnsAway && _parts[number].Count >= _node.Limit && _leads[row] > _order.LeadOf(_trees.Last(_parts[number].Rows))) continue;
            (_candidates[_count], _candidateRows[_count], _candidateWeights[_count]) = (number, row, weight);
            _count++;
        }
        _partitions.Report(batch);
        Offer(batch);
    }

    /// <summary>Whether a row that must be judged belongs to its partition, which it may begin.</summary>
    bool Belongs(Batch batch, int row, int number, int weight, IOutput output)
    {
        var verdict = _partitions.Judge(batch, row, number, weight);
        if (verdict == Verdict.LeftOut) return false;
        if (verdict == Verdict.Begins)
        {
            _partitions.Begin(number);
            _parts[number] = default;
        }
        else if (verdict == Verdict.BeginsAnew)
        {
            Offer(batch);
            Tell(number, output);
            Drop(number);
        }
        return true;
    }

    /// <summary>Copies the candidates and adds them to their partitions, or takes them back.</summary>
    void Offer(Batch batch)
    {
        if (_count == 0) return;
        for (var i = 0; i < _count; i++) _candidateSlots[i] = _rows.Take();
        _rows.Set(_candidateSlots.AsSpan(0, _count), batch, _candidateRows.AsSpan(0, _count));
        GrowSlots();
        for (var i = 0; i < _count; i++)
        {
            var (number, slot, weight) = (_candidates[i], _candidateSlots[i], _candidateWeights[i]);
            _places[slot] = default;
            _order.SetLead(slot, _leads[_candidateRows[i]]);
            if (weight > 0) Add(number, slot);
            else TakeBack(number, slot);
            for (var copies = Math.Abs(weight); copies > 1; copies--)
            {
                var copy = _rows.Take();
                _rows.Set([copy], batch, _candidateRows.AsSpan(i, 1));
                GrowSlots();
                _places[copy] = default;
                _order.SetLead(copy, _leads[_candidateRows[i]]);
                if (weight > 0) Add(number, copy);
                else TakeBack(number, copy);
            }
        }
        _count = 0;
    }

    void Add(int number, int slot)
    {
        ref var part = ref _parts[number];
        if (part.Owed != 0 && _trees.RemoveEqual(ref part.Owed, slot) is var owed and >= 0)
        {
            _rows.Free(owed);
            _rows.Free(slot);
            return;
        }
        _trees.Add(ref part.Rows, slot);
        _places[slot].IsKept = true;
        part.Count++;
        if (!_keepsAll && _node.Kind == RankKind.RowNumber && part.Count > _node.Limit)
        {
            var last = _trees.RemoveLast(ref part.Rows);
            Leave(last);
            part.Count--;
            if (last == slot) return;
        }
        _partitions.Touch(number);
    }

    void TakeBack(int number, int slot)
    {
        ref var part = ref _parts[number];
        var kept = _trees.RemoveEqual(ref part.Rows, slot);
        _partitions.Touch(number);
        if (kept < 0)
        {
            _trees.Add(ref part.Owed, slot);
            return;
        }
        _rows.Free(slot);
        part.Count--;
        Leave(kept);
    }

    /// <summary>A row has left its partition; while it stands told it is still needed.</summary>
    void Leave(int slot)
    {
        _places[slot].IsKept = false;
        if (_places[slot].Told == 0) _rows.Free(slot);
    }

    void Grow()
    {
        if (_partitions.Keys.Limit <= _parts.Length) return;
        var length = Math.Max(_partitions.Keys.Limit, _parts.Length * 2);
        _owner.Charge(24L * (length - _parts.Length));
        Array.Resize(ref _parts, length);
    }

    void GrowSlots()
    {
        _order.EnsureSlots(_rows.Limit);
        _trees.EnsureSlots(_rows.Limit);
        if (_rows.Limit <= _places.Length) return;
        var length = Math.Max(_rows.Limit, Math.Max(16, _places.Length * 2));
        _owner.Charge(24L * (length - _places.Length));
        Array.Resize(ref _places, length);
    }

    /// <summary>Finds the rows of a partition that show, and their ranks; what can never show is let go of.</summary>
    void Show(int number)
    {
        ref var part = ref _parts[number];
        _shown.Clear();
        var walk = _trees.Begin(part.Rows);
        long position = 0, rank = 0, before = -1;
        while (walk.Next())
        {
            position++;
            rank = _node.Kind switch
            {
                RankKind.RowNumber => position,
                _ when before >= 0 && _order.ArePeers((int)before, walk.Slot) => rank,
                RankKind.Rank => position,
                _ => rank + 1,
            };
            if (rank > _node.Limit) break;
            before = walk.Slot;
            _shown.Add((walk.Slot, _node.WithRank ? rank : 1));
        }
        if (_keepsAll) return;
        for (; part.Count > _shown.Count; part.Count--) Leave(_trees.RemoveLast(ref part.Rows));
    }

    /// <summary>Tells the changes of a partition: first what is taken back, then what is new, in the order of ranks.</summary>
    /// <returns>Whether a batch was emitted.</returns>
    bool Tell(int number, IOutput output)
    {
        if (!_partitions.Settle(number)) return false;
        Show(number);
        var pushed = false;
        foreach (var (slot, rank) in _shown) _places[slot].Now = rank;
        ref var part = ref _parts[number];
        for (var next = part.Told; next != 0;)
        {
            ref var place = ref _places[next - 1];
            if (place.Told != place.Now)
            {
                pushed |= _out.Add(next - 1, -1, place.Told, output);
                place.Told = 0;
                if (!place.IsKept) _out.FreeAfterwards(next - 1);
            }
            next = place.NextTold;
        }
        part.Told = 0;
        for (var i = _shown.Count - 1; i >= 0; i--)
        {
            ref var place = ref _places[_shown[i].Slot];
            (place.NextTold, part.Told) = (part.Told, _shown[i].Slot + 1);
        }
        foreach (var (slot, rank) in _shown)
        {
            ref var place = ref _places[slot];
            if (place.Told != rank) pushed |= _out.Add(slot, 1, rank, output);
            (place.Told, place.Now) = (rank, 0);
        }
        return pushed;
    }

    /// <summary>Lets go of the rows of a partition, which is told.</summary>
    void Drop(int number)
    {
        ref var part = ref _parts[number];
        while (part.Rows != 0) _out.FreeAfterwards(_trees.RemoveLast(ref part.Rows));
        while (part.Owed != 0) _out.FreeAfterwards(_trees.RemoveLast(ref part.Owed));
        part = default;
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
            {
                var number = touched[_position++];
                var pushed = Tell(number, output);
                if (_partitions.Keys.IsHeld(number) && _parts[number] is { Rows: 0, Owed: 0 }) _partitions.Forget(number);
                if (pushed && output.IsFull) return true;
            }
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
        _trees.Dispose();
        _owner.Charge(-24L * _parts.Length - 24L * _places.Length);
        (_parts, _places) = ([], []);
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Operators.Aggregation;

/// <summary>Assigns the rows of a batch to slices of time, and sets aside those that are too late or have no time.</summary>
/// <remarks>
/// Most batches lie within one slice, which one pass of vector minima and maxima shows; then nothing is done by row. Otherwise a row costs two comparisons while
/// it stays in the slices of the last rows, and rows are put in order of their slices, so that everything after works slice by slice. Panes of one length in which nothing
/// is late are a multiplication a row; with keys rows then stay in their order (<see cref="MixedSlices"/>), without keys they are counted.
/// </remarks>
sealed class RowSlicer
{
    /// <summary>Panes of a batch that are remembered besides the two of the last rows: rows out of order go back and forth between short panes.</summary>
    const int PanesKept = 16;

    /// <summary>Panes of one length that a batch may touch to be counted through.</summary>
    const int PanesCounted = 64;

    readonly Panes _panes;
    readonly long _length;
    readonly Aggregate _node;
    readonly IReports _reports;
    readonly SliceList _slices;
    readonly Hops? _hops;
    readonly List<(long Window, long End)> _overlapping = []; // of the times at hand, earlier windows first
    int[] _accepted, _slots, _sorted;
    readonly List<Slice> _met = [];
    readonly List<(Slice Slice, int Start, int End)> _segments = [];
    int[] _counts = new int[16];
    readonly bool _overlaps, _hasKeys, _handsOn;
    readonly Pane[] _recent = new Pane[PanesKept]; // of the batch at hand, by the last bits of their numbers
    Pane _now, _before; // the panes of the last rows
    Frontier _frontier;
    Column<long>? _sets;
    int[] _lateRows = new int[16];
    long[] _lateEnds = new long[16];
    long[] _lateMarks = new long[16];
    int _late;

    /// <summary>Creates a slicer.</summary>
    /// <param name="panes">What rows fall into.</param>
    /// <param name="node">Whose rows.</param>
    /// <param name="context">Who hears of late rows.</param>
    /// <param name="slices">Takes the slices.</param>
    /// <param name="hops">Windows of several panes, or null.</param>
    /// <param name="handsOn">Rows that are late for any window are neither taken nor reported but handed on: somebody else judges them.</param>
    public RowSlicer(Panes panes, Aggregate node, OperatorContext context, SliceList slices, Hops? hops, bool handsOn = false)
    {
        (_panes, _node, _reports, _slices, _hops, _handsOn) = (panes, node, context.Reports, slices, hops, handsOn);
        (_overlaps, _length) = (panes.Overlaps, panes.Length);
        // Counting all rows without keys needs no more than how many they are.
        _hasKeys = !node.Keys.IsEmpty;
        NeedsRows = _hasKeys || node.Input.Mode == ChangeMode.Retract || node.Calls.Any(c => !c.Arguments.IsEmpty || c.Filter >= 0);
        var rows = context.Memory.BatchRows;
        (_accepted, _slots, _sorted) = (new int[rows], new int[rows], new int[rows]);
        Rows = _accepted;
    }

    /// <summary>Whether anybody asks which rows fall into a slice, and not only how many.</summary>
    public bool NeedsRows { get; }

    /// <summary>The one slice that all rows of the batch fall into, or null.</summary>
    public Slice? Whole { get; private set; }

    /// <summary>The slices of the rows as they stand, where there are several and rows need not be put in their order.</summary>
    public MixedSlices Mixed { get; } = new(PanesCounted);

    /// <summary>The accepted rows, slice by slice as <see cref="Segments"/> says, where there is no <see cref="Whole"/>.</summary>
    public int[] Rows { get; private set; }

    /// <summary>Slices and where their rows stand in <see cref="Rows"/>.</summary>
    public List<(Slice Slice, int Start, int End)> Segments => _segments;

    /// <summary>Rows that are for somebody else to judge.</summary>
    public ReadOnlySpan<int> HandedOn => _handsOn ? _lateRows.AsSpan(0, _late) : [];

    /// <summary>Assigns the rows of a batch.</summary>
    /// <param name="batch">The rows.</param>
    /// <param name="picked">Those that count, or empty where all do.</param>
    /// <param name="frontier">How far time has come.</param>
    public void Assign(Batch batch, ReadOnlySpan<int> picked, Frontier frontier)
    {
        var times = (Column<long>)batch[_node.Window!.TimeColumn];
        _frontier = frontier;
        _sets = _node.Sets is { } sets ? (Column<long>)batch[sets.Column] : null;
        _now = _before = Pane.None;
        _recent.AsSpan().Fill(Pane.None);
        Whole = null;
        _late = 0;
        Mixed.Clear();
        _segments.Clear();
        if (!_overlaps && !times.HasNulls)
        {
            var (least, most) = Range(times.Values);
            if (AssignWhole(batch, least, most) || batch.Watermarks is null && AssignCounted(times.Values, picked, least, most)) return;
        }
        var count = AssignRows(batch, picked, times);
        if (_late > 0 && !_handsOn)
            foreach (var view in _node.Views) _reports.Late(batch, _lateRows.AsSpan(0, _late), _lateEnds.AsSpan(0, _late), _lateMarks.AsSpan(0, _late), view);
        Arrange(count, batch.RowCount);
    }

    bool AssignWhole(Batch batch, long least, long most)
    {
        if (least == long.MinValue || most == long.MaxValue) return false;
        Locate(least);
        if (most >= _now.End || _now.First > _now.Last) return false;
        var limit = _frontier.Final.Microseconds;
        if (batch.Watermarks is { } watermarks) limit = Math.Max(limit, Range(watermarks.Values).Most);
        if (_now.FirstEnd <= limit) return false;
        Whole = SliceOf(ref _now);
        return true;
    }

    /// <summary>Panes of one length: each row's is a matter of arithmetic, and rows are put in their order by counting.</summary>
    /// <returns>Whether it could be done; otherwise nothing has happened.</returns>
    bool AssignCounted(ReadOnlySpan<long> times, ReadOnlySpan<int> picked, long least, long most)
    {
        if (_length is 0 or > long.MaxValue / (2 * PanesCounted) || least == long.MinValue || most == long.MaxValue) return false;
        var first = _panes.Of(least);
        var panes = _panes.Of(most) - first + 1;
        if (panes > PanesCounted || _panes.StartOf(first) == long.MinValue) return false;
        for (var pane = first; pane < first + panes; pane++)
        {
            var window = _panes.FirstWindow(pane);
            if (window > _panes.LastWindow(pane) || _panes.Windows.EndOf(window) <= _frontier.Final.Microseconds) return false;
        }
        var rows = picked.IsEmpty ? times.Length : picked.Length;
        var slots = _slots.AsSpan(0, rows);
        var beginning = _panes.StartOf(first);
        if (picked.IsEmpty) Number(times, beginning, _length, slots);
        else NumberPicked(times, picked, beginning, _length, slots);
        if (_hasKeys) Mix(slots, first);
        else Count(slots, picked, first, panes);
        return true;
    }

    /// <summary>Leaves rows in their order: each finds its group by the number of its slice.</summary>
    void Mix(ReadOnlySpan<int> slots, long first)
    {
        var met = 0UL;
        foreach (var slot in slots) met |= 1UL << slot;
        Mixed.Begin(_slots);
        for (; met != 0; met &= met - 1)
        {
            var slot = BitOperations.TrailingZeroCount(met);
            Mixed.Add(slot, SliceOf(first + slot));
        }
    }

    /// <summary>Puts rows in the order of their slices by counting.</summary>
    void Count(ReadOnlySpan<int> slots, ReadOnlySpan<int> picked, long first, long panes)
    {
        Span<int> counts = stackalloc int[PanesCounted];
        Histogram(slots, counts);
        Span<int> next = stackalloc int[PanesCounted];
        var start = 0;
        for (var slot = 0; slot < panes; slot++)
        {
            next[slot] = start;
            if (counts[slot] == 0) continue;
            _segments.Add((SliceOf(first + slot), start, start + counts[slot]));
            start += counts[slot];
        }
        Rows = _sorted;
        if (!NeedsRows) return;
        var sorted = _sorted;
        for (var i = 0; i < slots.Length; i++) sorted[next[slots[i]]++] = picked.IsEmpty ? i : picked[i];
    }

    /// <summary>The number of the pane of each time, the first having 0.</summary>
    /// <param name="times">Times, none before <paramref name="start"/>.</param>
    /// <param name="start">Where the first pane starts.</param>
    /// <param name="length">The length of each.</param>
    /// <param name="slots">Takes the numbers.</param>
    internal static void Number(ReadOnlySpan<long> times, long start, long length, Span<int> slots)
    {
        var inverse = 1.0 / length;
        var i = 0;
        if (Avx512DQ.IsSupported)
            for (; i + Vector512<long>.Count <= slots.Length; i += Vector512<long>.Count)
                Number(Vector512.Create(times[i..]) - Vector512.Create(start), inverse, length).CopyTo(slots[i..]);
        for (; i < slots.Length; i++) slots[i] = Number(times[i] - start, inverse, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static Vector256<int> Number(Vector512<long> offsets, double inverse, long length)
    {
        var slots = Avx512DQ.ConvertToVector512Int64WithTruncation(Avx512DQ.ConvertToVector512Double(offsets) * Vector512.Create(inverse));
        var rests = offsets - Avx512DQ.MultiplyLow(slots, Vector512.Create(length));
        // What is compared and true is -1.
        slots = slots - Vector512.GreaterThanOrEqual(rests, Vector512.Create(length)) + Vector512.LessThan(rests, Vector512<long>.Zero);
        return Avx512F.ConvertToVector256Int32(slots);
    }

    static void NumberPicked(ReadOnlySpan<long> times, ReadOnlySpan<int> picked, long start, long length, Span<int> slots)
    {
        var inverse = 1.0 / length;
        for (var i = 0; i < slots.Length; i++) slots[i] = Number(times[picked[i]] - start, inverse, length);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Number(long offset, double inverse, long length)
    {
        var slot = (int)(offset * inverse);
        // The product may be off by the last bit.
        var rest = offset - slot * length;
        return slot + (rest >= length ? 1 : 0) - (rest < 0 ? 1 : 0);
    }

    /// <summary>Counts numbers. Four counters side by side, for neighbours are mostly alike and each addition waits for the one before it.</summary>
    static void Histogram(ReadOnlySpan<int> slots, Span<int> counts)
    {
        Span<int> four = stackalloc int[4 * PanesCounted];
        four.Clear();
        var i = 0;
        for (; i + 4 <= slots.Length; i += 4)
        {
            four[slots[i]]++;
            four[PanesCounted + slots[i + 1]]++;
            four[2 * PanesCounted + slots[i + 2]]++;
            four[3 * PanesCounted + slots[i + 3]]++;
        }
        for (; i < slots.Length; i++) four[slots[i]]++;
        for (var slot = 0; slot < PanesCounted; slot++) counts[slot] = four[slot] + four[PanesCounted + slot] + four[2 * PanesCounted + slot] + four[3 * PanesCounted + slot];
    }

    int AssignRows(Batch batch, ReadOnlySpan<int> picked, Column<long> times)
    {
        var watermarks = batch.Watermarks;
        var limit = _frontier.Final.Microseconds;
        var (count, timeless) = (0, 0);
        var all = picked.IsEmpty ? batch.RowCount : picked.Length;
        for (var i = 0; i < all; i++)
        {
            var row = picked.IsEmpty ? i : picked[i];
            var time = times[row];
            if (times.IsNull(row) || time is long.MinValue or long.MaxValue)
            {
                if (IsReported(row)) timeless++;
                continue;
            }
            var mark = watermarks is null ? limit : Math.Max(limit, watermarks[row]);
            if (time < _now.Start || time >= _now.End)
            {
                (_now, _before) = (_before, _now);
                if (time < _now.Start || time >= _now.End) Locate(time);
            }
            if (_overlaps)
            {
                count = AddOverlapping(row, time, mark, count);
                continue;
            }
            if (_now.First > _now.Last) continue;
            var slice = _now.FirstEnd > mark ? SliceOf(ref _now) : _handsOn ? HandOn(row) : SliceOfLate(row, mark);
            if (slice is not null) Accept(row, slice, count++);
        }
        if (timeless > 0)
            foreach (var view in _node.Views) _reports.Timeless(timeless, view);
        return count;
    }

    void Accept(int row, Slice slice, int place)
    {
        if (slice.Slot < 0) Meet(slice);
        _counts[slice.Slot]++;
        _slots[place] = slice.Slot;
        _accepted[place] = row;
    }

    int AddOverlapping(int row, long time, long mark, int count)
    {
        if (count + _overlapping.Count > _accepted.Length)
        {
            var length = Math.Max(_accepted.Length * 2, count + _overlapping.Count);
            Array.Resize(ref _accepted, length);
            Array.Resize(ref _slots, length);
            Array.Resize(ref _sorted, length);
        }
        foreach (var (window, end) in _overlapping)
        {
            if (end <= time) continue;
            if (end <= mark && _handsOn)
            {
                HandOn(row); // the earliest window comes first: it is in none yet
                return count;
            }
            if (end <= mark) AddLate(row, end, mark);
            else Accept(row, _slices.Find(window, window) ?? Open(window, window, _frontier), count++);
        }
        return count;
    }

    void Meet(Slice slice)
    {
        slice.Slot = _met.Count;
        _met.Add(slice);
        if (_met.Count > _counts.Length) Array.Resize(ref _counts, _counts.Length * 2);
    }

    /// <summary>Sorts the accepted rows by slice, each slice's in their order.</summary>
    void Arrange(int count, int rows)
    {
        if (_met.Count == 1)
        {
            if (count == rows && !_overlaps) Whole = _met[0];
            Rows = _accepted;
            _segments.Add((_met[0], 0, count));
        }
        else if (_met.Count > 1)
        {
            var start = 0;
            for (var slot = 0; slot < _met.Count; slot++)
            {
                _segments.Add((_met[slot], start, start + _counts[slot]));
                (_counts[slot], start) = (start, start + _counts[slot]);
            }
            for (var i = 0; i < count; i++) _sorted[_counts[_slots[i]]++] = _accepted[i];
            Rows = _sorted;
        }
        foreach (var slice in _met) slice.Slot = -1;
        _counts.AsSpan(0, _met.Count).Clear();
        _met.Clear();
    }

    /// <summary>Makes the pane of a time the one at hand.</summary>
    void Locate(long time)
    {
        var index = _panes.Of(time);
        if (!_overlaps)
        {
            if (_now.Start < _now.End) _recent[_now.Index & PanesKept - 1] = _now;
            ref var known = ref _recent[index & PanesKept - 1];
            if (known.Index == index && known.Start < known.End)
            {
                _now = known;
                return;
            }
        }
        var (start, end) = (_panes.StartOf(index), _panes.EndOf(index));
        if (_overlaps)
        {
            _before = Pane.None; // what overlaps is known of one stretch of time only
            end = _panes.StartOf(index + 1);
            _overlapping.Clear();
            for (var window = index; _panes.EndOf(window) > start; window--) _overlapping.Insert(0, (window, _panes.EndOf(window)));
        }
        var (first, last) = (_panes.FirstWindow(index), _panes.LastWindow(index));
        _now = new() { Index = index, Start = start, End = end, First = first, Last = last, FirstEnd = first > last ? end : _panes.Windows.EndOf(first) };
    }

    Slice SliceOf(ref Pane pane) => pane.Slice ??= _slices.Find(pane.Index, pane.First) ?? Open(pane.Index, pane.First, _frontier);

    /// <summary>Whether all windows of a pane are final.</summary>
    public bool IsOver(long pane, Frontier frontier) => LastEnd(pane) <= frontier.Final.Microseconds;

    /// <summary>Where the last window of a pane ends.</summary>
    public long LastEnd(long pane) => _panes.Windows.EndOf(_panes.LastWindow(pane));

    /// <summary>The slice of a pane in which nothing is late.</summary>
    Slice SliceOf(long pane) => _slices.Find(pane, _panes.FirstWindow(pane)) ?? Open(pane, _panes.FirstWindow(pane), _frontier);

    /// <summary>Opens a pane, and with it the windows that it counts for.</summary>
    public Slice Open(long pane, long from, Frontier frontier)
    {
        var slice = _slices.Add(pane, from, _panes.StartOf(pane), _panes.EndOf(pane));
        _hops?.OpenWindows(slice, frontier);
        return slice;
    }

    /// <summary>Reports the windows that a row is too late for, and finds where it counts for the others.</summary>
    Slice? SliceOfLate(int row, long mark)
    {
        var window = _now.First;
        for (; window <= _now.Last && _panes.Windows.EndOf(window) <= mark; window++) AddLate(row, _panes.Windows.EndOf(window), mark);
        if (window > _now.Last) return null;
        return _slices.Find(_now.Index, window) ?? Open(_now.Index, window, _frontier);
    }

    /// <summary>Whether a row stands for its source's: of those that stand once for each grouping set, one does.</summary>
    bool IsReported(int row) => _sets is null || _sets[row] == _node.Sets!.Value.Reported;

    Slice? HandOn(int row)
    {
        AddLate(row, 0, 0);
        return null;
    }

    void AddLate(int row, long end, long mark)
    {
        if (!_handsOn && !IsReported(row)) return;
        if (_late == _lateRows.Length)
        {
            Array.Resize(ref _lateRows, _late * 2);
            Array.Resize(ref _lateEnds, _late * 2);
            Array.Resize(ref _lateMarks, _late * 2);
        }
        (_lateRows[_late], _lateEnds[_late], _lateMarks[_late]) = (row, end, mark);
        _late++;
    }

    /// <summary>The least and the largest of some times.</summary>
    internal static (long Least, long Most) Range(ReadOnlySpan<long> times)
    {
        var (least, most) = (long.MaxValue, long.MinValue);
        var i = 0;
        if (times.Length >= Vector<long>.Count)
        {
            var low = new Vector<long>(times);
            var high = low;
            for (i = Vector<long>.Count; i + Vector<long>.Count <= times.Length; i += Vector<long>.Count)
            {
                var next = new Vector<long>(times[i..]);
                low = Vector.Min(low, next);
                high = Vector.Max(high, next);
            }
            for (var j = 0; j < Vector<long>.Count; j++) (least, most) = (Math.Min(least, low[j]), Math.Max(most, high[j]));
        }
        for (; i < times.Length; i++) (least, most) = (Math.Min(least, times[i]), Math.Max(most, times[i]));
        return (least, most);
    }

    /// <summary>A pane that rows fall into, with what deciding about them needs.</summary>
    struct Pane
    {
        public long Index, Start, End, First, Last, FirstEnd;
        public Slice? Slice;

        /// <summary>No time falls into it.</summary>
        public static Pane None => new() { Start = long.MaxValue, End = long.MinValue };
    }
}

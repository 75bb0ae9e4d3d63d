using System.Diagnostics;
using Millrace.Functions;
using Millrace.State;
using Millrace.State.Spilling;

namespace Millrace.Operators.Aggregation;

/// <summary>Keeps the groups of an aggregate on disk when memory has no room for them.</summary>
/// <remarks>
/// <para>
/// All groups are written at once, slice by slice in the order of their keys' hashes, and the tables begin anew. Rows of a key that is on disk make a new group, as if the key were
/// new; before anything is told or saved (at a barrier, or when time closes the slice) such <em>fresh</em> groups are completed: those that stand on disk are read, in the order of their
/// hashes, and put under the rows that have come. Then the group in memory is whole, and what it is saved or spilled as hides what is older.
/// </para>
/// <para>
/// So a row costs nothing while it comes. A key that was never there costs a look into the filters of the runs, one that was costs the reading of a block, shared by all keys of the commit
/// that lie in it. At the end a slice is read once, in the order of keys, and told a batch at a time.
/// </para>
/// </remarks>
sealed class GroupSpiller : IDisposable
{
    readonly KeyedTable _keys;
    readonly Groups _groups;
    readonly SliceList _slices;
    readonly GroupTeller _teller;
    readonly bool _retracts;
    readonly OperatorContext _context;
    readonly SpillFolder _folder;
    readonly Action<int, StateWriter> _save;
    readonly StateWriter _image = new();
    readonly Func<int, ReadOnlySpan<byte>> _imageOf;
    readonly ValueTaker _complete;
    readonly Slice _part; // of the slice that is read back, a batch of groups at a time
    ulong[] _hashes = [];
    int[] _order = [];
    NewestEntries? _entries;
    Slice? _slice;
    long _count;

    public GroupSpiller(KeyedTable keys, Groups groups, SliceList slices, GroupTeller teller, bool retracts, OperatorContext context, Action<int, StateWriter> save)
    {
        (_keys, _groups, _slices, _teller, _retracts, _context, _save) = (keys, groups, slices, teller, retracts, context, save);
        _folder = context.Spill!;
        _part = new(context.Owner);
        _imageOf = ImageOf;
        _complete = Complete;
    }

    /// <summary>Entries on disk as they were last counted; of one key there may be several. Thread-safe.</summary>
    public long Count => Volatile.Read(ref _count);

    /// <summary>Counts them.</summary>
    public void CountAgain() => Volatile.Write(ref _count, _slices.Open.Sum(s => s.Spilled?.Count ?? 0));

    ReadOnlySpan<byte> ImageOf(int place)
    {
        _image.Clear();
        _keys.SaveKey(_groups.Keys[_slice!.Members[place]], _image);
        return _image.Written;
    }

    /// <summary>Writes all groups to disk. All are whole and, where checkpoints are made, saved.</summary>
    public void Spill()
    {
        foreach (var slice in _slices.Open) Write(slice);
        _slices.Forget();
        _teller.Forget();
        _groups.Forget();
        _keys.Forget();
        (_hashes, _order) = ([], []);
        CountAgain();
    }

    void Write(Slice slice)
    {
        if (slice.Count == 0) return;
        Debug.Assert(slice.Spilled is null || slice.FreshFrom == slice.Count);
        var runs = slice.Spilled ??= new(_folder, _context.Owner);
        Sort(slice, 0);
        var writer = runs.Begin(slice.Count);
        for (var i = 0; i < slice.Count; i++)
        {
            var group = slice.Members[_order[i]];
            _keys.SaveKey(_groups.Keys[group], writer.BeginEntry());
            var value = writer.BeginValue();
            if (!IsEmpty(group))
            {
                value.Write(_groups.Places[group]);
                _save(group, value);
            }
            writer.EndEntry();
        }
        runs.Add(writer.End());
    }

    /// <summary>Whether a group has lost all its rows and nothing is told of it: as good as not there.</summary>
    bool IsEmpty(int group) => _retracts && _groups.Rows[group] == 0 && _groups.Told[group] == 0;

    /// <summary>The places of members in the order of their keys, from one on.</summary>
    void Sort(Slice slice, int from)
    {
        _slice = slice;
        var count = slice.Count - from;
        if (_hashes.Length < count) (_hashes, _order) = (new ulong[count], new int[count]);
        for (var i = 0; i < count; i++)
        {
            _hashes[i] = _keys.HashOf(_groups.Keys[slice.Members[from + i]]);
            _order[i] = from + i;
        }
        Array.Sort(_hashes, _order, 0, count);
        // Different keys of one hash: chance does not bring them about, but an attacker may.
        for (var i = 0; i + 1 < count;)
        {
            var end = i + 1;
            while (end < count && _hashes[end] == _hashes[i]) end++;
            if (end > i + 1) _order.AsSpan(i, end - i).Sort((a, b) => ImageOf(a).ToArray().AsSpan().SequenceCompareTo(ImageOf(b)));
            i = end;
        }
    }

    /// <summary>Puts what is on disk under the groups that have come since, so that all groups in memory are whole.</summary>
    public void Complete(Slice slice)
    {
        if (slice.Spilled is not { } runs || slice.FreshFrom == slice.Count) return;
        var count = slice.Count - slice.FreshFrom;
        Sort(slice, slice.FreshFrom);
        runs.Find(_hashes.AsSpan(0, count), _order.AsSpan(0, count), _imageOf, _complete);
        slice.FreshFrom = slice.Count;
    }

    void Complete(int place, ReadOnlySpan<byte> value)
    {
        var fresh = _slice!.Members[place];
        var key = _groups.Keys[fresh];
        var reader = new StateReader(value);
        var whole = _groups.Add(key, reader.Read<int>());
        Load(whole, ref reader);
        if (_retracts) _groups.Rows[whole] += _groups.Rows[fresh];
        foreach (var states in _groups.States) states.Merge(whole, states, fresh);
        _groups.Touched[whole] = _groups.Touched[fresh];
        _groups.Marks[whole] = Groups.IsSaved;
        _slice.Replace(place, key, whole);
        _groups.Remove(fresh);
    }

    void Load(int group, ref StateReader reader)
    {
        if (_retracts) _groups.Rows[group] = reader.Read<long>();
        foreach (var states in _groups.States) states.Load(group, ref reader);
        _teller.Load(group, ref reader);
    }

    /// <summary>Tells the next batch of a slice that is final, from disk.</summary>
    /// <param name="slice">The slice; the same until the answer is true. It is freed next.</param>
    /// <param name="output">Where to.</param>
    /// <param name="pushed">Whether a batch was emitted.</param>
    /// <returns>Whether all has been told.</returns>
    public bool TellFinal(Slice slice, IOutput output, out bool pushed)
    {
        if (_entries is null)
        {
            Write(slice);
            slice.Clear(_groups);
            slice.FreshFrom = 0;
            _entries = slice.Spilled!.Read();
            if (_groups.Count == 0)
            {
                _slices.Forget();
                _teller.Forget();
                _groups.Forget();
                _keys.Forget();
            }
            _part.Open(slice.Index, slice.From, slice.Start, slice.End);
        }
        var isDone = false;
        while (_part.Count < _context.Memory.BatchRows && !(isDone = !_entries.MoveNext()))
        {
            if (_entries.Value.IsEmpty) continue;
            var key = new StateReader(_entries.Key);
            var value = new StateReader(_entries.Value);
            var number = _keys.LoadOrFind(ref key, isSaved: false);
            _ = value.Read<int>(); // its place: the order is that of hashes
            Load(_part.FindOrAdd(_groups, number, _keys.Limit), ref value);
        }
        _teller.Tell(_part, Ports.Final, onlyTouched: false, canChange: false, output, out pushed);
        _part.Clear(_groups);
        _keys.SweepIfDue();
        if (isDone) _entries = null;
        return isDone;
    }

    public void Dispose() => _part.Dispose();
}

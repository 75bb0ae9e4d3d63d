using System.Collections.Immutable;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Aggregation;

/// <summary>The groups of an aggregate: a number for each (slice of time, key), with all that is kept under it in arrays by number.</summary>
/// <remarks>Numbers are dense and reused. A group holds its key in the <see cref="KeyedTable"/>.</remarks>
sealed class Groups : IDisposable
{
    /// <summary>Of <see cref="Touched"/>: changed in every respect.</summary>
    public const byte TouchedForAll = 7;
    /// <summary>Of <see cref="Touched"/>: changed since the last barrier, for checkpoints.</summary>
    public const byte TouchedForState = 4;
    /// <summary>Of <see cref="Marks"/>.</summary>
    public const byte IsUnsaved = 1, IsSaved = 2;

    readonly KeyedTable _keys;
    readonly MemoryOwner _owner;
    readonly ImmutableArray<AggregateCall> _calls;
    readonly bool _countsRows;
    byte[] _touched = [];
    byte[] _told = [];
    byte[] _marks = [];
    int[] _key = [];
    int[] _place = [];
    long[] _rows = [];
    int[] _free = [];
    int _freeCount;
    int _last;
    long _charged;

    /// <summary>Creates an empty set of groups.</summary>
    /// <param name="keys">Where keys get their numbers.</param>
    /// <param name="calls">What is aggregated; empty where groups only remember what was told.</param>
    /// <param name="owner">What all is charged to.</param>
    /// <param name="retracts">Whether rows can be taken back, so that a group can become empty.</param>
    public Groups(KeyedTable keys, ImmutableArray<AggregateCall> calls, MemoryOwner owner, bool retracts)
    {
        (_keys, _owner, _calls, _countsRows) = (keys, owner, calls, retracts);
        States = [.. calls.Select(NewStates)];
    }

    AggregateStates NewStates(AggregateCall call) => call.Function.CreateStates(call.Signature, call.Distinct, _owner, _countsRows && call.Function.CanRetract);

    /// <summary>The states of each call, by group.</summary>
    public AggregateStates[] States { get; }

    /// <summary>By group, a bit for each port (as in <see cref="Demand"/>, shifted to bits 0 and 1 for changes and on-close): whether it changed since that port heard of it.</summary>
    public byte[] Touched => _touched;

    /// <summary>By group, a bit for each port: whether its row has been told there and holds until it is taken back.</summary>
    public byte[] Told => _told;

    /// <summary>By group: whether it is listed as not saved as it is now, and whether it stands in a checkpoint.</summary>
    public byte[] Marks => _marks;

    /// <summary>The key of a group, by group.</summary>
    public int[] Keys => _key;

    /// <summary>The place of a group in its slice, by group.</summary>
    public int[] Places => _place;

    /// <summary>Rows less rows taken back, by group; empty where no rows are ever taken back.</summary>
    public long[] Rows => _rows;

    /// <summary>Groups there are.</summary>
    public int Count => _last - _freeCount;

    /// <summary>All numbers are below it.</summary>
    public int Limit => _last;

    /// <summary>Makes an empty group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Add(int key, int place)
    {
        var group = _freeCount > 0 ? _free[--_freeCount] : _last++;
        if (group >= _key.Length) Grow();
        _key[group] = key;
        _place[group] = place;
        _keys.Hold(key);
        return group;
    }

    /// <summary>Frees a group and everything under it.</summary>
    public void Remove(int group)
    {
        foreach (var states in States) states.Reset(group);
        _keys.Release(_key[group]);
        _touched[group] = _told[group] = _marks[group] = 0;
        if (_countsRows) _rows[group] = 0;
        _free[_freeCount++] = group;
    }

    /// <summary>Whether a group has rows. Where none are ever taken back a group exists because it has.</summary>
    public bool HasRows(int group) => !_countsRows || _rows[group] > 0;

    void Grow()
    {
        var length = Math.Max(16, _key.Length * 2);
        Array.Resize(ref _touched, length);
        Array.Resize(ref _told, length);
        Array.Resize(ref _marks, length);
        Array.Resize(ref _key, length);
        Array.Resize(ref _place, length);
        Array.Resize(ref _free, length);
        if (_countsRows) Array.Resize(ref _rows, length);
        foreach (var states in States) states.EnsureGroups(length);
        var bytes = 15L * length + 8L * _rows.Length;
        _owner.Charge(bytes - _charged);
        _charged = bytes;
        Debug.Assert(_last <= length);
    }

    /// <summary>Forgets all groups and what they hold, and frees the memory.</summary>
    public void Forget()
    {
        for (var i = 0; i < States.Length; i++)
        {
            States[i].Dispose();
            States[i] = NewStates(_calls[i]);
        }
        (_touched, _told, _marks, _key, _place, _rows, _free) = ([], [], [], [], [], [], []);
        (_freeCount, _last) = (0, 0);
        _owner.Charge(-_charged);
        _charged = 0;
    }

    public void Dispose()
    {
        foreach (var states in States) states.Dispose();
        _owner.Charge(-_charged);
        _charged = 0;
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Operators.Aggregation;

/// <summary>Rows of several slices in the order in which they came: a row's group is found by its slice and key, so that rows need not be put in the order of slices first.</summary>
/// <param name="most">Slices that a batch may have.</param>
sealed class MixedSlices(int most)
{
    readonly Slice?[] _slices = new Slice?[most];
    readonly int[][] _dense = new int[most][];
    readonly List<int> _met = [];
    int[] _numbers = [];

    /// <summary>Whether there are no rows.</summary>
    public bool IsEmpty => Count == 0;

    /// <summary>Begins with a batch.</summary>
    /// <param name="numbers">For each row the number of its slice.</param>
    public void Begin(int[] numbers) => _numbers = numbers;

    /// <summary>Says which slice a number means.</summary>
    public void Add(int number, Slice slice)
    {
        _slices[number] = slice;
        _met.Add(number);
    }

    /// <summary>How many slices rows fall into.</summary>
    public int Count => _met.Count;

    /// <summary>One of them.</summary>
    public Slice this[int index] => _slices[_met[index]]!;

    /// <summary>Forgets the batch.</summary>
    public void Clear()
    {
        foreach (var number in _met) _slices[number] = null;
        _met.Clear();
    }

    /// <summary>Finds the groups of rows, adds those that are missing, and marks all as touched.</summary>
    /// <param name="groups">Where groups get their numbers.</param>
    /// <param name="first">The first row.</param>
    /// <param name="keys">The keys of the rows, all below <paramref name="limit"/>.</param>
    /// <param name="limit">All keys are below it.</param>
    /// <param name="found">Takes a group for each row.</param>
    public void Find(Groups groups, int first, ReadOnlySpan<int> keys, int limit, Span<int> found)
    {
        var numbers = _numbers.AsSpan(first, keys.Length);
        found = found[..keys.Length];
        var areDense = true;
        foreach (var number in _met)
        {
            var slice = _slices[number]!;
            slice.IsTouched = true;
            if (slice.DenseFor(groups, limit) is { } own) _dense[number] = own;
            else areDense = false;
        }
        if (areDense) FindDense(groups, numbers, keys, limit, found);
        else
            for (var i = 0; i < keys.Length; i++)
            {
                found[i] = _slices[numbers[i]]!.FindOrAdd(groups, keys[i], limit);
                groups.Touched[found[i]] = Groups.TouchedForAll;
            }
    }

    // Keys lie below the limit, and so do arrays by key at least; numbers are those that slices were added with.
    void FindDense(Groups groups, ReadOnlySpan<int> numbers, ReadOnlySpan<int> keys, int limit, Span<int> found)
    {
        ref var dense = ref MemoryMarshal.GetArrayDataReference(_dense);
        ref var number = ref MemoryMarshal.GetReference(numbers);
        ref var key = ref MemoryMarshal.GetReference(keys);
        ref var touched = ref MemoryMarshal.GetArrayDataReference(groups.Touched);
        for (var i = 0; i < found.Length; i++)
        {
            var own = Unsafe.Add(ref dense, Unsafe.Add(ref number, i));
            Debug.Assert(Unsafe.Add(ref key, i) < own.Length);
            var group = Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(own), Unsafe.Add(ref key, i)) - 1;
            if (group < 0)
            {
                group = _slices[numbers[i]]!.FindOrAdd(groups, keys[i], limit);
                touched = ref MemoryMarshal.GetArrayDataReference(groups.Touched);
            }
            Unsafe.Add(ref touched, group) = Groups.TouchedForAll;
            found[i] = group;
        }
    }
}

using System.Numerics;
using System.Runtime.CompilerServices;
using Millrace.Sketches.Images;

namespace Millrace.Sketches.Quantiles;

/// <summary>A level of a <see cref="ReqSketch{T}"/>: a buffer in sections, whose far end, away from the ranks that matter, is halved when it is full.</summary>
/// <remarks>
/// How many sections are halved follows the binary digits of the number of halvings so far, so that what lies near the accurate end is touched
/// exponentially seldom. With the halvings the sections become smaller by the root of 2 and twice as many.
/// </remarks>
sealed class ReqLevel<T>
{
    const int FirstSections = 3;
    const int LeastSectionSize = 4;
    const int Few = 4;

    readonly bool _keepsHigh;
    readonly int _lgWeight;
    float _exactSectionSize;
    int _sectionSize;
    int _sections;
    ulong _halvings;

    // A long sorted run, which loses items at one end, and a short one, sorted in front, to which items are added. The short one is merged into
    // the long one when it is half as long: so an item that stays is moved a few times only, although each halving takes just some from the end.
    T[] _run = [];
    int _runStart;
    int _runEnd;
    T[] _tail = new T[16];
    int _tailLength;
    int _tailSorted;

    public ReqLevel(int k, bool keepsHigh, int lgWeight)
    {
        _keepsHigh = keepsHigh;
        _lgWeight = lgWeight;
        _exactSectionSize = _sectionSize = k;
        _sections = FirstSections;
    }

    /// <summary>The last toss: whether a halving took every second item from the second on.</summary>
    public bool Coin { get; set; }

    /// <summary>The level is halved when it holds as many.</summary>
    public int Capacity => 2 * _sections * _sectionSize;

    public int Length => _runEnd - _runStart + _tailLength;

    public long Weight => 1L << _lgWeight;

    /// <summary>The items, in order; puts them in order if they are not.</summary>
    public ReadOnlySpan<T> Items
    {
        get
        {
            Sort();
            return Run;
        }
    }

    Span<T> Run => _run.AsSpan(_runStart, _runEnd - _runStart);

    Span<T> Tail => _tail.AsSpan(0, _tailLength);

    /// <summary>Bytes of memory.</summary>
    public long MemorySize => 120 + (long)(_run.Length + _tail.Length) * Unsafe.SizeOf<T>() + Items<T>.TextMemory(Run) + Items<T>.TextMemory(Tail);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T item)
    {
        if (_tailLength == _tail.Length) Array.Resize(ref _tail, 2 * _tailLength);
        _tail[_tailLength++] = item;
    }

    public void Add(scoped ReadOnlySpan<T> items)
    {
        if (_tailLength + items.Length > _tail.Length) Array.Resize(ref _tail, Math.Max(_tailLength + items.Length, 2 * _tail.Length));
        items.CopyTo(_tail.AsSpan(_tailLength));
        _tailLength += items.Length;
    }

    /// <summary>Takes over another level of the same weight.</summary>
    public void Merge(ReqLevel<T> other)
    {
        _halvings |= other._halvings;
        while (TryMakeSectionsSmaller()) { }
        var items = other.Items;
        if (other == this) items = items.ToArray();
        SortTail();
        MergeIntoTail(items);
        SortIfLong();
    }

    /// <summary>Halves the far end into the level above. The level must be full.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Halve(ReqLevel<T> above, ref Sketches.Coin coin)
    {
        var sections = Math.Min(BitOperations.TrailingZeroCount(~_halvings) + 1, _sections);
        var kept = Capacity / 2 + (_sections - sections) * _sectionSize;
        kept += (Length - kept) & 1;
        SortTail();
        var halved = Scratch<T>.Of(Length - kept);
        if (_keepsHigh) TakeLeast(halved);
        else TakeGreatest(halved);

        // Two halvings share a toss, the second takes what the first did not: their errors cancel in part.
        Coin = (_halvings & 1) == 1 ? !Coin : coin.Flip(Items<T>.Bits(halved[0])) == 1;
        for (var i = Coin ? 1 : 0; i < halved.Length; i += 2) above.Add(halved[i]);
        SortIfLong();
        _halvings++;
        TryMakeSectionsSmaller();
    }

    void TakeLeast(Span<T> taken)
    {
        var fromRun = 0;
        var fromTail = 0;
        var run = Run;
        var tail = Tail;
        for (var i = 0; i < taken.Length; i++)
        {
            var takesTail = fromRun == run.Length || fromTail < tail.Length && Items<T>.Less(tail[fromTail], run[fromRun]);
            taken[i] = takesTail ? tail[fromTail++] : run[fromRun++];
        }
        _runStart += fromRun;
        tail[fromTail..].CopyTo(tail);
        _tailLength = _tailSorted = _tailLength - fromTail;
    }

    void TakeGreatest(Span<T> taken)
    {
        for (var i = taken.Length - 1; i >= 0; i--)
        {
            var takesTail = _runEnd == _runStart || _tailLength > 0 && !Items<T>.Less(_tail[_tailLength - 1], _run[_runEnd - 1]);
            taken[i] = takesTail ? _tail[--_tailLength] : _run[--_runEnd];
        }
        _tailSorted = _tailLength;
    }

    void SortIfLong()
    {
        if (_tailLength > 32 && _tailLength > (_runEnd - _runStart) / 2) Sort();
    }

    void SortTail()
    {
        if (_tailSorted == _tailLength) return;
        if (Items<T>.AreNumbers && _tailLength - _tailSorted <= Few)
        {
            // A full sketch halves after every second item.
            for (; _tailSorted < _tailLength; _tailSorted++)
            {
                var item = _tail[_tailSorted];
                var place = Runs.CountUpToAll(_tail.AsSpan(0, _tailSorted), item);
                _tail.AsSpan(place, _tailSorted - place).CopyTo(_tail.AsSpan(place + 1));
                _tail[place] = item;
            }
            return;
        }
        var scratch = Scratch<T>.Of(_tailLength);
        Runs.Sort(_tail.AsSpan(_tailSorted, _tailLength - _tailSorted), scratch);
        if (_tailSorted > 0)
        {
            Tail.CopyTo(scratch);
            Runs.Merge<T>(scratch[.._tailSorted], scratch[_tailSorted..], Tail);
        }
        _tailSorted = _tailLength;
    }

    void MergeIntoTail(ReadOnlySpan<T> items)
    {
        var old = Scratch<T>.Of(_tailLength);
        Tail.CopyTo(old);
        var length = _tailLength + items.Length;
        if (length > _tail.Length) _tail = new T[Math.Max(length, 2 * _tail.Length)];
        Runs.Merge<T>(old, items, _tail.AsSpan(0, length));
        _tailLength = _tailSorted = length;
    }

    void Sort()
    {
        if (_tailLength == 0) return;
        SortTail();
        var old = Scratch<T>.Of(_runEnd - _runStart);
        Run.CopyTo(old);
        var length = old.Length + _tailLength;
        if (length > _run.Length) _run = new T[length + length / 2];
        Runs.Merge<T>(old, Tail, _run.AsSpan(0, length));
        _runStart = 0;
        _runEnd = length;
        _tailLength = _tailSorted = 0;
    }

    bool TryMakeSectionsSmaller()
    {
        var exact = _exactSectionSize / MathF.Sqrt(2);
        var size = NearestEven(exact);
        if (_sections > 64 || _halvings < 1UL << (_sections - 1) || size < LeastSectionSize) return false;
        _exactSectionSize = exact;
        _sectionSize = size;
        _sections *= 2;
        return true;
    }

    static int NearestEven(float value) => (int)MathF.Round(value / 2, MidpointRounding.AwayFromZero) * 2;

    // Image of a level: 0 halvings (64), 8 size of a section (float), 12 lg weight, 13 number of sections, 14 padding, 16 number of items, 20 items.

    public int ImageSize => 20 + Items<T>.ImageSize(Items);

    public void Save(ref ImageWriter writer)
    {
        writer.UInt64(_halvings);
        writer.Single(_exactSectionSize);
        writer.Byte(_lgWeight);
        writer.Byte(_sections);
        writer.UInt16(0);
        writer.Int32(Length);
        Items<T>.Write(ref writer, Items);
    }

    public static ReqLevel<T> Load(ref ImageReader reader, int k, bool keepsHigh, int lgWeight)
    {
        var level = new ReqLevel<T>(k, keepsHigh, lgWeight)
        {
            _halvings = reader.UInt64(),
            _exactSectionSize = reader.Single(),
        };
        var weight = reader.Byte();
        level._sections = reader.Byte();
        reader.Skip(2);
        SketchFormatException.ThrowUnless(weight == lgWeight, $"Level {lgWeight} says that it is level {weight}.");
        SketchFormatException.ThrowUnless(level._sections > 0 && level._sections % FirstSections == 0 && BitOperations.IsPow2(level._sections / FirstSections),
            $"Level {lgWeight} has {level._sections} sections; 3, 6, 12, ... are expected.");
        SketchFormatException.ThrowUnless(level._exactSectionSize >= LeastSectionSize - 1 && level._exactSectionSize <= k,
            $"Sections of level {lgWeight} have a size of {level._exactSectionSize}; {LeastSectionSize} to k = {k} is expected.");
        level._sectionSize = NearestEven(level._exactSectionSize);
        level.LoadItems(ref reader, reader.Int32());
        return level;
    }

    public void LoadItems(ref ImageReader reader, int count)
    {
        Items<T>.Require(ref reader, count);
        _tail = new T[Math.Max(count, 16)];
        Items<T>.Read(ref reader, _tail.AsSpan(0, count));
        _tailLength = count;
        if (Items<T>.AreSorted(Tail)) _tailSorted = count;
    }
}

using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Millrace.Data;

/// <summary>The texts that the codes of a <see cref="TextColumn"/> stand for: code i is the i-th text appended.</summary>
/// <remarks>
/// A heap is either plain (it belongs to few batches, a text may stand in it twice) or a dictionary (<see cref="IsDictionary"/>: every
/// text stands once, codes stay valid while it lives, readers on other threads may read codes that they were handed while its one
/// writer goes on). A code means nothing without its heap. Reference-counted like a column.
/// </remarks>
public sealed class TextHeap : IPooled
{
    readonly MemoryAccountant _home;
    byte[] _bytes = new byte[4096];
    int[] _ends = new int[1024]; // _ends[i] is where text i ends; text 0 starts at 0
    ulong[] _hashes = [];
    int[] _slots = [];
    int _count;
    int _references;
    long _charged;

    internal TextHeap(MemoryAccountant home)
    {
        _home = home;
        Recharge();
    }

    /// <summary>Number of texts.</summary>
    public int Count => _count;

    /// <summary>Bytes of all texts.</summary>
    public int ByteCount => _count == 0 ? 0 : _ends[_count - 1];

    /// <summary>Whether every text stands once, so that equal texts have equal codes.</summary>
    public bool IsDictionary { get; private set; }

    /// <summary>A number that differs between any two dictionaries, also when the object is reused; caches by code are keyed by it.</summary>
    public long Identity { get; private set; }

    static long s_identities;

    /// <summary>The text of a code.</summary>
    public ReadOnlySpan<byte> this[int code]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            var start = code == 0 ? 0 : _ends[code - 1];
            return _bytes.AsSpan(start, _ends[code] - start);
        }
    }

    /// <summary>Appends a text to a plain heap and returns its code.</summary>
    public int Append(ReadOnlySpan<byte> text)
    {
        Debug.Assert(!IsDictionary);
        return Add(text);
    }

    /// <summary>Room to write a text of up to a length in place; call <see cref="Commit"/> with what was written.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<byte> Reserve(int length)
    {
        var start = ByteCount;
        if (start + (long)length > _bytes.Length) GrowBytes(start + (long)length);
        return _bytes.AsSpan(start, length);
    }

    /// <summary>Ends the text written into <see cref="Reserve"/>d room and returns its code.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Commit(int length)
    {
        var end = ByteCount + length;
        if (_count == _ends.Length) GrowEnds();
        _ends[_count] = end;
        return _count++;
    }

    /// <summary>Makes an empty heap a dictionary.</summary>
    public void MakeDictionary()
    {
        Debug.Assert(_count == 0);
        IsDictionary = true;
        if (_slots.Length == 0)
        {
            _slots = new int[2048];
            _hashes = new ulong[_ends.Length];
            Recharge();
        }
        else _slots.AsSpan().Clear();
    }

    /// <summary>The code of a text in a dictionary, which it enters if it is new.</summary>
    public int Intern(ReadOnlySpan<byte> text) => Intern(text, Hash64.Of(text));

    /// <summary>As <see cref="Intern(ReadOnlySpan{byte})"/> where the hash (<see cref="Hash64.Of(ReadOnlySpan{byte})"/>) is known.</summary>
    public int Intern(ReadOnlySpan<byte> text, ulong hash)
    {
        var mask = _slots.Length - 1;
        var slot = (int)(hash >> 32) & mask;
        while (true)
        {
            var entry = _slots[slot];
            if (entry == 0) break;
            if (_hashes[entry - 1] == hash && this[entry - 1].SequenceEqual(text)) return entry - 1;
            slot = (slot + 1) & mask;
        }
        var code = Add(text);
        _hashes[code] = hash;
        _slots[slot] = code + 1;
        if (_count * 2 > _slots.Length) Rehash();
        return code;
    }

    /// <summary>The code of a text in a dictionary, or -1.</summary>
    public int Find(ReadOnlySpan<byte> text) => Find(text, Hash64.Of(text));

    /// <summary>As <see cref="Find(ReadOnlySpan{byte})"/> where the hash is known.</summary>
    public int Find(ReadOnlySpan<byte> text, ulong hash)
    {
        Debug.Assert(IsDictionary);
        var mask = _slots.Length - 1;
        for (var slot = (int)(hash >> 32) & mask; ; slot = (slot + 1) & mask)
        {
            var entry = _slots[slot];
            if (entry == 0) return -1;
            if (_hashes[entry - 1] == hash && this[entry - 1].SequenceEqual(text)) return entry - 1;
        }
    }

    /// <summary>The hash of a dictionary's text.</summary>
    public ulong HashOf(int code) => IsDictionary ? _hashes[code] : Hash64.Of(this[code]);

    /// <summary>Adds a reference.</summary>
    public TextHeap Retain()
    {
        var references = Interlocked.Increment(ref _references);
        Debug.Assert(references > 1, "retained after it was released");
        return this;
    }

    /// <summary>Gives a reference back; the last one returns the heap to its pool.</summary>
    public void Release()
    {
        var references = Interlocked.Decrement(ref _references);
        Debug.Assert(references >= 0, "released twice");
        if (references != 0) return;
#if DEBUG
        _bytes.AsSpan().Fill(0xDB);
#endif
        if (_bytes.Length > 1 << 20 || _ends.Length > 1 << 17)
        {
            // One batch of very long texts, or state that was freed, must not keep its room for ever.
            (_bytes, _ends, _hashes, _slots) = (new byte[4096], new int[1024], [], []);
            Recharge();
        }
        _home.Return(this);
    }

    internal void Start()
    {
        Debug.Assert(_references == 0);
        _references = 1;
        _count = 0;
        IsDictionary = false;
        Identity = Interlocked.Increment(ref s_identities);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    int Add(ReadOnlySpan<byte> text)
    {
        text.CopyTo(Reserve(text.Length));
        return Commit(text.Length);
    }

    // Growth replaces arrays and never changes what readers of older codes see.
    void GrowBytes(long needed)
    {
        if (needed > Array.MaxLength) throw new InvalidOperationException("The texts of one column exceed 2 GB.");
        var bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(Array.MaxLength, Math.Max(needed, _bytes.Length * 2L)));
        _bytes.AsSpan(0, ByteCount).CopyTo(bytes);
        _bytes = bytes;
        Recharge();
    }

    void GrowEnds()
    {
        Array.Resize(ref _ends, _ends.Length * 2);
        if (IsDictionary || _hashes.Length != 0) Array.Resize(ref _hashes, _ends.Length);
        Recharge();
    }

    void Rehash()
    {
        var slots = new int[_slots.Length * 2];
        var mask = slots.Length - 1;
        for (var code = 0; code < _count; code++)
        {
            var slot = (int)(_hashes[code] >> 32) & mask;
            while (slots[slot] != 0) slot = (slot + 1) & mask;
            slots[slot] = code + 1;
        }
        _slots = slots;
        Recharge();
    }

    long IPooled.ChargedBytes => _charged;

    void Recharge()
    {
        var bytes = _bytes.Length + 4L * _ends.Length + 8L * _hashes.Length + 4L * _slots.Length;
        _home.Buffers.Charge(bytes - _charged);
        _charged = bytes;
    }
}

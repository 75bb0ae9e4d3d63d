using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;
using System.Text.Unicode;
using Millrace.Data;

namespace Millrace.Formats.Readers;

/// <summary>The reader of TEXT: interns into a dictionary that all batches share, or copies into plain heaps where texts hardly repeat.</summary>
/// <remarks>
/// In front of the dictionary stands a direct-mapped cache of texts up to 16 bytes (24 bytes an entry, up to 16,384 of them), and one of texts up to 32
/// bytes where there are such: a hit costs one masked load and one compare, some 3 ns. Only texts that enter the dictionary are checked to be UTF-8 without NUL: whatever equals one of
/// them is too. A dictionary is given up for good when more than <see cref="DistinctMax"/> texts (or 32 MB) are in it and on average each came fewer than
/// four times; one that repeats but reaches 256 k texts or 32 MB makes room for a new one.
/// </remarks>
sealed class TextReader(Field field, DecoderContext context, bool isCsv, Unescape unescape) : FieldReader(field, context, isCsv, unescape)
{
    internal const int DistinctMax = 16_384;
    internal const int TextsMax = 262_144;
    internal const int BytesMax = 32 << 20;
    const int CacheMin = 512;
    const int CacheMax = 16_384;

    readonly MemoryAccountant _memory = context.Memory;
    readonly MemoryOwner _account = context.Memory.Owner("formats");
    Entry[] _cache = [];
    LongEntry[] _longCache = []; // of texts of 17 to 32 bytes, once there are any
    TextHeap? _heap;   // the dictionary, or null
    bool _isPlain;
    long _rows;        // read since the dictionary began

    struct Entry
    {
        public ulong Low, High;
        public int Code, Length;
    }

    struct LongEntry
    {
        public Vector256<byte> Text;
        public int Code, Length;
    }

    /// <summary>Whether the dictionary was given up.</summary>
    internal bool IsPlain => _isPlain;

    /// <inheritdoc/>
    public override void Begin(Column column)
    {
        if (_isPlain) return;
        if (_heap is not null && (_heap.Count > DistinctMax || _heap.ByteCount > BytesMax))
        {
            if (_heap.Count > _rows / 4)
            {
                Drop();
                _isPlain = true;
                return;
            }
            if (_heap.Count > TextsMax || _heap.ByteCount > BytesMax) Drop();
        }
        if (_heap is null)
        {
            _heap = _memory.RentHeap();
            _heap.MakeDictionary();
            _rows = 0;
            Empty(CacheMin);
        }
        else if (_cache.Length < CacheMax && _heap.Count > _cache.Length / 2) Empty(_cache.Length * 2);
        ((TextColumn)column).Share(_heap);
    }

    void Empty(int size)
    {
        if (_cache.Length != size)
        {
            _account.Charge((size - _cache.Length) * (long)Unsafe.SizeOf<Entry>());
            _cache = new Entry[size];
        }
        for (var i = 0; i < size; i++) _cache[i].Length = -1;
        if (_longCache.Length > 0) EmptyLong(size);
    }

    void EmptyLong(int size)
    {
        if (_longCache.Length != size)
        {
            _account.Charge((size - _longCache.Length) * (long)Unsafe.SizeOf<LongEntry>());
            _longCache = new LongEntry[size];
        }
        for (var i = 0; i < size; i++) _longCache[i].Length = -1;
    }

    void Drop()
    {
        _heap?.Release();
        _heap = null;
    }

    /// <inheritdoc/>
    public override void Read(byte[] bytes, ReadOnlySpan<Slice> slices, Column column, int at, string?[] messages)
    {
        var codes = ((TextColumn)column).Slots.Slice(at, slices.Length);
        if (_isPlain)
        {
            for (var i = 0; i < slices.Length; i++) codes[i] = ReadSlow(bytes, slices[i], column, at, i, messages);
            return;
        }
        _rows += slices.Length;
        var last = bytes.Length - 16;
        ref var start = ref MemoryMarshal.GetArrayDataReference(bytes);
        ref var entries = ref MemoryMarshal.GetArrayDataReference(_cache);
        var shift = 64 - BitOperations.Log2((uint)_cache.Length);
        for (var i = 0; i < slices.Length; i++)
        {
            var slice = slices[i];
            if (slice.Kind is SliceKind.Bare or SliceKind.Quoted && slice.Length <= 16 && slice.Start <= last)
            {
                var length = slice.Length;
                var text = Vector128.LoadUnsafe(ref Unsafe.Add(ref start, slice.Start)) & Vector128.LoadUnsafe(ref Unsafe.Add(ref MemoryMarshal.GetReference(Mask), 32 - length));
                var (low, high) = (text.AsUInt64()[0], text.AsUInt64()[1]);
                ref var entry = ref Unsafe.Add(ref entries, (nint)(((low ^ BitOperations.RotateLeft(high, 23)) * 0x9E37_79B9_7F4A_7C15) >> shift));
                if (entry.Low == low & entry.High == high & entry.Length == length)
                {
                    codes[i] = entry.Code;
                    continue;
                }
                var code = ReadSlow(bytes, slice, column, at, i, messages);
                codes[i] = code;
                if (messages[i] is not null || column.IsNull(at + i)) continue;
                (entry.Low, entry.High, entry.Length, entry.Code) = (low, high, length, code);
            }
            else if (slice.Kind is SliceKind.Bare or SliceKind.Quoted && slice.Length <= 32 && slice.Start <= last - 16) codes[i] = ReadLong(bytes, slice, column, at, i, messages);
            else codes[i] = ReadSlow(bytes, slice, column, at, i, messages);
        }
    }

    int ReadLong(byte[] bytes, Slice slice, Column column, int at, int row, string?[] messages)
    {
        if (_longCache.Length == 0) EmptyLong(_cache.Length);
        var length = slice.Length;
        var text = Vector256.LoadUnsafe(ref bytes[slice.Start]) & Vector256.LoadUnsafe(ref Unsafe.Add(ref MemoryMarshal.GetReference(Mask), 32 - length));
        var words = text.AsUInt64();
        var mixed = (words[0] ^ BitOperations.RotateLeft(words[1], 23)) * 0x9E37_79B9_7F4A_7C15 ^ words[2] ^ BitOperations.RotateLeft(words[3], 37);
        ref var entry = ref _longCache[(int)((mixed * 0x9E37_79B9_7F4A_7C15) >> (64 - BitOperations.Log2((uint)_longCache.Length)))];
        if (entry.Length == length && entry.Text == text) return entry.Code;
        var code = ReadSlow(bytes, slice, column, at, row, messages);
        if (messages[row] is null && !column.IsNull(at + row)) (entry.Text, entry.Length, entry.Code) = (text, length, code);
        return code;
    }

    static ReadOnlySpan<byte> Mask =>
    [
        255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    ];

    // Without loops it would stay unoptimized for long.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    int ReadSlow(byte[] bytes, Slice slice, Column column, int at, int row, string?[] messages)
    {
        if (slice.Kind == SliceKind.Null)
        {
            column.SetNull(at + row);
            return 0;
        }
        var heap = ((TextColumn)column).Heap;
        var text = Content(bytes, slice, out var problem);
        if (problem is null)
        {
            if (!heap.IsDictionary)
            {
                problem = Check(text);
                if (problem is null) return heap.Append(text);
            }
            else
            {
                var hash = Hash64.Of(text);
                var code = heap.Find(text, hash);
                if (code >= 0) return code;
                problem = Check(text);
                if (problem is null) return heap.Intern(text, hash);
            }
        }
        Reject(column, at, row, messages, problem);
        return 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    string? Check(ReadOnlySpan<byte> text)
    {
        if (text.Contains((byte)0)) return $"{Field.Name}: '{Show(text)}' has a NUL character (byte 0), which TEXT cannot hold";
        return Utf8.IsValid(text) ? null : $"{Field.Name}: '{Show(text)}' is no valid UTF-8";
    }

    /// <inheritdoc/>
    public override void End(Column column, int rows)
    {
        // NULL rows have code 0, which has to stand for something.
        var heap = ((TextColumn)column).Heap;
        if (heap.Count == 0) _ = heap.IsDictionary ? heap.Intern([]) : heap.Append([]);
    }

    /// <inheritdoc/>
    public override void Move(Column column, int from, int to)
    {
        var codes = ((TextColumn)column).Slots;
        codes[to] = codes[from];
        MoveValidity(column, from, to);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Drop();
        _account.Charge(-_cache.Length * (long)Unsafe.SizeOf<Entry>() - _longCache.Length * (long)Unsafe.SizeOf<LongEntry>());
        (_cache, _longCache) = ([], []);
    }
}

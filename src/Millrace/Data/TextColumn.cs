using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Data;

/// <summary>A column of texts (or of raw bytes): a code per row and the heap that says what the codes stand for.</summary>
/// <remarks>NULL rows have code 0 or any other code of the heap; the heap always holds at least one text once the column has rows.</remarks>
public sealed class TextColumn : Column
{
    readonly int[] _codes;
    TextHeap? _heap;
    bool _isShared; // others use the heap too: append to it only if it is a dictionary

    internal override long ChargedBytes => 4L * Capacity + Capacity / 8;

    internal TextColumn(MemoryAccountant home) : base(home)
    {
        _codes = new int[Capacity];
        home.Buffers.Charge(ChargedBytes);
    }

    /// <summary>All slots, filled or not.</summary>
    public Span<int> Slots => _codes;

    /// <summary>A code for each row.</summary>
    public Span<int> Codes => _codes.AsSpan(0, Length);

    /// <summary>What the codes stand for. A column that was given none gets a plain heap of its own on first use.</summary>
    public TextHeap Heap => _heap ??= Home.RentHeap();

    /// <summary>The text of a row.</summary>
    public ReadOnlySpan<byte> this[int row]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _heap![_codes[row]];
    }

    /// <summary>Uses a heap that others use too (a dictionary, or the heap of another column) and retains it.</summary>
    public void Share(TextHeap heap)
    {
        Debug.Assert(Length == 0 || _heap is null);
        _heap?.Release();
        _heap = heap.Retain();
        _isShared = true;
    }

    /// <summary>Moves the texts of the rows so far into a plain heap of this column's own.</summary>
    void Privatise(int rows)
    {
        var shared = _heap;
        _heap = Home.RentHeap();
        _isShared = false;
        if (shared is null) return;
        for (var i = 0; i < rows; i++)
        {
            if (IsNull(i)) PutDefault(i);
            else _codes[i] = _heap.Append(shared[_codes[i]]);
        }
        shared.Release();
    }

    /// <summary>Appends a text: interned where the heap is a dictionary (only its writer may), copied otherwise.</summary>
    public void Append(ReadOnlySpan<byte> text)
    {
        var heap = Heap;
        _codes[Length] = heap.IsDictionary ? heap.Intern(text) : heap.Append(text);
        AppendValid();
    }

    /// <summary>Appends a text whose code is known.</summary>
    public void AppendCode(int code)
    {
        _codes[Length] = code;
        AppendValid();
    }

    private protected override void GatherInto(Column target, ReadOnlySpan<int> rows)
    {
        var text = (TextColumn)target;
        text.Share(Heap);
        var to = text._codes;
        for (var i = 0; i < rows.Length; i++) to[i] = _codes[rows[i]];
    }

    private protected override void CopyValue(Column source, int row, int target)
    {
        var text = (TextColumn)source;
        if (_heap is null) Share(text.Heap);
        if (ReferenceEquals(_heap, text._heap))
        {
            _codes[target] = text._codes[row];
            return;
        }
        if (_isShared) Privatise(target);
        _codes[target] = _heap!.IsDictionary ? _heap.Intern(text[row]) : _heap.Append(text[row]);
    }

    private protected override void CopyDefault(Column source, int row)
    {
        // A column that begins with NULLs still shares the heap of the texts that follow.
        if (_heap is null && ((TextColumn)source)._heap is { Count: > 0 } heap) Share(heap);
        PutDefault(row);
    }

    private protected override void PutDefault(int row)
    {
        if (Heap.Count == 0) _ = Heap.IsDictionary ? Heap.Intern([]) : Heap.Append([]);
        _codes[row] = 0;
    }

    private protected override void FillDefaults(int rows)
    {
        if (Heap.Count == 0) Heap.Append([]);
        _codes.AsSpan(0, rows).Clear();
    }

    internal override void Start(DataType type)
    {
        base.Start(type);
        Debug.Assert(_heap is null);
    }

    private protected override void Clear()
    {
        _heap?.Release();
        _heap = null;
        _isShared = false;
#if DEBUG
        MemoryMarshal.AsBytes(_codes.AsSpan()).Fill(0x5B);
#endif
    }
}

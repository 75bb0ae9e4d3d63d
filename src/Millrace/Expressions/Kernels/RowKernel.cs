using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Functions;

namespace Millrace.Expressions.Kernels;

/// <summary>The arguments of one row.</summary>
internal readonly ref struct Row(ReadOnlySpan<Column> columns, int index)
{
    readonly ReadOnlySpan<Column> _columns = columns;

    public int Count => _columns.Length;
    public int Index => index;
    public Column Column(int i) => _columns[i];
    public bool IsNull(int i) => _columns[i].IsNull(index);
    public ReadOnlySpan<byte> Text(int i) => Unsafe.As<TextColumn>(_columns[i])[index];
    public bool Bool(int i) => Unsafe.As<Column<byte>>(_columns[i])[index] != 0;
    public int Int(int i) => Unsafe.As<Column<int>>(_columns[i])[index];
    public long Long(int i) => Unsafe.As<Column<long>>(_columns[i])[index];
    public double Double(int i) => Unsafe.As<Column<double>>(_columns[i])[index];
    public Int128 Wide(int i) => Unsafe.As<Column<Int128>>(_columns[i])[index];
    public Interval Interval(int i) => Unsafe.As<Column<Interval>>(_columns[i])[index];

    /// <summary>The scaled integer of a DECIMAL of either width.</summary>
    public Int128 Decimal(int i) => _columns[i] is Column<long> narrow ? narrow[index] : Wide(i);
}

/// <summary>What came of one row: a text that is being written, NULL or an error. Reused.</summary>
internal sealed class Outcome
{
    /// <summary>The text.</summary>
    public ByteBuffer Text { get; } = new();
    /// <summary>Room for whatever a function needs.</summary>
    public ByteBuffer Scratch { get; } = new();
    public bool IsNull { get; private set; }
    public string? Error { get; private set; }

    public void Append(ReadOnlySpan<byte> text) => Text.Append(text);
    public void Append(byte value) => Text.Append(value);

    /// <summary>The result is NULL.</summary>
    public void Null() => IsNull = true;

    /// <summary>The row cannot be computed.</summary>
    public void Fail(string message) => Error = message;

    public void Clear()
    {
        Text.Clear();
        IsNull = false;
        Error = null;
    }
}

/// <summary>Computes a row's value.</summary>
internal delegate T RowBody<T>(in Row row, Outcome outcome) where T : unmanaged;

/// <summary>Writes a row's text.</summary>
internal delegate void TextBody(in Row row, Outcome outcome);

/// <summary>A function computed row by row. Where one argument is a dictionary column and the others are constants, once per text instead.</summary>
internal abstract class RowKernel : IScalarKernel
{
    /// <summary>Dictionaries larger than this are computed per row: remembering would cost more memory than it saves time.</summary>
    public const int MaxRemembered = 1 << 18;

    readonly int _varying = -1;

    /// <summary>Whether a NULL argument makes the result NULL without computing it.</summary>
    protected bool IsStrict { get; }
    protected DataType Type { get; }
    protected Outcome Outcome { get; } = new();

    private protected RowKernel(DataType type, IReadOnlyList<Literal?> constants, bool isStrict)
    {
        Type = type;
        IsStrict = isStrict;
        for (var i = 0; i < constants.Count; i++)
        {
            if (constants[i] is not null) continue;
            if (_varying >= 0)
            {
                _varying = -1;
                return;
            }
            _varying = i;
        }
    }

    public abstract Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors);

    /// <summary>The one dictionary column that decides, or null.</summary>
    protected TextColumn? Decisive(ReadOnlySpan<Column> arguments) =>
        _varying >= 0 && arguments[_varying] is TextColumn { Heap: { IsDictionary: true, Count: <= MaxRemembered } } text && !(text.HasNulls && !IsStrict) ? text : null;
}

/// <summary>A function with results of fixed size, row by row.</summary>
internal sealed class RowKernel<T>(DataType type, IReadOnlyList<Literal?> constants, RowBody<T> body, bool isStrict = true) : RowKernel(type, constants, isStrict)
    where T : unmanaged
{
    readonly CodeMemos<T> _memos = new();

    public override Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors)
    {
        var result = arguments[0].Home.Rent<T>(Type);
        result.Length = rows;
        if (IsStrict) Validity.Combine(result, arguments);
        if (Decisive(arguments) is { } text) RunByCode(arguments, text, result, errors);
        else RunByRow(arguments, result, errors);
        return result;
    }

    void RunByRow(ReadOnlySpan<Column> arguments, Column<T> result, RowErrors errors)
    {
        var values = result.Values;
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = default;
            if (IsStrict && result.IsNull(row)) continue;
            Outcome.Clear();
            values[row] = body(new Row(arguments, row), Outcome);
            if (Outcome.Error is { } message) Validity.Fail(result, row, errors, message);
            else if (Outcome.IsNull) result.SetNull(row);
        }
    }

    void RunByCode(ReadOnlySpan<Column> arguments, TextColumn text, Column<T> result, RowErrors errors)
    {
        var values = result.Values;
        var codes = text.Codes;
        var memo = _memos.Of(text.Heap);
        for (var row = 0; row < values.Length; row++)
        {
            if (result.IsNull(row))
            {
                values[row] = default;
                continue;
            }
            var code = codes[row];
            if (!memo.Knows(code))
            {
                Outcome.Clear();
                var value = body(new Row(arguments, row), Outcome);
                memo.Remember(code, value, Outcome);
            }
            values[row] = memo.Values[code];
            if (memo.States[code] == MemoState.Value) continue;
            if (memo.States[code] == MemoState.Error) Validity.Fail(result, row, errors, memo.Errors[code]);
            else result.SetNull(row);
        }
    }
}

/// <summary>A function that gives texts, row by row. Results of dictionary columns stand in a dictionary again.</summary>
internal sealed class TextRowKernel(DataType type, IReadOnlyList<Literal?> constants, TextBody body, bool isStrict = true)
    : RowKernel(type, constants, isStrict), IDisposable
{
    readonly CodeMemos<int> _memos = new();
    readonly OwnDictionary _dictionary = new();

    public override Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors)
    {
        var result = arguments[0].Home.RentText(Type);
        result.Length = rows;
        if (IsStrict) Validity.Combine(result, arguments);
        if (Decisive(arguments) is { } text) RunByCode(arguments, text, result, errors);
        else RunByRow(arguments, result, errors);
        return result;
    }

    public void Dispose() => _dictionary.Dispose();

    void RunByRow(ReadOnlySpan<Column> arguments, TextColumn result, RowErrors errors)
    {
        var heap = result.Heap;
        var codes = result.Codes;
        for (var row = 0; row < codes.Length; row++)
        {
            codes[row] = 0;
            if (IsStrict && result.IsNull(row)) continue;
            Outcome.Clear();
            body(new Row(arguments, row), Outcome);
            if (Outcome.Error is { } message) Validity.Fail(result, row, errors, message);
            else if (Outcome.IsNull) result.SetNull(row);
            else codes[row] = heap.Append(Outcome.Text.Written);
        }
        if (heap.Count == 0) heap.Append([]);
    }

    void RunByCode(ReadOnlySpan<Column> arguments, TextColumn text, TextColumn result, RowErrors errors)
    {
        var heap = _dictionary.Get(text.Home, out var isNew);
        if (isNew) _memos.Forget();
        result.Share(heap);
        var codes = result.Codes;
        var from = text.Codes;
        var memo = _memos.Of(text.Heap);
        for (var row = 0; row < codes.Length; row++)
        {
            if (result.IsNull(row))
            {
                codes[row] = 0;
                continue;
            }
            var code = from[row];
            if (!memo.Knows(code))
            {
                Outcome.Clear();
                body(new Row(arguments, row), Outcome);
                memo.Remember(code, Outcome.IsNull || Outcome.Error is not null ? 0 : heap.Intern(Outcome.Text.Written), Outcome);
            }
            codes[row] = memo.Values[code];
            if (memo.States[code] == MemoState.Value) continue;
            if (memo.States[code] == MemoState.Error) Validity.Fail(result, row, errors, memo.Errors[code]);
            else result.SetNull(row);
        }
    }
}

/// <summary>A dictionary that a kernel writes its results to, from batch to batch. Begun anew when it has grown large.</summary>
internal sealed class OwnDictionary : IDisposable
{
    const int MaxTexts = 1 << 17;
    const int MaxBytes = 1 << 25;

    TextHeap? _heap;

    /// <summary>The dictionary; it holds at least the empty text.</summary>
    public TextHeap Get(MemoryAccountant memory, out bool isNew)
    {
        isNew = false;
        if (_heap is { Count: < MaxTexts, ByteCount: < MaxBytes }) return _heap;
        _heap?.Release();
        _heap = memory.RentHeap();
        _heap.MakeDictionary();
        _heap.Intern([]);
        isNew = true;
        return _heap;
    }

    public void Dispose()
    {
        _heap?.Release();
        _heap = null;
    }
}

internal enum MemoState : byte { Unknown, Value, Null, Error }

/// <summary>Results by code for one dictionary.</summary>
internal sealed class CodeMemo<T> where T : unmanaged
{
    public long Identity { get; private set; } = -1;
    public T[] Values { get; private set; } = [];
    public MemoState[] States { get; private set; } = [];
    public Dictionary<int, string> Errors { get; } = [];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Knows(int code) => (uint)code < (uint)States.Length && States[code] != MemoState.Unknown;

    public void Remember(int code, T value, Outcome outcome)
    {
        if (code >= States.Length)
        {
            var length = Math.Max(64, Math.Max(code + 1, States.Length * 2));
            (var values, var states) = (Values, States);
            Array.Resize(ref values, length);
            Array.Resize(ref states, length);
            (Values, States) = (values, states);
        }
        Values[code] = value;
        States[code] = outcome.Error is not null ? MemoState.Error : outcome.IsNull ? MemoState.Null : MemoState.Value;
        if (outcome.Error is { } message) Errors[code] = message;
    }

    public void Begin(long identity)
    {
        Identity = identity;
        States.AsSpan().Clear();
        Errors.Clear();
    }
}

/// <summary>Memos for the few dictionaries that a place meets: one for each partition that a lane reads.</summary>
internal sealed class CodeMemos<T> where T : unmanaged
{
    readonly CodeMemo<T>[] _memos = [new(), new(), new(), new(), new(), new(), new(), new()];
    int _next;

    public CodeMemo<T> Of(TextHeap heap)
    {
        foreach (var memo in _memos)
            if (memo.Identity == heap.Identity) return memo;
        var oldest = _memos[_next++ & 7];
        oldest.Begin(heap.Identity);
        return oldest;
    }

    public void Forget()
    {
        foreach (var memo in _memos) memo.Begin(-1);
    }
}

using System.Numerics;
using Millrace.Data;
using Millrace.Expressions.Kernels;

namespace Millrace.Expressions.Nodes;

/// <summary>CASE: all branches are computed for all rows; each row takes the values, and the errors, of its branch.</summary>
internal sealed class CaseNode(Node[] conditions, Node[] results, Node otherwise, DataType type, MemoryAccountant memory) : Node
{
    readonly RowErrors _errors = new(memory.BatchRows);
    readonly ulong[] _open = new ulong[Bits.Words(memory.BatchRows)]; // rows that no branch has taken
    readonly ulong[] _taken = new ulong[Bits.Words(memory.BatchRows)];
    readonly ulong[] _valid = new ulong[Bits.Words(memory.BatchRows)];
    readonly Column[] _columns = new Column[results.Length + 1];
    readonly ulong[][] _takes = [.. results.Append(otherwise).Select(_ => new ulong[Bits.Words(memory.BatchRows)])];
    readonly TextMerge _texts = new();

    public override Column Run(Batch batch, RowErrors errors)
    {
        var rows = batch.RowCount;
        var words = Bits.Words(rows);
        _open.AsSpan(0, words).Fill(ulong.MaxValue);
        for (var i = 0; i < conditions.Length; i++)
        {
            var condition = (Column<byte>)conditions[i].Run(batch, _errors);
            Masks.ToBits(condition.Values, _taken);
            Validity.CopyTo(condition, _valid);
            condition.Release();
            if (_errors.Any)
            {
                errors.TakeFrom(_errors, _open);
                // A row whose condition failed goes no further.
                for (var w = 0; w < words; w++) _open[w] &= ~_errors.Rows[w];
                _errors.Clear();
            }
            for (var w = 0; w < words; w++)
            {
                var taken = _taken[w] & _valid[w] & _open[w];
                _takes[i][w] = taken;
                _open[w] &= ~taken;
            }
            _columns[i] = Branch(results[i], batch, errors, _takes[i]);
        }
        _open.AsSpan(0, words).CopyTo(_takes[^1]);
        _columns[^1] = Branch(otherwise, batch, errors, _takes[^1]);
        var result = Merge(rows);
        foreach (var column in _columns) column.Release();
        return result;
    }

    Column Branch(Node node, Batch batch, RowErrors errors, ulong[] where)
    {
        var column = node.Run(batch, _errors);
        if (_errors.Any)
        {
            errors.TakeFrom(_errors, where);
            _errors.Clear();
        }
        return column;
    }

    Column Merge(int rows)
    {
        var result = memory.Rent(type);
        result.Length = rows;
        switch (result)
        {
            case Column<byte> c: Select(c); break;
            case Column<int> c: Select(c); break;
            case Column<long> c: Select(c); break;
            case Column<double> c: Select(c); break;
            case Column<Int128> c: Select(c); break;
            case Column<Interval> c: Select(c); break;
            case TextColumn c: _texts.Run(c, _columns, _takes); break;
        }
        MergeValidity(result);
        return result;
    }

    void Select<T>(Column<T> result) where T : unmanaged
    {
        var to = result.Values;
        to.Clear();
        for (var i = 0; i < _columns.Length; i++)
            if (_columns[i] is Column<T> column) Take<T>(column.Values, _takes[i], to);
    }

    /// <summary>Copies the rows whose bit is set.</summary>
    internal static void Take<T>(ReadOnlySpan<T> from, ReadOnlySpan<ulong> where, Span<T> to) where T : unmanaged
    {
        for (var start = 0; start < to.Length; start += 64)
        {
            var word = where[start >> 6];
            var count = Math.Min(64, to.Length - start);
            if (count < 64) word &= Bits.Tail(count);
            if (word == ulong.MaxValue) from.Slice(start, 64).CopyTo(to[start..]);
            else
                for (; word != 0; word &= word - 1)
                {
                    var row = start + BitOperations.TrailingZeroCount(word);
                    to[row] = from[row];
                }
        }
    }

    void MergeValidity(Column result)
    {
        var words = Bits.Words(result.Length);
        _valid.AsSpan(0, words).Clear();
        for (var i = 0; i < _columns.Length; i++)
            for (var w = 0; w < words; w++) _valid[w] |= _takes[i][w] & (_columns[i].HasNulls ? _columns[i].Validity[w] : ulong.MaxValue);
        result.HasNulls = Bits.Count(_valid, result.Length) != result.Length;
        if (result.HasNulls) _valid.AsSpan(0, words).CopyTo(result.Validity);
    }

    public override void Dispose()
    {
        foreach (var node in conditions) node.Dispose();
        foreach (var node in results) node.Dispose();
        otherwise.Dispose();
        _texts.Dispose();
    }
}

/// <summary>Merges text columns of several heaps into one: codes where they share a heap, one dictionary where all have dictionaries, copies otherwise.</summary>
internal sealed class TextMerge : IDisposable
{
    readonly OwnDictionary _dictionary = new();
    readonly CodeMemos<int> _memos = new();
    readonly Outcome _outcome = new();

    /// <summary>Fills a column.</summary>
    /// <param name="result">The column, its length set.</param>
    /// <param name="columns">Where texts come from.</param>
    /// <param name="takes">For each column the rows that it gives; they do not overlap.</param>
    public void Run(TextColumn result, ReadOnlySpan<Column> columns, ReadOnlySpan<ulong[]> takes)
    {
        TextHeap? common = null;
        var isOne = true;
        var areDictionaries = true;
        foreach (var column in columns)
        {
            if (column is not TextColumn text || IsAllNull(text)) continue;
            isOne &= common is null || ReferenceEquals(common, text.Heap);
            areDictionaries &= text.Heap is { IsDictionary: true, Count: <= RowKernel.MaxRemembered };
            common ??= text.Heap;
        }
        if (common is null || !isOne && areDictionaries)
        {
            var heap = _dictionary.Get(result.Home, out var isNew);
            if (isNew) _memos.Forget();
            result.Share(heap);
            result.Codes.Clear();
            for (var i = 0; i < columns.Length; i++)
                if (columns[i] is TextColumn text) Translate(text, takes[i], result.Codes, heap);
        }
        else if (isOne)
        {
            result.Share(common);
            result.Codes.Clear();
            for (var i = 0; i < columns.Length; i++)
                if (columns[i] is TextColumn text && ReferenceEquals(text.Heap, common)) CaseNode.Take<int>(text.Codes, takes[i], result.Codes);
        }
        else Copy(result, columns, takes);
    }

    public void Dispose() => _dictionary.Dispose();

    // A column of NULLs only (its heap has just the empty text) must not spoil the sharing of the others.
    static bool IsAllNull(TextColumn text) => text.HasNulls && Bits.Count(text.Validity, text.Length) == 0;

    void Translate(TextColumn text, ulong[] where, Span<int> codes, TextHeap heap)
    {
        if (IsAllNull(text)) return;
        var memo = _memos.Of(text.Heap);
        for (var row = 0; row < codes.Length; row++)
        {
            if (!Bits.Get(where, row) || text.IsNull(row)) continue;
            var code = text.Codes[row];
            if (!memo.Knows(code)) memo.Remember(code, heap.Intern(text.Heap[code]), _outcome);
            codes[row] = memo.Values[code];
        }
    }

    static void Copy(TextColumn result, ReadOnlySpan<Column> columns, ReadOnlySpan<ulong[]> takes)
    {
        var heap = result.Heap;
        heap.Append([]);
        result.Codes.Clear();
        for (var i = 0; i < columns.Length; i++)
        {
            if (columns[i] is not TextColumn text) continue;
            for (var row = 0; row < result.Length; row++)
                if (Bits.Get(takes[i], row) && !text.IsNull(row)) result.Codes[row] = heap.Append(text[row]);
        }
    }
}

using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Time;

namespace Millrace.Connectors.Generators;

/// <summary>What the rows template is made by.</summary>
sealed record RowsSettings(ulong Seed, long StartMicroseconds, long? Rows, double? RowsPerSecond, int Keys, bool HasNewTexts, long StepMicroseconds, long DisorderMicroseconds);

/// <summary>Plain rows straight into columns, for measuring: id 0, 1, 2 ...; key (evenly of a number of keys); value (0 to 9,999); at (a step later each row, less some disorder); text.</summary>
/// <remarks>
/// Row i is a function of the seed and i alone. A column takes the meaning of its name and may be of any type that the meaning fits. Texts: 'few' are those of 100, 'new' never come
/// again. Some 2 to 5 ns a column and row.
/// </remarks>
sealed class RowsPartition : IRowPartition
{
    const int FewTexts = 100;

    readonly RowsSettings _settings;
    readonly Schema _schema;
    readonly Meaning[] _meanings;
    readonly byte[] _text = new byte[32];
    TextHeap? _keys, _texts;
    readonly long _first;
    long _firstTime;
    bool _hasBegun;

    public RowsPartition(RowsSettings settings, Schema schema, long first)
    {
        (_settings, _schema, _first, Position) = (settings, schema, first, first);
        _meanings = [.. schema.Fields.Select(Find)];
    }

    public int Id => 0;
    public string Name => "rows";
    public bool IsAtEnd => Position >= _settings.Rows;
    public long Position { get; private set; }
    public long? Length => _settings.Rows;

    static Meaning Find(Field field)
    {
        Meaning? meaning = field.Name switch
        {
            "id" => Meaning.Id,
            "key" => Meaning.Key,
            "value" => Meaning.Value,
            "at" => Meaning.At,
            "text" => Meaning.Text,
            _ => null,
        };
        if (meaning is null) throw new ConnectorException(Fault.User, $"the template 'rows' has no column '{field.Name}'. It has id, key, value, at and text.");
        var fits = field.Type.Kind switch
        {
            TypeKind.Integer or TypeKind.BigInt => meaning is Meaning.Id or Meaning.Key or Meaning.Value,
            TypeKind.Double => meaning is Meaning.Value,
            TypeKind.Decimal => meaning is Meaning.Value && !field.Type.IsWideDecimal && field.Type.Precision >= 4 + field.Type.Scale,
            TypeKind.Timestamp => meaning is Meaning.At,
            TypeKind.Text => meaning is Meaning.Key or Meaning.Text,
            _ => false,
        };
        return fits ? meaning.Value : throw new ConnectorException(Fault.User,
            $"the template 'rows' cannot make {field}. It makes id (BIGINT, INTEGER), key (TEXT, BIGINT, INTEGER), value (DECIMAL(p,s) with p - s from 4 and p to 18, DOUBLE, BIGINT, INTEGER), at (TIMESTAMP), text (TEXT).");
    }

    public Batch? Next(MemoryAccountant memory, Timestamp now)
    {
        long rows = memory.BatchRows;
        if (_settings.Rows is { } all) rows = Math.Min(rows, all - Position);
        if (_settings.RowsPerSecond is { } rate)
        {
            if (!_hasBegun) (_hasBegun, _firstTime) = (true, now.Microseconds);
            rows = Math.Min(rows, (long)((now.Microseconds - _firstTime) / 1e6 * rate) - (Position - _first));
        }
        if (rows <= 0) return null;
        var count = (int)rows;
        var batch = memory.RentBatch(_schema);
        batch.RowCount = count;
        for (var i = 0; i < _meanings.Length; i++)
        {
            var column = memory.Rent(_schema[i].Type);
            column.Length = _schema[i].Type.Kind == TypeKind.Text ? 0 : count;
            Fill(column, _meanings[i], count, memory);
            batch.Add(column);
        }
        Position += count;
        return batch;
    }

    void Fill(Column column, Meaning meaning, int count, MemoryAccountant memory)
    {
        var first = Position;
        var keys = (ulong)_settings.Keys;
        switch (column)
        {
            case Column<long> c when meaning == Meaning.Id:
                for (var i = 0; i < count; i++) c.Slots[i] = first + i;
                break;
            case Column<int> c when meaning == Meaning.Id:
                for (var i = 0; i < count; i++) c.Slots[i] = (int)(first + i);
                break;
            case Column<long> c when meaning == Meaning.At:
                for (var i = 0; i < count; i++) c.Slots[i] = At(first + i);
                break;
            case Column<long> c when meaning == Meaning.Key:
                for (var i = 0; i < count; i++) c.Slots[i] = (long)Below(Word(first + i), keys);
                break;
            case Column<int> c when meaning == Meaning.Key:
                for (var i = 0; i < count; i++) c.Slots[i] = (int)Below(Word(first + i), keys);
                break;
            case Column<long> c: // BIGINT, or a DECIMAL with cents
                var most = column.Type.Scale == 0 ? 10_000UL : 10_000UL * (ulong)Math.Pow(10, column.Type.Scale);
                for (var i = 0; i < count; i++) c.Slots[i] = (long)Below(Word(~(first + i)), most);
                break;
            case Column<int> c:
                for (var i = 0; i < count; i++) c.Slots[i] = (int)Below(Word(~(first + i)), 10_000);
                break;
            case Column<double> c:
                for (var i = 0; i < count; i++) c.Slots[i] = (Word(~(first + i)) >> 11) * (10_000.0 / (1UL << 53));
                break;
            case TextColumn c when meaning == Meaning.Key:
                Pick(c, Dictionary(ref _keys, _settings.Keys, "key "u8, memory), first, count, keys);
                break;
            case TextColumn c when !_settings.HasNewTexts:
                Pick(c, Dictionary(ref _texts, FewTexts, "text "u8, memory), ~first, count, FewTexts);
                break;
            case TextColumn c:
                for (var i = 0; i < count; i++)
                {
                    var length = Write("text "u8, first + i);
                    c.Append(_text.AsSpan(0, length));
                }
                break;
        }
    }

    void Pick(TextColumn column, TextHeap heap, long first, int count, ulong below)
    {
        column.Share(heap);
        column.Length = count;
        var step = first < 0 ? -1 : 1;
        for (var i = 0; i < count; i++) column.Slots[i] = (int)Below(Word(first + i * step), below);
    }

    TextHeap Dictionary(ref TextHeap? heap, int count, ReadOnlySpan<byte> prefix, MemoryAccountant memory)
    {
        if (heap is not null) return heap;
        heap = memory.RentHeap();
        heap.MakeDictionary();
        for (var i = 0; i < count; i++) heap.Intern(_text.AsSpan(0, Write(prefix, i)));
        return heap;
    }

    int Write(ReadOnlySpan<byte> prefix, long number)
    {
        prefix.CopyTo(_text);
        number.TryFormat(_text.AsSpan(prefix.Length), out var digits, default, System.Globalization.CultureInfo.InvariantCulture);
        return prefix.Length + digits;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    ulong Word(long row) => SeededRandom.Mix(_settings.Seed + (ulong)row * 0x9E37_79B9_7F4A_7C15);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static ulong Below(ulong word, ulong bound) => Math.BigMul(word, bound, out _);

    long At(long row)
    {
        var time = _settings.StartMicroseconds + row * _settings.StepMicroseconds;
        return _settings.DisorderMicroseconds == 0 ? time : time - (long)Below(Word(row ^ 0x55AA), (ulong)_settings.DisorderMicroseconds + 1);
    }

    public void Dispose()
    {
        _keys?.Release();
        _texts?.Release();
        (_keys, _texts) = (null, null);
    }

    enum Meaning
    {
        Id,
        Key,
        Value,
        At,
        Text,
    }
}

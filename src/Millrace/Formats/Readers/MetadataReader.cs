using System.Text.Unicode;
using Millrace.Data;

namespace Millrace.Formats.Readers;

/// <summary>The reader of a column that is no field of the message but is known of it: its offset, its key.</summary>
sealed class MetadataReader(Field field, DecoderContext context, string name) : FieldReader(field, context, isCsv: false, NoEscapes)
{
    static int NoEscapes(ReadOnlySpan<byte> text, Span<byte> target, out string? problem) => throw new InvalidOperationException("Metadata has no escapes.");

    readonly int _partition = context.Partition;
    MessageIndex? _messages;
    int _first;

    /// <summary>The messages that the next call reads of: those from one on.</summary>
    public void Of(MessageIndex messages, int first) => (_messages, _first) = (messages, first);

    /// <inheritdoc/>
    public override void Read(byte[] bytes, ReadOnlySpan<Slice> slices, Column column, int at, string?[] messages)
    {
        var of = _messages!;
        var rows = slices.Length;
        switch (name)
        {
            case "partition":
                ((Column<int>)column).Slots.Slice(at, rows).Fill(_partition);
                break;
            case "offset":
                of.Offsets.Slice(_first, rows).CopyTo(((Column<long>)column).Slots[at..]);
                break;
            case "timestamp":
                var times = ((Column<long>)column).Slots.Slice(at, rows);
                of.Times.Slice(_first, rows).CopyTo(times);
                for (var i = 0; i < rows; i++)
                    if (times[i] == MessageIndex.NoTime) column.SetNull(at + i);
                break;
            case "tombstone":
                var gone = ((Column<byte>)column).Slots.Slice(at, rows);
                for (var i = 0; i < rows; i++) gone[i] = of.IsNull[_first + i] ? (byte)1 : (byte)0;
                break;
            default:
                ReadTexts(name == "key" ? of.Keys! : of.Headers!, (TextColumn)column, at, rows, messages);
                break;
        }
    }

    void ReadTexts(MessageTexts texts, TextColumn column, int at, int rows, string?[] messages)
    {
        var codes = column.Slots.Slice(at, rows);
        for (var i = 0; i < rows; i++)
        {
            codes[i] = 0;
            var (start, length) = texts[_first + i];
            if (length < 0)
            {
                column.SetNull(at + i);
                continue;
            }
            var text = texts.Bytes.AsSpan(start, length);
            if (Field.Type.Kind == TypeKind.Text && (!Utf8.IsValid(text) || text.Contains((byte)0))) Reject(column, at, i, messages, $"{Field.Name}: the {name} is no UTF-8 text without NUL; declare the column as BYTES");
            else codes[i] = column.Heap.Append(text);
        }
    }

    /// <inheritdoc/>
    public override void End(Column column, int rows)
    {
        if (column is TextColumn { Heap.Count: 0 } texts) texts.Heap.Append([]);
    }

    /// <inheritdoc/>
    public override void Move(Column column, int from, int to)
    {
        switch (column)
        {
            case Column<int> numbers: numbers.Slots[to] = numbers.Slots[from]; break;
            case Column<long> numbers: numbers.Slots[to] = numbers.Slots[from]; break;
            case Column<byte> flags: flags.Slots[to] = flags.Slots[from]; break;
            case TextColumn texts: texts.Slots[to] = texts.Slots[from]; break;
        }
        MoveValidity(column, from, to);
    }
}

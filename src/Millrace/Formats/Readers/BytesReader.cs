using System.Buffers;
using System.Buffers.Text;
using Millrace.Data;

namespace Millrace.Formats.Readers;

/// <summary>The reader of BYTES: base64, into a plain heap of each batch.</summary>
sealed class BytesReader(Field field, DecoderContext context, bool isCsv, Unescape unescape) : FieldReader(field, context, isCsv, unescape)
{
    /// <inheritdoc/>
    public override void Read(byte[] bytes, ReadOnlySpan<Slice> slices, Column column, int at, string?[] messages)
    {
        var target = (TextColumn)column;
        var codes = target.Slots.Slice(at, slices.Length);
        for (var i = 0; i < slices.Length; i++)
        {
            codes[i] = 0;
            if (slices[i].Kind == SliceKind.Null)
            {
                column.SetNull(at + i);
                continue;
            }
            var text = Content(bytes, slices[i], out var problem);
            if (problem is null && (IsCsv || slices[i].Kind != SliceKind.Bare))
            {
                var room = target.Heap.Reserve(Base64.GetMaxDecodedFromUtf8Length(text.Length) + 3);
                if (Base64.DecodeFromUtf8(text, room, out _, out var written) == OperationStatus.Done)
                {
                    codes[i] = target.Heap.Commit(written);
                    continue;
                }
            }
            Reject(column, at, i, messages, problem ?? $"{Field.Name}: '{Show(text)}' is no base64");
        }
    }

    /// <inheritdoc/>
    public override void End(Column column, int rows)
    {
        var heap = ((TextColumn)column).Heap;
        if (heap.Count == 0) heap.Append([]);
    }

    /// <inheritdoc/>
    public override void Move(Column column, int from, int to)
    {
        var codes = ((TextColumn)column).Slots;
        codes[to] = codes[from];
        MoveValidity(column, from, to);
    }
}

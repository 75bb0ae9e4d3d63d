using System.Buffers;
using System.Text;
using Millrace.Data;

namespace Millrace.Formats;

/// <summary>Writes CSV with a header. A text is quoted where it holds a delimiter, quote, line end or blank at its ends, or could be taken for NULL.</summary>
sealed class CsvEncoder(Schema schema, CsvDialect dialect) : IEncoder
{
    readonly byte[] _null = Encoding.UTF8.GetBytes(dialect.Null);
    readonly byte[] _special = [dialect.Delimiter, dialect.Quote, (byte)'\n', (byte)'\r'];
    readonly ArrayBufferWriter<byte> _value = new();

    /// <inheritdoc/>
    public void WriteHeader(IBufferWriter<byte> output)
    {
        if (!dialect.HasHeader) return;
        for (var i = 0; i < schema.Count; i++)
        {
            if (i > 0) output.Write([dialect.Delimiter]);
            WriteText(Encoding.UTF8.GetBytes(schema[i].Name), output);
        }
        output.Write("\n"u8);
    }

    /// <inheritdoc/>
    public void Write(Batch batch, IBufferWriter<byte> output)
    {
        for (var row = 0; row < batch.RowCount; row++)
        {
            for (var i = 0; i < batch.Columns.Count; i++)
            {
                if (i > 0) output.Write([dialect.Delimiter]);
                var column = batch[i];
                if (column.IsNull(row))
                {
                    // A line with nothing on it would be skipped when it is read.
                    if (_null.Length > 0 || batch.Columns.Count > 1) output.Write(_null);
                }
                else if (column is TextColumn text && column.Type.Kind == TypeKind.Text) WriteText(text[row], output);
                else if (dialect.Delimiter == (byte)',' && dialect.Quote == (byte)'"') Values.FormatValue(column, row, output);
                else
                {
                    _value.ResetWrittenCount();
                    Values.FormatValue(column, row, _value);
                    WriteText(_value.WrittenSpan, output);
                }
            }
            output.Write("\n"u8);
        }
    }

    void WriteText(ReadOnlySpan<byte> text, IBufferWriter<byte> output)
    {
        var isPlain = !text.IsEmpty && !text.ContainsAny(_special) && text[0] is not (byte)' ' && text[^1] is not (byte)' ' && !text.SequenceEqual(_null);
        if (isPlain)
        {
            output.Write(text);
            return;
        }
        output.Write([dialect.Quote]);
        while (true)
        {
            var run = text.IndexOf(dialect.Quote);
            if (run < 0) break;
            output.Write(text[..(run + 1)]);
            output.Write([dialect.Quote]);
            text = text[(run + 1)..];
        }
        output.Write(text);
        output.Write([dialect.Quote]);
    }
}

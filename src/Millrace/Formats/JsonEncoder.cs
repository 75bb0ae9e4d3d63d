using System.Buffers;
using System.Text;
using Millrace.Data;

namespace Millrace.Formats;

/// <summary>Writes JSON lines: every column in every row, NULL as null, BIGINT always a number, DECIMAL a string.</summary>
sealed class JsonEncoder : IEncoder
{
    readonly byte[][] _keys; // {"a": and ,"b":

    public JsonEncoder(Schema schema)
    {
        _keys = new byte[schema.Count][];
        var output = new ArrayBufferWriter<byte>();
        for (var i = 0; i < schema.Count; i++)
        {
            output.Write(i == 0 ? "{"u8 : ","u8);
            Values.WriteJsonString(Encoding.UTF8.GetBytes(schema[i].Name), output);
            output.Write(":"u8);
            _keys[i] = output.WrittenSpan.ToArray();
            output.ResetWrittenCount();
        }
    }

    /// <inheritdoc/>
    public void WriteHeader(IBufferWriter<byte> output) { }

    /// <inheritdoc/>
    public void Write(Batch batch, IBufferWriter<byte> output)
    {
        for (var row = 0; row < batch.RowCount; row++)
        {
            for (var i = 0; i < _keys.Length; i++)
            {
                output.Write(_keys[i]);
                Values.FormatJson(batch[i], row, output, exactNumbers: false);
            }
            output.Write(_keys.Length == 0 ? "{}\n"u8 : "}\n"u8);
        }
    }
}

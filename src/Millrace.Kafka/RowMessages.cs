using System.Buffers;
using System.Text;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Planning;
using Values = Millrace.Formats.Values;

namespace Millrace.Kafka;

/// <summary>Rows as messages: the value is a JSON object of the visible columns, the key the text of the key's column, or a JSON object where it has several.</summary>
sealed class RowMessages(Schema schema, IReadOnlyList<int> key)
{
    readonly ArrayBufferWriter<byte> _output = new(512);
    readonly (int Column, byte[] Name)[] _values = Names(schema, Enumerable.Range(0, schema.Count).Where(i => !PlanBuilder.IsHidden(schema[i].Name)));
    readonly (int Column, byte[] Name)[] _keys = Names(schema, key);

    // {"a": and ,"b":
    static (int, byte[])[] Names(Schema schema, IEnumerable<int> columns) => [.. columns.Select((column, i) =>
    {
        var output = new ArrayBufferWriter<byte>();
        output.Write(i == 0 ? "{"u8 : ","u8);
        Values.WriteJsonString(Encoding.UTF8.GetBytes(schema[column].Name), output);
        output.Write(":"u8);
        return (column, output.WrittenSpan.ToArray());
    })];

    /// <summary>The value of a row's message.</summary>
    public byte[] Value(Batch batch, int row) => Object(_values, batch, row);

    /// <summary>The key of a row's message; null where there is none, or where the key's only column is NULL.</summary>
    public byte[]? Key(Batch batch, int row)
    {
        if (_keys.Length != 1) return _keys.Length == 0 ? null : Object(_keys, batch, row);
        var column = batch[_keys[0].Column];
        if (column.IsNull(row)) return null;
        _output.ResetWrittenCount();
        Values.FormatValue(column, row, _output);
        return _output.WrittenSpan.ToArray();
    }

    byte[] Object((int Column, byte[] Name)[] columns, Batch batch, int row)
    {
        _output.ResetWrittenCount();
        foreach (var (column, name) in columns)
        {
            _output.Write(name);
            Values.FormatJson(batch[column], row, _output, exactNumbers: false);
        }
        _output.Write(columns.Length == 0 ? "{}"u8 : "}"u8);
        return _output.WrittenSpan.ToArray();
    }
}

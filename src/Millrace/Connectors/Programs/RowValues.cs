using System.Globalization;
using System.Text;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Time;

namespace Millrace.Connectors.Programs;

/// <summary>Rows as .NET values, at the edge to programs; boxes every value.</summary>
static class RowValues
{
    public static Batch Rent(MemoryAccountant memory, Schema schema)
    {
        var batch = memory.RentBatch(schema);
        foreach (var field in schema.Fields) batch.Add(memory.Rent(field.Type));
        return batch;
    }

    /// <summary>Throws unless the values fit the columns.</summary>
    public static void Check(Schema schema, ReadOnlySpan<object?> values)
    {
        if (values.Length != schema.Count) throw new ArgumentException($"{values.Length} values for {schema.Count} columns ({schema}).");
        for (var i = 0; i < values.Length; i++)
        {
            var fits = values[i] is not { } value || schema[i].Type.Kind switch
            {
                TypeKind.Boolean => value is bool,
                TypeKind.Integer => value is int,
                TypeKind.BigInt => value is long or int,
                TypeKind.Double => value is double or int,
                TypeKind.Decimal => value is decimal or int or long && Scaled(value, schema[i].Type) is not null,
                TypeKind.Text => value is string,
                TypeKind.Timestamp => value is DateTimeOffset or Timestamp,
                TypeKind.Interval => value is TimeSpan or Interval,
                TypeKind.Bytes => value is byte[],
                _ => false,
            };
            if (!fits) throw new ArgumentException($"{values[i]} ({values[i]!.GetType().Name}) does not fit column {schema[i]}.");
        }
    }

    /// <summary>A decimal as the integer that its column holds; null where digits would be lost.</summary>
    static Int128? Scaled(object value, DataType type)
    {
        var text = Encoding.UTF8.GetBytes(Convert.ToDecimal(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture));
        if (Numbers.ParseScaled(text, type.Scale, out var scaled) != Fit.Fits) return null;
        var limit = Int128.One;
        for (var i = 0; i < type.Precision; i++) limit *= 10;
        return Int128.Abs(scaled) < limit ? scaled : null;
    }

    public static void Append(Batch batch, ReadOnlySpan<object?> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var column = batch[i];
            switch (values[i])
            {
                case null: column.AppendNull(); break;
                case bool v: ((Column<byte>)column).Append(v ? (byte)1 : (byte)0); break;
                case string v: ((TextColumn)column).Append(Encoding.UTF8.GetBytes(v)); break;
                case byte[] v: ((TextColumn)column).Append(v); break;
                case DateTimeOffset v: ((Column<long>)column).Append(Timestamp.From(v).Microseconds); break;
                case Timestamp v: ((Column<long>)column).Append(v.Microseconds); break;
                case TimeSpan v: ((Column<Interval>)column).Append(new Interval(0, 0, v.Ticks / 10)); break;
                case Interval v: ((Column<Interval>)column).Append(v); break;
                case { } v when column.Type.Kind == TypeKind.Decimal:
                    var scaled = Scaled(v, column.Type)!.Value;
                    if (column is Column<long> narrow) narrow.Append((long)scaled);
                    else ((Column<Int128>)column).Append(scaled);
                    break;
                case { } v when column.Type.Kind == TypeKind.Double: ((Column<double>)column).Append(Convert.ToDouble(v, null)); break;
                case { } v when column.Type.Kind == TypeKind.BigInt: ((Column<long>)column).Append(Convert.ToInt64(v, null)); break;
                case int v: ((Column<int>)column).Append(v); break;
            }
        }
        batch.RowCount++;
    }

    /// <summary>A row: null, bool, int, long, double, decimal (text beyond its 28 digits), string, Timestamp, Interval, byte[].</summary>
    public static object?[] Read(Batch batch, int row)
    {
        var values = new object?[batch.Columns.Count];
        for (var i = 0; i < values.Length; i++) values[i] = Read(batch[i], row);
        return values;
    }

    static object? Read(Column column, int row)
    {
        if (column.IsNull(row)) return null;
        return column switch
        {
            Column<byte> c => c[row] != 0,
            Column<int> c => c[row],
            Column<long> c when c.Type.Kind == TypeKind.Timestamp => new Timestamp(c[row]),
            Column<long> c when c.Type.Kind == TypeKind.Decimal => Unscaled(c[row], c.Type.Scale),
            Column<long> c => c[row],
            Column<double> c => c[row],
            Column<Int128> c => Unscaled(c[row], c.Type.Scale),
            Column<Interval> c => c[row],
            TextColumn c when c.Type.Kind == TypeKind.Bytes => c[row].ToArray(),
            TextColumn c => Encoding.UTF8.GetString(c[row]),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    static object Unscaled(Int128 value, int scale)
    {
        var positive = (UInt128)Int128.Abs(value);
        if (positive >> 96 != 0 || scale > 28)
        {
            var text = new System.Buffers.ArrayBufferWriter<byte>();
            Values.FormatDecimal(value, scale, text);
            return Encoding.UTF8.GetString(text.WrittenSpan);
        }
        return new decimal((int)(uint)positive, (int)(uint)(positive >> 32), (int)(uint)(positive >> 64), value < 0, (byte)scale);
    }
}

using Millrace.Data;
using Millrace.Postgres.Copies;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Postgres;

public sealed class CopyTests
{
    [Fact]
    public void Rows_that_are_written_are_read_as_they_were_however_the_bytes_arrive()
    {
        var memory = new MemoryAccountant();
        var schema = new Schema(new Field("b", DataType.Boolean), new Field("i", DataType.Integer), new Field("l", DataType.BigInt), new Field("d", DataType.Double), new Field("m", DataType.Decimal(10, 3)),
            new Field("w", DataType.Decimal(38, 5)), new Field("t", DataType.Text), new Field("at", DataType.Timestamp), new Field("iv", DataType.Interval), new Field("raw", DataType.Bytes));
        var rows = StoredRows.Batch(memory, schema,
            [true, int.MinValue, long.MaxValue, -0.0, (Int128)(-1), Int128.Parse("99999999999999999999999999999999999999", null), "ü😀", CopyWriter.FirstTime, new Interval(-1, 2, -3), new byte[] { 0, 255 }],
            [false, 1, 2L, double.NaN, (Int128)9_999_999_999, (Int128)0, new string('x', 100_000), long.MaxValue, new Interval(0, 30, 0), Array.Empty<byte>()],
            [.. Enumerable.Repeat<object?>(null, 10)]);
        var bytes = new MemoryStream();
        var writer = new CopyWriter(bytes);
        writer.Begin();
        for (var row = 0; row < rows.RowCount; row++)
        {
            writer.BeginRow(schema.Count);
            foreach (var column in rows.Columns) writer.Put(column, row);
        }
        writer.End();
        foreach (var most in new[] { 1, 7, 1 << 20 })
        {
            var read = memory.RentBatch(schema);
            foreach (var field in schema.Fields) read.Add(memory.Rent(field.Type));
            using var reader = new CopyReader(new Trickle(bytes.ToArray(), most));
            while (reader.NextRow())
            {
                foreach (var column in read.Columns) Assert.True(CopyReader.Append(column, reader.Field(out var isNull), isNull));
                read.RowCount++;
            }
            Assert.Equal(StoredRows.Texts(rows), StoredRows.Texts(read));
            read.Release();
        }
        rows.Release();
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void What_PostgreSQL_cannot_hold_is_named()
    {
        var memory = new MemoryAccountant();
        var rows = StoredRows.Batch(memory, new Schema(new Field("t", DataType.Text), new Field("at", DataType.Timestamp), new Field("raw", DataType.Bytes)),
            ["a\0b", CopyWriter.FirstTime - 1, new byte[] { 0 }], ["", CopyWriter.FirstTime, new byte[] { 255 }], [null, null, null]);
        string Unfit(int column) => string.Join('|', Enumerable.Range(0, 3).Select(r => CopyWriter.Unfit(rows[column], r) ?? "fits"));
        Assert.Equal("a text with U+0000|fits|fits", Unfit(0));
        Assert.Equal("a time before 4714-11-24 BC|fits|fits", Unfit(1));
        Assert.Equal("fits|fits|fits", Unfit(2));
        rows.Release();
        Assert.Equal(0, memory.Alive);
    }

    sealed class Trickle(byte[] bytes, int most) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(most, buffer.Length)]);
    }
}

using System.Buffers;
using System.Text;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;

namespace Millrace.Tests.Formats;

public sealed class EncoderTests
{
    const string Columns = "a INTEGER, b BIGINT, d DOUBLE, m DECIMAL(10,3), w DECIMAL(30,2), o BOOLEAN, t TEXT, ts TIMESTAMP, i INTERVAL, y BYTES";

    static Batch Rows(MemoryAccountant memory)
    {
        var schema = new Decoding { Columns = Columns }.Context(memory).Schema;
        var batch = memory.RentBatch(schema);
        foreach (var field in schema.Fields) batch.Add(memory.Rent(field.Type));
        for (var r = 0; r < 3; r++)
        {
            if (r == 2)
            {
                foreach (var column in batch.Columns) column.AppendNull();
                continue;
            }
            ((Column<int>)batch[0]).Append(r == 0 ? -5 : 7);
            ((Column<long>)batch[1]).Append(r == 0 ? 9007199254740993 : 1);
            ((Column<double>)batch[2]).Append(r == 0 ? 0.1 : double.NaN);
            ((Column<long>)batch[3]).Append(r == 0 ? -1 : 12340);
            ((Column<Int128>)batch[4]).Append(r == 0 ? Int128.Parse("123456789012345678901234567890") : 5);
            ((Column<byte>)batch[5]).Append((byte)r);
            ((TextColumn)batch[6]).Append(r == 0 ? "a,\"b\"\n\u0001ä"u8 : ""u8);
            ((Column<long>)batch[7]).Append(r == 0 ? 1291190400000000 : 1291190400000001);
            ((Column<Interval>)batch[8]).Append(r == 0 ? new Interval(14, 3, 3_661_500_000) : default);
            ((TextColumn)batch[9]).Append([0, 1, 2]);
        }
        batch.RowCount = 3;
        return batch;
    }

    static string Encode(string format, Batch batch)
    {
        var encoder = new FormatList().Find(format)!.CreateEncoder(batch.Schema, Options.None);
        var output = new ArrayBufferWriter<byte>();
        encoder.WriteHeader(output);
        encoder.Write(batch, output);
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    [Fact]
    public void Csv()
    {
        var batch = Rows(new());
        Assert.Equal("a,b,d,m,w,o,t,ts,i,y\n-5,9007199254740993,0.1,-0.001,1234567890123456789012345678.90,false,\"a,\"\"b\"\"\n\u0001ä\",2010-12-01 08:00:00,P1Y2M3DT1H1M1.5S,AAEC\n"
            + "7,1,NaN,12.340,0.05,true,\"\",2010-12-01 08:00:00.000001,PT0S,AAEC\n,,,,,,,,,\n", Encode("csv", batch));
        batch.Release();
    }

    [Fact]
    public void Json_lines()
    {
        var batch = Rows(new());
        Assert.Equal("""
            {"a":-5,"b":9007199254740993,"d":0.1,"m":"-0.001","w":"1234567890123456789012345678.90","o":false,"t":"a,\"b\"\n\u0001ä","ts":"2010-12-01T08:00:00Z","i":"P1Y2M3DT1H1M1.5S","y":"AAEC"}
            {"a":7,"b":1,"d":"NaN","m":"12.340","w":"0.05","o":true,"t":"","ts":"2010-12-01T08:00:00.000001Z","i":"PT0S","y":"AAEC"}
            {"a":null,"b":null,"d":null,"m":null,"w":null,"o":null,"t":null,"ts":null,"i":null,"y":null}

            """, Encode("json", batch));
        var output = new ArrayBufferWriter<byte>();
        Values.FormatJson(batch[1], 0, output);
        Assert.Equal("\"9007199254740993\"", Encoding.UTF8.GetString(output.WrittenSpan));
        batch.Release();
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("json")]
    public void What_is_written_reads_back_the_same(string format)
    {
        var batch = Rows(new());
        var expected = Enumerable.Range(0, 3).Select(r => string.Join("|", batch.Columns.Select(c => Decoding.Print(c, r)))).ToList();
        var decoded = new Decoding { Format = format, Columns = Columns }.Run(Encode(format, batch));
        Assert.Empty(decoded.Errors);
        Assert.Equal(expected, decoded.Rows);
        batch.Release();
    }
}

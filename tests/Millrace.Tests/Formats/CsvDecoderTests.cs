using System.Text;
using Millrace.Formats;

namespace Millrace.Tests.Formats;

public sealed class CsvDecoderTests
{
    static Decoding Decode(string columns, string text, params (string, string)[] options) =>
        new Decoding { Format = "csv", Columns = columns, Options = options.ToDictionary(o => o.Item1, o => o.Item2) }.Run(text);

    [Fact]
    public void Columns_are_found_by_the_header()
    {
        var d = Decode("qty INTEGER, Product TEXT, price DECIMAL(10,2), note TEXT UNUSED", "product,note,QTY,price\nA,n,1,2.5\nB,,2,\n");
        Assert.Equal(["1|A|2.50|NULL", "2|B|NULL|NULL"], d.Rows);
        Assert.Empty(d.Errors);
        Assert.Equal(["2|1"], Decode("a INTEGER, A INTEGER", "A,a\n1,2").Rows);
    }

    [Fact]
    public void Without_a_header_by_position() =>
        Assert.Equal(["1|2", "3|4"], Decode("a INTEGER, b INTEGER FROM whatever", "1,2\n3,4", ("csv.header", "false")).Rows);

    [Fact]
    public void A_header_without_the_fields_makes_every_record_bad()
    {
        var d = Decode("a INTEGER, price INTEGER, c TEXT UNUSED", "a,b\n1,2\n3,4\n");
        Assert.Empty(d.Rows);
        Assert.Equal(["a,b", "1,2", "3,4"], d.ErrorRaw);
        Assert.All(d.Errors, e => Assert.StartsWith("the header has no 'price', 'c'; found a, b", e));
    }

    [Fact]
    public void Wrong_number_of_fields()
    {
        var d = Decode("a INTEGER, b INTEGER", "a,b\n1,2\n3\n4,5,6\n7,8\n");
        Assert.Equal(["1|2", "7|8"], d.Rows);
        Assert.Equal(["found 1 fields, expected 2 (a, b) (record 2)", "found 3 fields, expected 2 (a, b) (record 3)"], d.Errors);
    }

    [Fact]
    public void Quotes()
    {
        var d = Decode("a TEXT, b TEXT", "a,b\n\"x,y\",\"say \"\"hi\"\"\"\n\"two\nlines\r\n\",\"\"\n,\n5\" disk,it\"s\n\"a\",\"b\"\r\n\"\"\"\",\"\"\"\"\"\"");
        Assert.Equal(["x,y|say \"hi\"", "two\nlines\r\n|", "NULL|NULL", "5\" disk|it\"s", "a|b", "\"|\"\""], d.Rows);
        Assert.Empty(d.Errors);
        Assert.Equal(["1|2.50"], Decode("a INTEGER, b DECIMAL(5,2)", "a,b\n\"1\",\"2.5\"").Rows);
    }

    [Fact]
    public void Text_behind_a_closing_quote_is_an_error_of_its_record()
    {
        var d = Decode("a TEXT, b TEXT UNUSED", "a,b\n\"x\"y,1\n1,\"x\"y\nok,1\n");
        Assert.Equal(["ok|NULL"], d.Rows);
        Assert.Equal(2, d.Errors.Count);
        Assert.StartsWith("field 1: expected a delimiter or line end behind the closing quote of \"x\"y", d.Errors[0]);
    }

    [Theory]
    [InlineData("a,b\n1,\"x\n2,y\n3,z\n", "1,\"x")]
    [InlineData("a,b\n1,\"x\n2,y\n3,\"z\"\n", "1,\"x")]
    [InlineData("a,b\n\"1,x\r\n2,y\r\n\"3\",z\n", "\"1,x")]
    public void A_quote_that_never_closes_costs_one_record(string text, string bad)
    {
        for (var cut = 0; cut < text.Length; cut++)
        {
            var d = new Decoding { Format = "csv", Columns = "a INTEGER, b TEXT" }.Run(text, cut);
            Assert.Equal(["2|y", "3|z"], d.Rows);
            Assert.Equal([bad], d.ErrorRaw);
        }
    }

    [Fact]
    public void A_quote_that_does_not_close_within_the_limit_costs_one_record()
    {
        var text = "a,b\n1,\"x\n" + string.Concat(Enumerable.Repeat("2,y\n", 1000)) + "3,\"z\"\n";
        foreach (int[] cuts in new int[][] { [], [100, 500, 1000] })
        {
            var d = new Decoding { Format = "csv", Columns = "a INTEGER, b TEXT", Options = { ["max_record_bytes"] = "200" } }.Run(text, cuts);
            Assert.Equal(1001, d.Rows.Count);
            Assert.Equal(["1,\"x"], d.ErrorRaw);
        }
    }

    [Fact]
    public void Blank_lines_byte_order_mark_carriage_returns_and_no_last_line_end()
    {
        var d = Decode("a INTEGER, b TEXT", "\uFEFFa,b\r\n\r\n1,x\r\n\n\r\n2,y");
        Assert.Equal(["1|x", "2|y"], d.Rows);
        Assert.Empty(d.Errors);
        Assert.Empty(Decode("a INTEGER", "").Rows);
        Assert.Empty(Decode("a INTEGER", "a").Rows);
        Assert.Empty(Decode("a INTEGER", "a\n").Errors);
        Assert.Equal(["1|NULL"], Decode("a INTEGER, b TEXT", "a,b\n1,").Rows);
    }

    [Fact]
    public void Other_delimiters_quotes_and_NULL_texts()
    {
        Assert.Equal(["1|x;y"], Decode("a INTEGER, b TEXT", "a;b\n1;'x;y'", ("csv.delimiter", ";"), ("csv.quote", "'")).Rows);
        Assert.Equal(["1|x"], Decode("a INTEGER, b TEXT", "a\tb\n1\tx", ("csv.delimiter", "\\t")).Rows);
        Assert.Equal(["NULL|NA", "NULL|NULL"], Decode("a INTEGER, b TEXT", "a,b\nNA,\"NA\"\n,NA", ("csv.null", "NA")).Rows);
    }

    [Theory]
    [InlineData("BOOLEAN", "TRUE", "true")]
    [InlineData("BOOLEAN", "f", "false")]
    [InlineData("BOOLEAN", "1", "true")]
    [InlineData("BOOLEAN", "no", "false")]
    [InlineData("INTEGER", " 12 ", "12")]
    [InlineData("INTEGER", "+5", "5")]
    [InlineData("INTEGER", "007", "7")]
    [InlineData("DOUBLE", ".5", "0.5")]
    [InlineData("DOUBLE", "1e-7", "1E-07")]
    [InlineData("TEXT", " x ", " x ")]
    [InlineData("TIMESTAMP", "2010-12-01 08:26:00", "2010-12-01 08:26:00")]
    [InlineData("INTERVAL", "1 day 2 hours", "P1DT2H")]
    [InlineData("BYTES", "AAEC", "AAEC")]
    public void Values_that_fit(string type, string field, string expected)
    {
        var d = Decode($"v {type}, w INTEGER", $"v,w\n{field},1\n");
        Assert.Equal([expected + "|1"], d.Rows);
        Assert.Empty(d.Errors);
    }

    [Fact]
    public void Numbers_of_every_length_are_exact()
    {
        var random = new Random(7);
        var text = new StringBuilder("i,d,m\n");
        var expected = new List<string>();
        for (var i = 0; i < 5000; i++)
        {
            var digits = random.Next(1, 19);
            var value = random.NextInt64((long)Math.Pow(10, digits - 1), (long)Math.Pow(10, digits)) * (random.Next(2) * 2 - 1);
            var scale = random.Next(0, 4);
            var number = Point(value % 100_000_000_000_000, scale);
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{value},{number},{number}\n");
            var d = double.Parse(number, System.Globalization.CultureInfo.InvariantCulture);
            expected.Add($"{value}|{d.ToString(System.Globalization.CultureInfo.InvariantCulture)}|{decimal.Parse(number, System.Globalization.CultureInfo.InvariantCulture).ToString("F3", System.Globalization.CultureInfo.InvariantCulture)}");
        }
        var decoded = Decode("i BIGINT, d DOUBLE, m DECIMAL(18,3)", text.ToString());
        Assert.Empty(decoded.Errors);
        Assert.Equal(expected, decoded.Rows);
    }

    static string Point(long value, int scale)
    {
        var digits = Math.Abs(value).ToString(System.Globalization.CultureInfo.InvariantCulture).PadLeft(scale + 1, '0');
        return (value < 0 ? "-" : "") + (scale == 0 ? digits : digits[..^scale] + "." + digits[^scale..]);
    }

    [Fact]
    public void NUL_bytes_and_invalid_UTF8_are_errors_of_their_records()
    {
        byte[] bytes = [.. "a\nx\0y\n"u8, 0xFF, .. "\nok\n"u8];
        var d = new Decoding { Format = "csv", Columns = "a TEXT" }.Run(bytes);
        Assert.Equal(["ok"], d.Rows);
        Assert.Equal("a: 'x\\u0000y' has a NUL character (byte 0), which TEXT cannot hold (record 1)", d.Errors[0]);
        Assert.EndsWith("is no valid UTF-8 (record 2)", d.Errors[1]);
    }

    [Fact]
    public void A_line_of_ten_megabytes_works()
    {
        var text = $"a,t\n1,{new string('x', 10_000_000)}\n2,\"{new string(',', 10_000_000)}\"\n3,z\n";
        Assert.Equal([10_000_002, 10_000_002, 3], new Decoding { Format = "csv", Columns = "a INTEGER, t TEXT" }.Run(text, 7_000_000, 12_000_000).Rows.Select(r => r.Length));
    }

    [Fact]
    public void Pieces_cut_anywhere_and_batches_of_one_give_the_same_rows()
    {
        const string Text = "\uFEFFa,t,u\r\n1,x,\"\"\r\n2,\"two\nlines\",y\n\nbad,x,y\n3,\"a \"\"b\"\"\",\n4,x\n5,abcdefghijklmnopqrstuvwxyz0123456789,\"z\"\n\"6\",\"q\"x,1\n7,é,\"never\n8,x,y\n9,x,y";
        var bytes = Encoding.UTF8.GetBytes(Text);
        var whole = New(4096).Run(bytes);
        Assert.Equal(["1|x", "2|two\nlines", "3|a \"b\"", "5|abcdefghijklmnopqrstuvwxyz0123456789", "8|x", "9|x"], whole.Rows.Select(r => r[..r.LastIndexOf('|')]));
        Assert.Equal(4, whole.Errors.Count);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            foreach (var batchRows in (int[])[4096, 1])
            {
                var d = New(batchRows).Run(bytes, cut, Math.Min(bytes.Length, cut + 30));
                Assert.Equal(whole.Rows, d.Rows);
                Assert.Equal(whole.Errors, d.Errors);
                Assert.Equal(whole.Raw, d.Raw);
                Assert.Equal(whole.ErrorRaw, d.ErrorRaw);
                Assert.Equal(whole.ErrorItems.Select(e => e.Offset), d.ErrorItems.Select(e => e.Offset));
            }
        }
        static Decoding New(int batchRows) => new() { Format = "csv", Columns = "a INTEGER, t TEXT, u TEXT", BatchRows = batchRows, KeepOrigin = true };
    }

    [Fact]
    public void Bitmaps_with_vectors_equal_those_made_byte_by_byte()
    {
        var random = new Random(2);
        for (var length = 0; length <= 200; length++)
        {
            var bytes = new byte[length];
            for (var round = 0; round < 10; round++)
            {
                for (var i = 0; i < length; i++) bytes[i] = round < 2 ? (byte)random.Next(256) : (byte)",\n\"x\r"[random.Next(5)];
                for (var at = 0; at < length; at += 64)
                {
                    var count = Math.Min(64, length - at);
                    CsvIndex.Masks(bytes, at, count, (byte)',', (byte)'"', out var a, out var b, out var c);
                    CsvIndex.MasksScalar(bytes, at, count, (byte)',', (byte)'"', out var x, out var y, out var z);
                    Assert.Equal((x, y, z), (a, b, c));
                }
            }
        }
    }

    [Fact]
    public void Fields_of_every_length_equal_those_of_a_naive_reader()
    {
        var random = new Random(3);
        for (var length = 0; length <= 200; length++)
        {
            var fields = Enumerable.Range(0, 40).Select(i => new string((char)('a' + i % 26), i == 7 ? length : random.Next(1, 4))).ToArray();
            if (length % 3 == 1) fields[random.Next(8, 40)] = "\"q,\n\"";
            var line = string.Join(",", fields);
            var columns = string.Join(", ", Enumerable.Range(0, 40).Select(i => $"c{i} TEXT"));
            var d = Decode(columns, line + "\n" + line + "\n" + line, ("csv.header", "false"));
            var expected = string.Join("|", fields.Select(f => f.Length == 0 ? "NULL" : f.Trim('"')));
            Assert.Equal([expected, expected, expected], d.Rows);
        }
    }

    [Fact]
    public void Masked_fields_are_redacted_by_position_only()
    {
        var context = new Decoding { Columns = "customer TEXT, qty INTEGER", Options = { ["csv.header"] = "false" } }.Context(new());
        Assert.Equal("***,1", Encoding.UTF8.GetString(new CsvFormat().Redact("\"Ann, B\",1"u8, context, new HashSet<int> { 0 })!));
        Assert.Null(new CsvFormat().Redact("Ann"u8, context, new HashSet<int> { 0 }));
        Assert.Null(new CsvFormat().Redact("Ann,1"u8, new Decoding { Columns = "customer TEXT, qty INTEGER" }.Context(new()), new HashSet<int> { 0 }));
    }
}

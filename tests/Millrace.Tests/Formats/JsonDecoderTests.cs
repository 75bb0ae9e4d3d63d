using System.Text;
using Millrace.Formats;

namespace Millrace.Tests.Formats;

public sealed class JsonDecoderTests
{
    static Decoding Decode(string columns, string text, bool nullOnError = false) => new Decoding { Columns = columns, NullOnError = nullOnError }.Run(text);

    [Fact]
    public void Rows_of_one_shape()
    {
        var d = Decode("ts BIGINT, product TEXT, store TEXT UNUSED, qty INTEGER, price DOUBLE",
            string.Concat(Enumerable.Range(0, 2000).Select(i => $"{{\"ts\":{1767225600000 + i},\"product\":\"P{i % 7:D4}\",\"store\":\"S01\",\"qty\":{i - 1000},\"price\":{i / 100}.{i % 100:D2}}}\n")));
        Assert.Empty(d.Errors);
        Assert.Equal(2000, d.Rows.Count);
        for (var i = 0; i < 2000; i++) Assert.Equal($"{1767225600000 + i}|P{i % 7:D4}|NULL|{i - 1000}|{(i / 100 * 100 + i % 100) / 100.0}", d.Rows[i]);
    }

    [Fact]
    public void Fields_in_any_order_absent_null_unknown_and_twice()
    {
        var d = Decode("a INTEGER, b TEXT", """
            {"a":1,"b":"x"}
            {"b":"y","a":2}
            {"a":null,"b":null}
            {}

            { "z" : [1,{"a":5}] , "a" : 3 , "b" : "z" }
            {"a":1,"b":"x","a":7}
            {"a":8,"a":null}
            """);
        Assert.Equal(["1|x", "2|y", "NULL|NULL", "NULL|NULL", "3|z", "7|x", "NULL|NULL"], d.Rows);
        Assert.Empty(d.Errors);
    }

    [Fact]
    public void Names_match_exactly_first_then_without_regard_to_case() =>
        Assert.Equal(["1", "2", "2", "3", "4"], Decode("price INTEGER", """
            {"Price":1}
            {"Price":1,"price":2}
            {"price":2,"Price":1}
            {"PRICE":1,"Price":3}
            {"pri\u0063e":4}
            """).Rows);

    [Fact]
    public void Paths_reach_into_objects()
    {
        var d = Decode("lat DOUBLE FROM geo.lat, geo TEXT, deep INTEGER FROM a.b.c, id INTEGER", """
            {"geo":{"lat":1.5,"lon":2},"a":{"b":{"c":7}},"id":1}
            {"geo":{"lat":2.5,"lon":2},"a":{"b":{"c":8}},"id":2}
            {"geo":null,"a":{"b":3},"id":3}
            {"geo.lat":9.5,"a":{},"id":4}
            {"geo":{"lat":1},"geo":{"lon":1}}
            """);
        Assert.Equal(["1.5|{\"lat\":1.5,\"lon\":2}|7|1", "2.5|{\"lat\":2.5,\"lon\":2}|8|2", "NULL|NULL|NULL|3", "9.5|NULL|NULL|4", "NULL|{\"lon\":1}|NULL|NULL"], d.Rows);
        Assert.Empty(d.Errors);
    }

    [Fact]
    public void Nested_shapes_are_learnt()
    {
        var d = Decode("lat DOUBLE FROM geo.lat, id INTEGER", string.Concat(Enumerable.Range(0, 100).Select(i => $"{{\"geo\": {{\"lat\": {i}.5, \"t\": [1, 2]}}, \"id\": {i}}}\r\n")));
        Assert.Equal(Enumerable.Range(0, 100).Select(i => $"{i}.5|{i}"), d.Rows);
    }

    [Fact]
    public void Texts()
    {
        var d = Decode("t TEXT", """
            {"t":"a\"b\\c\/\b\f\n\r\t\u00e4\ud83d\ude00"}
            {"t":12.50}
            {"t":true}
            {"t":{"a":[1, 2]}}
            {"t":""}
            {"t":"ein längerer Text mit mehr als 32 Bytes, auch äöü"}
            {"t":"ein längerer Text mit mehr als 32 Bytes, auch äöü"}
            """);
        Assert.Equal(["a\"b\\c/\b\f\n\r\tä😀", "12.50", "true", "{\"a\":[1, 2]}", "", "ein längerer Text mit mehr als 32 Bytes, auch äöü", "ein längerer Text mit mehr als 32 Bytes, auch äöü"], d.Rows);
    }

    [Theory]
    [InlineData("INTEGER", "12", "12")]
    [InlineData("INTEGER", "\"12\"", "12")]
    [InlineData("INTEGER", "-2147483648", "-2147483648")]
    [InlineData("INTEGER", "12.0", "12")]
    [InlineData("INTEGER", "1e3", "1000")]
    [InlineData("BIGINT", "9223372036854775807", "9223372036854775807")]
    [InlineData("BIGINT", "-9223372036854775808", "-9223372036854775808")]
    [InlineData("BIGINT", "12345678901234567", "12345678901234567")]
    [InlineData("DOUBLE", "0.1", "0.1")]
    [InlineData("DOUBLE", "-0", "-0")]
    [InlineData("DOUBLE", "123456.789", "123456.789")]
    [InlineData("DOUBLE", "1.7976931348623157e308", "1.7976931348623157E+308")]
    [InlineData("DOUBLE", "5e-324", "5E-324")]
    [InlineData("DOUBLE", "\"NaN\"", "NaN")]
    [InlineData("DOUBLE", "3.141592653589793238462643383279", "3.141592653589793")]
    [InlineData("DECIMAL(10,3)", "4.5", "4.500")]
    [InlineData("DECIMAL(10,3)", "-0.001", "-0.001")]
    [InlineData("DECIMAL(10,3)", "4.5000000", "4.500")]
    [InlineData("DECIMAL(10,3)", "1.5e2", "150.000")]
    [InlineData("DECIMAL(38,10)", "1234567890123456789012345678.0123456789", "1234567890123456789012345678.0123456789")]
    [InlineData("BOOLEAN", "true", "true")]
    [InlineData("BOOLEAN", "\"No\"", "false")]
    [InlineData("TIMESTAMP", "\"2026-01-02T03:04:05Z\"", "2026-01-02 03:04:05")]
    [InlineData("TIMESTAMP", "\"2026-01-02 03:04:05.123456789+01:30\"", "2026-01-02 01:34:05.123456")]
    [InlineData("TIMESTAMP", "\"2026-01-02\"", "2026-01-02 00:00:00")]
    [InlineData("TIMESTAMP", "\"2024-02-29T23:59:59\"", "2024-02-29 23:59:59")]
    [InlineData("TIMESTAMP", "1767225600", "2026-01-01 00:00:00")]
    [InlineData("TIMESTAMP", "1767225600123", "2026-01-01 00:00:00.123000")]
    [InlineData("TIMESTAMP", "1767225600123456", "2026-01-01 00:00:00.123456")]
    [InlineData("TIMESTAMP", "1767225600.25", "2026-01-01 00:00:00.250000")]
    [InlineData("TIMESTAMP", "-1", "1969-12-31 23:59:59")]
    [InlineData("TIMESTAMP", "\"0001-01-01T00:00:00\"", "0001-01-01 00:00:00")]
    [InlineData("INTERVAL", "\"P1Y2M3DT4H5M6.5S\"", "P1Y2M3DT4H5M6.5S")]
    [InlineData("INTERVAL", "\"1 year 2 mons -3 days 04:05:06.5\"", "P1Y2M-3DT4H5M6.5S")]
    [InlineData("INTERVAL", "\"5 minutes ago\"", "PT-5M")]
    [InlineData("BYTES", "\"AAEC\"", "AAEC")]
    public void Values_that_fit(string type, string json, string expected)
    {
        // Alone, and as one of many records of a shape.
        var d = Decode($"v {type}", $"{{\"v\":{json}}}");
        Assert.Empty(d.Errors);
        Assert.Equal([expected], d.Rows);
        var many = Decode($"v {type}", string.Concat(Enumerable.Repeat($"{{\"v\":{json}}}\n", 10)) + new string('\n', 100));
        Assert.Equal(Enumerable.Repeat(expected, 10), many.Rows);
    }

    [Theory]
    [InlineData("DECIMAL(10,3)", "\"abc\"", "v: 'abc' is no DECIMAL(10,3)")]
    [InlineData("DECIMAL(10,3)", "1.2345", "v: 1.2345 has more than 3 digits after the point and is no DECIMAL(10,3)")]
    [InlineData("DECIMAL(10,3)", "10000000", "v: 10000000 is beyond DECIMAL(10,3)")]
    [InlineData("DECIMAL(38,0)", "340282366920938463463374607431768211456", "v: 340282366920938463463374607431768211456 is beyond DECIMAL(38,0)")]
    [InlineData("INTEGER", "3000000000", "v: 3000000000 is beyond INTEGER (-2147483648 to 2147483647)")]
    [InlineData("INTEGER", "1.5", "v: 1.5 has a fraction and is no INTEGER")]
    [InlineData("INTEGER", "true", "v: true is no INTEGER")]
    [InlineData("INTEGER", "12abc", "v: 12abc is no INTEGER")]
    [InlineData("INTEGER", "\"\"", "v: '' is no INTEGER")]
    [InlineData("INTEGER", "-", "v: - is no INTEGER")]
    [InlineData("BIGINT", "9223372036854775808", "v: 9223372036854775808 is beyond BIGINT (-9223372036854775808 to 9223372036854775807)")]
    [InlineData("DOUBLE", "1e999", "v: 1e999 is beyond DOUBLE (about 1.8e308)")]
    [InlineData("DOUBLE", "1.", "v: 1. is no DOUBLE")]
    [InlineData("BOOLEAN", "1", "v: 1 is no BOOLEAN")]
    [InlineData("TIMESTAMP", "\"2026-02-30\"", "v: '2026-02-30' is no TIMESTAMP")]
    [InlineData("TIMESTAMP", "\"2026-02-01T25:00:00\"", "v: '2026-02-01T25:00:00' is no TIMESTAMP")]
    [InlineData("TIMESTAMP", "999999999999999999", "v: 999999999999999999 is beyond TIMESTAMP (years 1 to 9999)")]
    [InlineData("INTERVAL", "\"soon\"", "v: 'soon' is no INTERVAL")]
    [InlineData("BYTES", "\"%\"", "v: '%' is no base64")]
    [InlineData("TEXT", "\"a\\u0000b\"", "v: 'a\\u0000b' has a NUL character (byte 0), which TEXT cannot hold")]
    [InlineData("TEXT", "\"\\ud800\"", "v: \\ud800 is half a surrogate pair and no character")]
    [InlineData("TEXT", "abc", "expected a value of 'v', found 'a' at byte 6 of the record")]
    public void Values_that_do_not_fit(string type, string json, string message)
    {
        var text = string.Concat(Enumerable.Repeat("{\"v\":null}\n", 3)) + $"{{\"v\":{json}}}\n{{\"v\":null}}\n";
        var d = Decode($"v {type}", text);
        Assert.Equal([message + " (record 4)"], d.Errors);
        Assert.Equal(4, d.Rows.Count);
        Assert.Equal([$"{{\"v\":{json}}}"], d.ErrorRaw);
        if (message.StartsWith("expected", StringComparison.Ordinal)) return;
        var nulled = Decode($"v {type}", text, nullOnError: true);
        Assert.Equal(Enumerable.Repeat("NULL", 5), nulled.Rows);
        Assert.Empty(nulled.Errors);
        Assert.Equal(1, nulled.Nulled);
    }

    [Theory]
    [InlineData("{\"qty\":3 x", "expected ',' or '}' after the value of 'qty', found 'x' at byte 10 of the record")]
    [InlineData("{\"qty\" 3}", "expected ':' after 'qty', found '3' at byte 8 of the record")]
    [InlineData("{qty:3}", "expected '\"' before a field's name, found 'q' at byte 2 of the record")]
    [InlineData("[1]", "expected a JSON object, found '[' at byte 1 of the record")]
    [InlineData("{\"qty\":3}}", "expected the end of the line after the object, found '}' at byte 10 of the record")]
    [InlineData("{\"qty\":", "expected a value of 'qty', found the end of the record at byte 8 of the record")]
    [InlineData("{\"s\":\"abc", "expected '\"' at the end of a string in the value of 's', found the end of the record at byte 10 of the record")]
    [InlineData("{\"s\":\"\\x\"}", "expected one of \"\\/bfnrtu after '\\' in the value of 's', found 'x' at byte 8 of the record")]
    [InlineData("{\"s\":[1,}", "expected a value in the value of 's', found '}' at byte 9 of the record")]
    [InlineData("{\"s\":nul}", "expected a value of 's', found 'n' at byte 6 of the record")]
    [InlineData("{\"qty\":3,}", "expected '\"' before a field's name, found '}' at byte 10 of the record")]
    public void Records_that_are_no_JSON(string record, string message)
    {
        var d = Decode("qty INTEGER", $"{{\"qty\":1}}\n{record}\n{{\"qty\":2}}\n");
        Assert.Equal(["1", "2"], d.Rows);
        Assert.Equal([message + " (record 2)"], d.Errors);
        Assert.Equal([record], d.ErrorRaw);
    }

    [Fact]
    public void Unused_fields_are_still_checked() =>
        Assert.Equal(2, Decode("a INTEGER, b TEXT UNUSED", "{\"a\":1,\"b\":\"x\"}\n{\"a\":1,\"b\":1.2.3}\n{\"a\":1,\"b\":\"\\q\"}\n" + new string('\n', 100)).Errors.Count);

    [Fact]
    public void Two_columns_may_read_one_field() =>
        Assert.Equal(["1.50|1.5|1.5"], Decode("a DECIMAL(5,2) FROM v, b DOUBLE FROM v, c TEXT FROM v", "{\"v\":1.5}").Rows);

    [Fact]
    public void Blank_lines_byte_order_mark_and_carriage_returns()
    {
        var d = Decode("a INTEGER", "\uFEFF\r\n \t\n{\"a\":1}\r\n\n\r\n{\"a\":2}\r");
        Assert.Equal(["1", "2"], d.Rows);
        Assert.Empty(d.Errors);
        Assert.Empty(Decode("a INTEGER", "").Rows);
        Assert.Empty(Decode("a INTEGER", "\n").Rows);
    }

    [Fact]
    public void Invalid_UTF8_is_an_error_of_its_record()
    {
        byte[] bytes = [.. "{\"t\":\"a\"}\n{\"t\":\""u8, 0xC3, 0x28, .. "\"}\n{\"t\":\"b\"}\n"u8];
        var d = new Decoding { Columns = "t TEXT" }.Run(bytes);
        Assert.Equal(["a", "b"], d.Rows);
        Assert.EndsWith("is no valid UTF-8 (record 2)", Assert.Single(d.Errors));
    }

    [Fact]
    public void Deep_nesting_is_an_error_and_no_overflow()
    {
        var d = Decode("a INTEGER, b TEXT FROM x.y", $"{{\"a\":{new string('[', 100_000)}\n{{\"x\":{string.Concat(Enumerable.Repeat("{\"x\":", 100_000))}\n{{\"a\":1}}\n");
        Assert.Equal(["1|NULL"], d.Rows);
        Assert.Equal(2, d.Errors.Count);
        Assert.Contains("at most 256 objects and arrays inside each other", d.Errors[0]);
    }

    [Fact]
    public void A_line_of_ten_megabytes_works_and_one_over_the_limit_is_an_error()
    {
        var big = new string('x', 10_000_000);
        var text = $"{{\"a\":1,\"t\":\"x\"}}\n{{\"a\":2,\"t\":\"{big}\"}}\n{{\"a\":3,\"t\":\"x\"}}\n";
        var d = Decode("a INTEGER, t TEXT", text);
        Assert.Equal([1 + 2, 10_000_000 + 2, 1 + 2], d.Rows.Select(r => r.Length));
        foreach (int[] cuts in new int[][] { [], [5_000_000, 9_000_000] })
        {
            var limited = new Decoding { Columns = "a INTEGER, t TEXT", Options = { ["max_record_bytes"] = "1000000" } }.Run(text, cuts);
            Assert.Equal(["1|x", "3|x"], limited.Rows);
            Assert.Equal(["the record is longer than max_record_bytes (1,000,000) (record 2)"], limited.Errors);
            Assert.Equal(1_000_000, limited.ErrorItems[0].Length);
        }
    }

    [Fact]
    public void Origin_holds_the_bytes_of_each_record()
    {
        var d = new Decoding { Columns = "a INTEGER", KeepOrigin = true, StartOffset = 1000 }.Run("{\"a\":1}\r\nbad\n\n{\"a\":2} \n{\"a\":3}");
        Assert.Equal(["{\"a\":1}", "{\"a\":2} ", "{\"a\":3}"], d.Raw);
        Assert.Equal(["bad"], d.ErrorRaw);
        Assert.Equal(1009, d.ErrorItems[0].Offset);
    }

    [Fact]
    public void Zones_and_patterns()
    {
        var d = new Decoding { Columns = "t TIMESTAMP", Options = { ["timezone"] = "Europe/Berlin" } }.Run("{\"t\":\"2026-01-01 12:00:00\"}\n{\"t\":\"2026-07-01 12:00:00\"}\n{\"t\":\"2026-07-01 12:00:00Z\"}");
        Assert.Equal(["2026-01-01 11:00:00", "2026-07-01 10:00:00", "2026-07-01 12:00:00"], d.Rows);
        d = new Decoding { Columns = "t TIMESTAMP", Options = { ["timestamp_format"] = "d/M/yyyy h:mm tt" } }.Run("{\"t\":\"3/12/2026 1:05 PM\"}\n{\"t\":\"13/13/2026 1:05 PM\"}");
        Assert.Equal(["2026-12-03 13:05:00"], d.Rows);
        Assert.Single(d.Errors);
        d = new Decoding { Columns = "t TIMESTAMP", Options = { ["timestamp_format"] = "dd'.'MMM'.'yyyy HH:mm:ss.FFF zzz" } }.Run("{\"t\":\"03.Dec.2026 13:05:07.25 -02:00\"}");
        Assert.Equal(["2026-12-03 15:05:07.250000"], d.Rows);
    }

    const string Mixed = """
        {"a":1,"t":"x","n":{"b":true}}
        {"a":2,"t":"yy","n":{"b":false}}

        {"a":3,"t":"z\n\"","n":{"b":null}}
        {"a":4,"t":"abcdefghijklmnopqrstuvwxyz0123456789","n":{"b":true}}
        bad
        {"a":"x","t":"x","n":{"b":true}}
        {"t":"x","a":5}
        {"a":6,"t":"é","n":{"b":true}}
        """;

    [Fact]
    public void Pieces_cut_anywhere_and_batches_of_one_give_the_same_rows()
    {
        var bytes = Encoding.UTF8.GetBytes(Mixed);
        var whole = New(4096).Run(bytes);
        Assert.Equal(6, whole.Rows.Count);
        Assert.Equal(2, whole.Errors.Count);
        for (var cut = 0; cut <= bytes.Length; cut++)
        {
            foreach (var batchRows in (int[])[4096, 1])
            {
                var d = New(batchRows).Run(bytes, cut, Math.Min(bytes.Length, cut + 30));
                Assert.Equal(whole.Rows, d.Rows);
                Assert.Equal(whole.Errors, d.Errors);
                Assert.Equal(whole.Raw, d.Raw);
                Assert.Equal(whole.ErrorItems.Select(e => e.Offset), d.ErrorItems.Select(e => e.Offset));
            }
        }
        static Decoding New(int batchRows) => new() { Columns = "a INTEGER, t TEXT, b BOOLEAN FROM n.b, u TEXT FROM t UNUSED", BatchRows = batchRows, KeepOrigin = true };
    }

    [Fact]
    public void Scanning_with_vectors_equals_scanning_byte_by_byte()
    {
        var random = new Random(1);
        for (var length = 0; length <= 200; length++)
        {
            for (var round = 0; round < 20; round++)
            {
                var bytes = new byte[length + 16];
                random.NextBytes(bytes);
                if (round > 5)
                {
                    bytes.AsSpan().Fill((byte)'a');
                    if (length > 0) bytes[random.Next(length)] = (byte)"\"\\\n\0 ,}]\x7F"[random.Next(9)];
                }
                for (var at = 0; at <= length; at += 1 + length / 7)
                    Assert.Equal(JsonScanner.StringStopScalar(bytes, at, length), JsonScanner.StringStop(bytes, at, length));
                Assert.Equal(Math.Min(16, JsonScanner.StringStopScalar(bytes, 0, 16)), JsonScanner.StringStop16(ref bytes[0]));
                Assert.Equal(Math.Min(16, JsonScanner.BareStop(bytes, 0, 16)), JsonScanner.BareStop16(ref bytes[0]));
            }
        }
    }

    [Fact]
    public void Masked_fields_are_redacted_wherever_they_stand()
    {
        var context = new Decoding { Columns = "customer TEXT, mail TEXT FROM a.mail, qty INTEGER" }.Context(new());
        string? Redact(string record) => new JsonFormat().Redact(Encoding.UTF8.GetBytes(record), context, new HashSet<int> { 0, 1 }) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;
        Assert.Equal("{\"qty\":1,\"Customer\":\"***\",\"a\":{\"mail\":\"***\",\"x\":2},\"customer\":\"***\"}",
            Redact("{\"qty\":1,\"Customer\":\"Ann\",\"a\":{\"mail\":{\"b\":1},\"x\":2},\"customer\":5}"));
        Assert.Null(Redact("{\"customer\":\"Ann"));
    }

    [Fact]
    public void Line_ends_are_found_the_same_by_vectors_and_by_bytes()
    {
        var random = new Random(7);
        var vector = new int[400];
        var scalar = new int[400];
        for (var length = 0; length <= 200; length++)
        {
            var bytes = new byte[length];
            for (var i = 0; i < length; i++) bytes[i] = random.Next(6) == 0 ? (byte)'\n' : (byte)random.Next(256);
            for (var room = 1; room <= 40; room += 13)
            {
                var count = JsonScanner.LineEnds(bytes, length / 3, length, vector.AsSpan(0, room));
                Assert.Equal(count, JsonScanner.LineEndsScalar(bytes, length / 3, length, scalar.AsSpan(0, room), 0));
                Assert.Equal(scalar[..count], vector[..count]);
            }
        }
    }
}

using System.Text;
using Millrace.Data;
using Millrace.Formats;

namespace Millrace.Tests.Formats;

/// <summary>Records that come as messages rather than as lines.</summary>
public sealed class MessageDecodingTests
{
    static readonly string s_offset = MessageMetadata.PathOf("offset"), s_key = MessageMetadata.PathOf("key"), s_timestamp = MessageMetadata.PathOf("timestamp"), s_tombstone = MessageMetadata.PathOf("tombstone");

    /// <summary>Decodes messages, null for one without a value, as a source hands them over; offsets begin at 100 and leave out every tenth.</summary>
    static (List<string> Rows, List<string> Errors) Decode(Decoding decoding, IEnumerable<string?> messages)
    {
        var memory = new MemoryAccountant(batchRows: decoding.BatchRows);
        var chunk = new Chunk(new byte[1 << 20], static _ => { }) { Length = 77, Messages = new() { Keys = new() } };
        var offset = 100L;
        foreach (var message in messages)
        {
            var bytes = Encoding.UTF8.GetBytes(message ?? "");
            bytes.CopyTo(chunk.Bytes, chunk.Length);
            chunk.Messages.Add(chunk.Length + bytes.Length, offset, offset % 2 == 0 ? offset * 1_000_000 : MessageIndex.NoTime, message is null);
            chunk.Messages.Keys.Add(Encoding.UTF8.GetBytes($"k{offset}"), offset % 3 == 0);
            chunk.Bytes[chunk.Length + bytes.Length] = (byte)'\n';
            chunk.Length += bytes.Length + 1;
            offset += offset % 10 == 9 ? 2 : 1;
        }
        var (rows, said) = (new List<string>(), new List<string>());
        using (var decoder = new FormatList().Find(decoding.Format)!.CreateDecoder(decoding.Context(memory)))
        {
            var errors = new DecodeErrors();
            for (var at = 77; at < chunk.Length;)
            {
                errors.Clear();
                var batch = decoder.Decode(chunk, at, 0, false, errors, out var consumed);
                Assert.True(consumed > 0);
                at += consumed;
                foreach (var error in errors.Items) said.Add($"{error.Offset}: {error.Message} [{Encoding.UTF8.GetString(chunk.Bytes, error.Start, error.Length)}]");
                for (var row = 0; row < (batch?.RowCount ?? 0); row++)
                    rows.Add($"{batch!.Origin!.Offsets[row]}: {string.Join('|', batch.Columns.Select(c => Decoding.Print(c, row)))} [{Encoding.UTF8.GetString(batch.Origin.Raw(row))}]");
                batch?.Release();
            }
        }
        chunk.Release();
        Assert.Equal(0, memory.Alive);
        return (rows, said);
    }

    static Decoding Of(string format, string columns, int batchRows = 4096) => new() { Format = format, Columns = columns, KeepOrigin = true, BatchRows = batchRows, Options = format == "csv" ? new() { ["csv.header"] = "false" } : [] };

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    public void Messages_that_are_lines_are_decoded_as_lines_are(string format)
    {
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var records = Enumerable.Range(0, random.Next(1, 1500)).Select(i => Record(format, random, i)).ToList();
            const string columns = "id BIGINT, name TEXT, amount DOUBLE";
            var lines = new Decoding { Format = format, Columns = columns, Options = Of(format, columns).Options }.Run(string.Join('\n', records) + "\n");
            var batchRows = random.Next(1, 2000);
            var (rows, errors) = Decode(Of(format, columns, batchRows), records);
            Assert.True(lines.Rows.SequenceEqual(rows.Select(r => r[(r.IndexOf(' ', StringComparison.Ordinal) + 1)..r.LastIndexOf(" [", StringComparison.Ordinal)])), $"seed {seed}");
            Assert.True(lines.Errors.Count == errors.Count, $"seed {seed}: {lines.Errors.Count} and {errors.Count} errors");
        }
    }

    static string Record(string format, Random random, int i)
    {
        var name = random.Next(4) switch { 0 => "ä", 1 => new string('x', random.Next(60)), 2 => $"p{random.Next(5)}", _ => "a,b" };
        var amount = random.Next(50) == 0 ? "bad" : random.Next(1000).ToString(System.Globalization.CultureInfo.InvariantCulture);
        if (format == "csv") return $"{i},\"{name}\",{amount}";
        return random.Next(10) == 0 ? $"{{ \"amount\": {(amount == "bad" ? "\"bad\"" : amount)}, \"id\":{i},\"name\":\"{name}\"}}" : $"{{\"id\":{i},\"name\":\"{name}\",\"amount\":{(amount == "bad" ? "\"bad\"" : amount)}}}";
    }

    [Fact]
    public void A_json_message_may_have_line_ends_and_is_one_record()
    {
        var (rows, errors) = Decode(Of("json", "a INTEGER"), ["{\"a\":1}", "{\r\n \"a\" :\n2\n}\n", "{\"a\":3}\n{\"a\":4}", "", " \n", "{\"a\":5}"]);
        Assert.Equal(["100: 1 [{\"a\":1}]", "101: 2 [{\r\n \"a\" :\n2\n}\n]", "105: 5 [{\"a\":5}]"], rows);
        Assert.Equal(["102", "103", "104"], errors.Select(e => e[..3]));
        Assert.Contains("empty", errors[1], StringComparison.Ordinal);
    }

    [Fact]
    public void A_csv_message_is_one_record_whatever_its_neighbours_are()
    {
        var (rows, errors) = Decode(Of("csv", "a INTEGER, b TEXT"), ["1,x", "2,\"y\nz\"", "3,\"open", "4,close\"", "5,v\n6,w", "", "7,u\r\n", "8", "9,t"]);
        Assert.Equal(["100: 1|x [1,x]", "101: 2|y\nz [2,\"y\nz\"]", "103: 4|close\" [4,close\"]", "106: 7|u [7,u]", "108: 9|t [9,t]"], rows.Select(r => r.Replace("\r\n]", "]", StringComparison.Ordinal)));
        Assert.Equal(["102", "104", "105", "107"], errors.Select(e => e[..3]));
    }

    [Fact]
    public void What_is_known_of_a_message_is_a_column()
    {
        var (rows, _) = Decode(Of("json", $"a INTEGER, o BIGINT FROM {s_offset}, k TEXT FROM {s_key}, t TIMESTAMP FROM {s_timestamp}"), ["{\"a\":1}", "bad", "{\"a\":2}"]);
        Assert.Equal(["100: 1|100|k100|1970-01-01 00:01:40 [{\"a\":1}]", "102: 2|102|NULL|1970-01-01 00:01:42 [{\"a\":2}]"], rows);
    }

    [Fact]
    public void A_message_without_a_value_is_a_row_where_a_column_asks_for_it_and_bad_elsewhere()
    {
        var (rows, errors) = Decode(Of("json", $"a INTEGER, gone BOOLEAN FROM {s_tombstone}"), ["{\"a\":1}", null, ""]);
        Assert.Equal(["100: 1|false [{\"a\":1}]", "101: NULL|true []"], rows);
        Assert.Single(errors);
        (rows, errors) = Decode(Of("json", "a INTEGER"), ["{\"a\":1}", null]);
        Assert.Single(rows);
        Assert.Contains("METADATA FROM 'tombstone'", errors[0], StringComparison.Ordinal);
    }
}

using System.IO.Compression;
using System.Text;

namespace Millrace.EndToEnd.Robustness;

/// <summary>Input as it really comes: what can be read is in the results, what cannot is named and kept, and nothing else is lost.</summary>
public sealed class DamagedInputTests
{
    const string Good = "2026-01-01 00:00:00";

    static byte[] Bytes(string text) => Encoding.Latin1.GetBytes(text);

    [Fact]
    public async Task Files_in_every_shape_that_editors_write_give_their_rows()
    {
        using var place = new Workplace();
        (string Name, string Text, long[] Ids)[] shapes =
        [
            ("empty", "", []),
            ("header only", Workplace.Header, []),
            ("header without a line end", Workplace.Header.TrimEnd(), []),
            ("no line end at the end", Workplace.Header + $"1,a,1.50,{Good}\n2,b,2,{Good}", [1, 2]),
            ("CRLF", (Workplace.Header + $"1,a,1.50,{Good}\n2,b,2,{Good}\n").Replace("\n", "\r\n", StringComparison.Ordinal), [1, 2]),
            ("byte order mark", "\u00ef\u00bb\u00bf" + Workplace.Header + $"1,a,1.50,{Good}\n", [1]),
            ("duplicate rows", Workplace.Header + $"1,a,1.50,{Good}\n1,a,1.50,{Good}\n", [1, 1]),
            ("late and out of order", Workplace.Header + "3,c,1,2026-01-01 00:00:09\n1,a,1,2026-01-01 00:00:01\n2,b,1,2026-01-01 00:00:05\n", [3, 1, 2]),
        ];
        foreach (var (name, text, ids) in shapes)
        {
            place.Write("in.csv", Bytes(text));
            var (code, output, errors) = await place.RunAsync("in.csv");
            Assert.True(code == 0, $"{name}: {errors}");
            Assert.Contains($"{ids.Length} seen, {ids.Length} accepted", output, StringComparison.Ordinal);
            Assert.Equal(ids, await place.IdsAsync());
        }
    }

    [Fact]
    public async Task A_line_of_10_MB_is_a_row_like_any_other()
    {
        using var place = new Workplace();
        place.Write("in.csv", Workplace.Header + $"1,a,1,{Good}\n2,{new string('x', 10_000_000)},2,{Good}\n3,c,3,{Good}\n");
        var (code, _, errors) = await place.RunAsync("in.csv");
        Assert.True(code == 0, errors);
        var rows = await place.QueryAsync("SELECT id, LENGTH(name) AS length FROM all_events ORDER BY id");
        Assert.Equal(["{\"id\":1,\"length\":1}", "{\"id\":2,\"length\":10000000}", "{\"id\":3,\"length\":1}"], rows.Select(r => r.ToString()));
    }

    [Fact]
    public async Task A_line_that_is_longer_than_the_limit_is_set_aside_and_the_next_is_read()
    {
        using var place = new Workplace("connector = 'file', path = '${IN}', format = 'csv', max_record_bytes = 1000");
        place.Write("in.csv", Workplace.Header + $"1,a,1,{Good}\n2,{new string('x', 300_000)},2,{Good}\n3,c,3,{Good}\n");
        var (code, _, errors) = await place.RunAsync("in.csv");
        Assert.True(code == 0, errors);
        Assert.Equal([1, 3], await place.IdsAsync());
        Assert.Contains("1,000", Assert.Single(await place.LettersAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_line_of_several_files_is_told_with_its_file()
    {
        using var place = new Workplace();
        place.Write("in-1.csv", Bytes(Workplace.Header + $"1,a,1,{Good}\n"));
        place.Write("in-2.csv", Bytes(Workplace.Header + $"2,b,2,{Good}\noops,b,2,{Good}\n"));
        place.Write("in-3.csv", Bytes(Workplace.Header + $"3,c,3,{Good}\n"));
        var (code, _, errors) = await place.RunAsync("in-*.csv");
        Assert.True(code == 0, errors);
        Assert.Equal([1, 2, 3], await place.IdsAsync());
        var letter = Assert.Single(await place.LettersAsync());
        Assert.Contains("(record 2) of ", letter, StringComparison.Ordinal);
        Assert.Contains("in-2.csv", letter, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Records_that_are_none_are_named_with_field_value_and_reason_and_kept_as_they_came()
    {
        using var place = new Workplace();
        (string Line, string Error)[] lines =
        [
            ($"1,a,1,{Good}", ""),
            ($"2,a\0b,1,{Good}", "NUL"),
            ("\0\0\0", "found 1 field"),
            ($"4,b,2\0,{Good}", "is no DECIMAL(10,2)"),
            ($"5,a\u00ff\u00fe,1,{Good}", "is no valid UTF-8"),
            ($"x,a,1,{Good}", "id: 'x' is no BIGINT"),
            ($"7,b,zwei,{Good}", "amount: 'zwei' is no DECIMAL(10,2)"),
            ("8,c,3,gestern", "at: 'gestern' is no TIMESTAMP"),
            ($"99999999999999999999,d,1,{Good}", "id: 99999999999999999999 is beyond BIGINT"),
            ($"10,e,99999999999.99,{Good}", "amount: 99999999999.99 is beyond DECIMAL(10,2)"),
            ("11,g", "found 2 fields, expected 4 (id, name, amount, at)"),
            ($"12,h,1,{Good},extra", "found 5 fields, expected 4"),
            ($"13,z,1,{Good}", ""),
        ];
        place.Write("in.csv", Bytes(Workplace.Header + string.Concat(lines.Select(l => l.Line + "\n"))));
        var (code, output, errors) = await place.RunAsync("in.csv");
        Assert.True(code == 0, errors);
        Assert.Contains("13 seen, 2 accepted, 11 undecodable, 11 in dead_letters", output, StringComparison.Ordinal);
        Assert.Equal([1, 13], await place.IdsAsync());
        var letters = await place.QueryAsync("SELECT error, raw FROM dead_letters");
        var bad = lines.Where(l => l.Error.Length > 0).ToList();
        Assert.Equal(bad.Count, letters.Count);
        for (var i = 0; i < bad.Count; i++)
        {
            Assert.Contains(bad[i].Error, letters[i].GetProperty("error").GetString()!, StringComparison.Ordinal);
            Assert.Equal(Bytes(bad[i].Line), letters[i].GetProperty("raw").GetBytesFromBase64());
        }
    }

    [Fact]
    public async Task A_JSON_object_with_a_key_twice_has_the_last_value_and_broken_lines_are_named()
    {
        using var place = new Workplace("connector = 'file', path = '${IN}', format = 'json'");
        const string Rest = "\"name\":\"a\",\"amount\":1,\"at\":\"2026-01-01T00:00:00Z\"";
        place.Write("in.jsonl", Bytes(
            "\u00ef\u00bb\u00bf{\"id\":1," + Rest + "}\r\n\r\n{\"id\":0," + Rest + ",\"id\":2}\n{\"id\":3,\"amount\":1e400}\n[1]\n{\"id\":4\n{\"id\":5,\"name\":\"\u00ff\"}\n{\"id\":6,\"name\":\"\\u0000\"}\n\0\n{\"id\":7," + Rest + "}"));
        var (code, _, errors) = await place.RunAsync("in.jsonl");
        Assert.True(code == 0, errors);
        Assert.Equal([1, 2, 7], await place.IdsAsync());
        var letters = await place.LettersAsync();
        string[] expected = ["1e400 is beyond DECIMAL(10,2)", "expected a JSON object, found '['", "after the value of 'id'", "no valid UTF-8", "NUL", "expected a JSON object, found '\\u0000'"];
        Assert.Equal(expected.Length, letters.Count);
        foreach (var (text, letter) in expected.Zip(letters)) Assert.Contains(text, letter, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_truncated_gz_file_is_an_error_that_says_where_and_the_rows_before_it_are_there()
    {
        using var place = new Workplace();
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(Workplace.Header + string.Concat(Enumerable.Range(0, 20_000).Select(i => $"{i},n{i * 7919 % 1000},1,2026-01-01 00:00:{i % 60:00}\n"))));
        place.Write("in.csv.gz", packed.ToArray().AsSpan(0, (int)packed.Length / 2));
        var (code, _, errors) = await place.RunAsync("in.csv.gz");
        Assert.Equal(1, code);
        Assert.Contains("in.csv.gz' is a truncated gz file", errors, StringComparison.Ordinal);
        Assert.Contains("Copy the file again", errors, StringComparison.Ordinal);
        var ids = await place.IdsAsync();
        Assert.InRange(ids.Count, 1000, 19_999);
        Assert.Equal(Enumerable.Range(0, ids.Count).Select(i => (long)i), ids);
    }
}

using System.Text;

namespace Millrace.Tests.Formats;

/// <summary>Records decoded one after the other (shapes and layouts are remembered) beside each decoded alone by a new decoder, which remembers nothing: rows and errors are the same.</summary>
public sealed class JsonShapeTests(ITestOutputHelper output)
{
    const int Seed = 20261125;
    const string Columns = "ts TIMESTAMP, product TEXT, store TEXT UNUSED, qty INTEGER, price DOUBLE, m DECIMAL(9,2), b BOOLEAN, x TEXT FROM n.x, u INTEGER UNUSED";

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(40)]
    public void What_was_remembered_of_records_changes_nothing(int mutatedPercent)
    {
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed + mutatedPercent);
        for (var round = 0; round < 40; round++)
        {
            var gap = round % 4 == 3 ? " " : "";
            var lineEnd = round % 5 == 4 ? "\r\n" : "\n";
            var isShort = round % 2 == 0;
            var lines = Enumerable.Range(0, random.Next(50, 1500)).Select(_ => Mutate(Record(random, gap, isShort), mutatedPercent, random)).Select(r => r + lineEnd).ToList();
            var options = new Dictionary<string, string> { ["max_record_bytes"] = round % 7 == 6 ? "110" : "16777216" };
            Decoding New() => new() { Columns = Columns, Options = options, KeepOrigin = true, NullOnError = round % 3 == 2 };
            var bytes = Encoding.UTF8.GetBytes(string.Concat(lines));
            var together = New().Run(bytes, random.Next(bytes.Length), random.Next(bytes.Length));
            var rows = new List<string>();
            var errors = new List<string>();
            foreach (var line in string.Concat(lines).Split('\n'))
            {
                var alone = New().Run(line + "\n");
                rows.AddRange(alone.Rows.Zip(alone.Raw, static (row, raw) => row + " <- " + raw));
                errors.AddRange(alone.Errors.Zip(alone.ErrorRaw, static (e, raw) => WithoutNumber(e) + " <- " + raw));
            }
            Assert.Equal(rows, together.Rows.Zip(together.Raw, static (row, raw) => row + " <- " + raw));
            Assert.Equal(errors, together.Errors.Zip(together.ErrorRaw, static (e, raw) => WithoutNumber(e) + " <- " + raw));
        }
    }

    static string WithoutNumber(string error) => error.LastIndexOf(" (record ", StringComparison.Ordinal) is >= 0 and var at ? error[..at] : error;

    static string Record(Random random, string gap, bool isShort)
    {
        var texts = new[] { "P0001", "P2345", "P9", "größer", "a,b", "a:}" };
        var text = new StringBuilder();
        text.Append($"{{\"ts\":{gap}{1_767_225_599_779 + random.Next(1000)},\"product\":\"{texts[random.Next(random.Next(4) == 0 ? texts.Length : 2)]}\",\"store\":\"S{random.Next(100):00}\",{gap}");
        text.Append($"\"qty\":{random.Next(20) - 2},\"price\":{random.Next(1, 100_000) / 100m:0.00}");
        if (!isShort) text.Append($",\"m\":\"{random.Next(100) / 10m:0.0}\",\"b\":{(random.Next(2) == 0 ? "true" : "false")},\"n\":{{\"x\":{(random.Next(3) == 0 ? "null" : "\"deep\"")}}},\"u\":{random.Next(2000) - 1000}");
        return text.Append('}').ToString();
    }

    static string Mutate(string record, int percent, Random random)
    {
        if (random.Next(100) >= percent) return record;
        var at = random.Next(record.Length);
        const string stray = "\"\\,:{}[] .-+e0n\u0001\r\té";
        return random.Next(5) switch
        {
            0 => record[..at] + stray[random.Next(stray.Length)] + record[(at + 1)..],
            1 => record[..at] + record[(at + 1)..],
            2 => record[..at] + stray[random.Next(stray.Length)] + record[at..],
            3 => record[..at],
            _ => record[..at] + "\\n" + record[Math.Min(record.Length, at + 2)..],
        };
    }
}

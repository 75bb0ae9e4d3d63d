using System.Text;

namespace Millrace.Tests.Formats;

/// <summary>Strategy: random bytes, and valid files with a few bytes changed, cut, doubled or removed. Invariants: decoders do not throw or hang, give everything back, and the way in which bytes arrive changes nothing.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    const string Columns = "a INTEGER, t TEXT, d DOUBLE, m DECIMAL(10,2), b BOOLEAN, ts TIMESTAMP, iv INTERVAL, y BYTES, x TEXT FROM n.x, w DECIMAL(38,3) UNUSED";
    const string Json = """
        {"a":1,"t":"x","d":1.5,"m":2.25,"b":true,"ts":"2026-01-01T00:00:00Z","iv":"PT1S","y":"AAEC","n":{"x":"deep"},"w":1}
        {"a":2,"t":"yö\u00e4","d":-1e5,"m":"2.25","b":false,"ts":1767225600,"iv":"1 day","y":"","n":{"x":"deep"},"w":1}
        {"a":3,"t":"z","d":1.5,"m":2.25,"b":true,"ts":"2026-01-01T00:00:00Z","iv":"PT1S","y":"AAEC","n":{"x":[1,{"a":null}]},"w":1}

        """;
    const string Csv = "a,t,d,m,b,ts,iv,y,n.x,w\n1,x,1.5,2.25,true,2026-01-01,PT1S,AAEC,deep,1\r\n2,\"y,\"\"\nö\",-1e5,2.25,f,1767225600,1 day,,\"\",1\n3,z,1.5,2.25,t,2026-01-01 00:00:00,PT1S,AAEC,deep,1\n";

    [Theory]
    [InlineData("json")]
    [InlineData("csv")]
    public void Any_bytes_are_decoded_the_same_way_however_they_arrive(string format)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_SEED"), out var given) ? given : 20261124;
        output.WriteLine($"MILLRACE_SEED={seed}");
        var random = new Random(seed);
        var valid = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(format == "json" ? Json : Csv, 3)));
        for (var round = 0; round < 1500; round++)
        {
            byte[] bytes;
            if (round % 5 == 0)
            {
                bytes = new byte[random.Next(400)];
                random.NextBytes(bytes);
                if (round % 10 == 0)
                    for (var i = 0; i < bytes.Length; i++) bytes[i] = (byte)"{}[]\":,\\u\n\r 01-.eatn"[bytes[i] % 20];
            }
            else
            {
                var list = valid.ToList();
                for (var changes = random.Next(1, 6); changes > 0; changes--)
                {
                    var at = random.Next(list.Count);
                    switch (random.Next(4))
                    {
                        case 0: list[at] = (byte)random.Next(256); break;
                        case 1: list.RemoveRange(at, Math.Min(random.Next(1, 20), list.Count - at)); break;
                        case 2: list.InsertRange(at, list.GetRange(at, Math.Min(random.Next(1, 20), list.Count - at))); break;
                        default: list.Insert(at, (byte)"\"\n,{}\\"[random.Next(6)]); break;
                    }
                }
                bytes = [.. list];
            }
            var options = new Dictionary<string, string> { ["max_record_bytes"] = random.Next(2) == 0 ? "16777216" : "150" };
            if (random.Next(3) == 0) options["csv.header"] = "false";
            var nullOnError = random.Next(3) == 0;
            Decoding New(int batchRows) => new() { Format = format, Columns = Columns, Options = options, BatchRows = batchRows, KeepOrigin = true, NullOnError = nullOnError };
            var whole = New(4096).Run(bytes);
            var cuts = Enumerable.Range(0, random.Next(6)).Select(_ => random.Next(bytes.Length + 1)).Order().ToArray();
            var pieces = New(random.Next(1, 4)).Run(bytes, cuts);
            var context = $"seed {seed} round {round}";
            var why = $"seed {seed} round {round}, cuts {string.Join(" ", cuts)}, {string.Join(" ", options)}\n{Print(whole)}\n--- in pieces\n{Print(pieces)}\n--- of\n{Encoding.UTF8.GetString(bytes)}";
            Assert.True(Print(whole) == Print(pieces), why);
            Assert.Equal(whole.Nulled, pieces.Nulled);
        }
    }

    static string Print(Decoding d) =>
        string.Join("\n", d.Rows.Zip(d.Raw, (row, raw) => row + " <- " + raw).Concat(d.ErrorItems.Zip(d.ErrorRaw, (e, raw) => $"{e.Offset}+{e.Length}: {e.Message} <- {raw}")));
}

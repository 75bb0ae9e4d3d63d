using System.IO.Compression;
using System.Text;
using Millrace.Connectors;
using Millrace.Connectors.Files;
using Millrace.Connectors.Generators;
using Millrace.Connectors.Journals;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Stores;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Connectors;

/// <summary>What every source promises: opened at a position, with another object or in another process, it gives exactly what it had still to give, bad records and their numbers included.</summary>
public sealed class SourceContractTests : IDisposable
{
    static readonly Schema s_schema = new(new Field("id", DataType.Integer), new Field("name", DataType.Text));

    readonly TemporaryFolder _folder = new();
    readonly MemoryAccountant _memory = new(batchRows: 3);
    readonly MemorySource _kept, _taken;
    readonly Dictionary<string, string> _options = [];
    Schema _decoded = s_schema;

    public SourceContractTests()
    {
        (_kept, _taken) = (new(s_schema, keeps: true, _memory), new(s_schema, keeps: false, _memory));
        foreach (var source in new[] { _kept, _taken })
        {
            for (var i = 0; i < 40; i++) source.Push(i, "name " + i);
            source.Complete();
        }
    }

    public void Dispose()
    {
        _kept.Dispose();
        _taken.Dispose();
        _folder.Dispose();
        Assert.Equal(0, _memory.Alive);
    }

    /// <summary>Lines with a bad one, a quoted line end, a blank line and an end without line feed.</summary>
    static string Csv(string header, int from, int count) => header + "\n" + string.Join('\n', Enumerable.Range(from, count)
        .Select(i => i % 7 == 3 ? "bad," + i : header == "id,name" ? $"{i},\"a\n{i}\"" : $"\"n, {i}\",{i}\n"));

    static byte[] Gz(string text)
    {
        var packed = new MemoryStream();
        using (var gz = new GZipStream(packed, CompressionLevel.Optimal)) gz.Write(Encoding.UTF8.GetBytes(text));
        return packed.ToArray();
    }

    SourceContext Context(params (string, string)[] options) => Reading.Context(_folder.Path, s_schema, null, options);

    ISource Files(params (string, string)[] options) => new FileConnector().CreateSource(Context(options));

    Func<ISource> Case(string name)
    {
        switch (name)
        {
            case "a file":
                _folder.Write("a.csv", Csv("id,name", 0, 50));
                return () => Files(("path", "a.csv"));
            case "a file with a byte order mark and long records":
                _folder.Write("a.csv", "\uFEFFid,name\r\n1,x\r\n2," + new string('x', 500) + "\r\n3,y\r\n4," + new string('z', 100) + "\r\n");
                _options["max_record_bytes"] = "120";
                return () => Files(("path", "a.csv"));
            case "a file without header":
                _folder.Write("a.csv", string.Concat(Enumerable.Range(0, 30).Select(i => $"{i},{i}\n")));
                _options["csv.header"] = "false";
                return () => Files(("path", "a.csv"));
            case "a file whose header is bad":
                _folder.Write("a.csv", "id,nome\n1,x\n2,y\n");
                return () => Files(("path", "a.csv"));
            case "a gz file":
                _folder.Write("a.csv.gz", [.. Gz(Csv("id,name", 0, 2000)), .. Gz("\n3000,last")]);
                return () => Files(("path", "a.csv.gz"));
            case "files with headers of their own":
                _folder.Write("in/a.csv", Csv("name,id", 0, 11));
                _folder.Write("in/b.csv.gz", Gz(Csv("id,name", 100, 9)));
                _folder.Write("in/c.csv", "");
                _folder.Write("in/sub/d.csv", Csv("name,id", 200, 10));
                return () => Files(("path", "in/**/*.csv*"));
            case "files as partitions":
                _folder.Write("in/a.csv", Csv("name,id", 0, 11));
                _folder.Write("in/b.csv", Csv("id,name", 100, 9));
                return () => Files(("path", "in"), ("partitions", "files"));
            case "a followed folder":
                _folder.Write("in/a.csv", Csv("name,id", 0, 11) + "\n");
                _folder.Write("in/b.csv", Csv("id,name", 100, 9) + "\n");
                return () => Files(("path", "in"), ("follow", "true"));
            case "http, JSON":
            case "http, CSV":
                var isCsv = name.EndsWith("CSV", StringComparison.Ordinal);
                ISource Http() => new HttpConnector().CreateSource(Context(("format", isCsv ? "csv" : "json"), ("journal.segment_bytes", "100")));
                var http = Http();
                _ = http.OpenAsync([], default).AsTask().Result;
                for (var i = 0; i < 30; i++)
                {
                    var rows = isCsv ? $"{i},a\n{(i % 5 == 2 ? "bad" : i)},\"b\nc\"\n" : $"{{\"id\":{i},\"name\":\"a\"}}\n{{\"id\":{(i % 5 == 2 ? "\"bad\"" : i)}}}\n";
                    _ = ((IIngest)http).AppendAsync(Encoding.UTF8.GetBytes(rows), 2, i % 2 == 0 ? "key " + i : null, default).AsTask().Result;
                }
                http.DisposeAsync().AsTask().Wait(TestContext.Current.CancellationToken);
                return Http;
            case "stdin":
                var input = Csv("id,name", 0, 60);
                var opened = 0;
                return () => new StdinConnector(() => new MemoryStream(Encoding.UTF8.GetBytes(opened++ == 0 ? input : ""))).CreateSource(Context(("journal.segment_bytes", "50"), ("journal.finished", "keep")));
            case "made-up sales":
                _decoded = new Schema(new Field("order_id", DataType.BigInt), new Field("product", DataType.Text));
                return () => new GeneratorConnector().CreateSource(Context(("rows", "300"), ("rate", "max"), ("dirt", "20")));
            case "made-up rows":
                var columns = new Schema(new Field("id", DataType.BigInt), new Field("text", DataType.Text), new Field("value", DataType.Double));
                return () => new GeneratorConnector().CreateSource(Context(("template", "rows"), ("rows", "40")) with { Schema = columns });
            case "a program's rows":
            case "a program's rows, kept":
                var connector = new MemoryConnector().Add("orders", name.EndsWith("kept", StringComparison.Ordinal) ? _kept : _taken);
                return () => connector.CreateSource(Context());
            default: throw new ArgumentException(name);
        }
    }

    [Theory]
    [InlineData("a file", 46)]
    [InlineData("a file with a byte order mark and long records", 3)]
    [InlineData("a file without header", 30)]
    [InlineData("a file whose header is bad", 2)]
    [InlineData("a gz file", 1716)]
    [InlineData("files with headers of their own", 30)]
    [InlineData("files as partitions", 20)]
    [InlineData("a followed folder", 20)]
    [InlineData("http, JSON", 60)]
    [InlineData("http, CSV", 60)]
    [InlineData("stdin", 60)]
    [InlineData("made-up sales", 300)]
    [InlineData("made-up rows", 40)]
    [InlineData("a program's rows", 40)]
    [InlineData("a program's rows, kept", 40)]
    public async Task Opened_at_any_position_it_gives_the_rest(string name, int atLeast)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var make = Case(name);
        var all = await ReadAll(make, [], random);
        Assert.True(all.Sum(r => r.Records.Count) >= atLeast, $"{all.Sum(r => r.Records.Count)} records");
        for (var round = 0; round < 25; round++)
        {
            var cuts = all.Select(r => r.Cuts[random.Next(r.Cuts.Count)]).ToList();
            var rest = await ReadAll(make, [.. cuts.Select(c => c.Position)], random);
            Assert.Equal(all.Count, rest.Count);
            for (var i = 0; i < all.Count; i++)
                Assert.True(all[i].Records[cuts[i].Records..].SequenceEqual(rest[i].Records),
                    $"seed {seed}, {cuts[i].Position}: expected {string.Join(" ", all[i].Records[cuts[i].Records..].Take(5))} ..., found {string.Join(" ", rest[i].Records.Take(5))} ...");

            // A position of the second reading is as good as one of the first.
            var again = rest.Select(r => r.Cuts[random.Next(r.Cuts.Count)]).ToList();
            var last = await ReadAll(make, [.. again.Select(c => c.Position)], random);
            for (var i = 0; i < all.Count; i++) Assert.Equal(rest[i].Records[again[i].Records..], last[i].Records);
        }
    }

    sealed record Read(List<string> Records, List<(int Records, SourcePosition Position)> Cuts);

    async Task<List<Read>> ReadAll(Func<ISource> make, IReadOnlyList<SourcePosition> from, Random random)
    {
        await using var source = make();
        var partitions = await source.OpenAsync(from, default);
        if (source is StdinSource stdin) await stdin.Copying;
        var reads = new List<Read>();
        foreach (var partition in partitions)
        {
            reads.Add(partition is IBytePartition bytes ? Decode(source, bytes, from.FirstOrDefault(p => p.Partition == partition.Id), random) : Take((IRowPartition)partition));
            partition.Dispose();
        }
        return reads;
    }

    Read Take(IRowPartition partition)
    {
        var read = new Read([], [(0, new("orders", partition.Id, partition.Position, partition.Mark))]);
        while (!partition.IsAtEnd)
        {
            if (partition.Next(_memory, default) is not { } batch) continue;
            read.Records.AddRange(StoredRows.Texts(batch));
            batch.Release();
            read.Cuts.Add((read.Records.Count, new("orders", partition.Id, partition.Position, partition.Mark)));
        }
        return read;
    }

    /// <summary>As the runtime's feed does, in chunks and batches of random size.</summary>
    Read Decode(ISource source, IBytePartition partition, SourcePosition? from, Random random)
    {
        using var decoder = new FormatList().Find(source.Format ?? "csv")!.CreateDecoder(
            new("orders", partition.Id, _decoded, [.. _decoded.Fields.Select(f => f.Name)], [.. _decoded.Fields.Select(_ => true)], new Options(_options), false, true, _memory));
        if (from?.Decoder is { } saved) decoder.Load(saved);
        var read = new Read([], []);
        var errors = new DecodeErrors();
        var rest = Array.Empty<byte>();
        while (true)
        {
            var chunk = new Chunk(new byte[rest.Length + random.Next(1, 200)], static _ => { }) { Length = rest.Length };
            rest.CopyTo(chunk.Bytes, 0);
            var offset = partition.Position - rest.Length;
            var result = partition.Read(chunk, TestContext.Current.CancellationToken);
            var at = 0;
            while (true)
            {
                read.Cuts.Add((read.Records.Count, new("orders", partition.Id, offset + at, partition.Mark, decoder.Save())));
                errors.Clear();
                var batch = decoder.Decode(chunk, at, offset + at, result is ReadResult.EndOfFile or ReadResult.End, errors, out var consumed);
                at += consumed;
                var origins = batch?.Origin is { } origin ? origin.Offsets[..batch.RowCount] : [];
                var texts = batch is null ? [] : StoredRows.Texts(batch).Zip(origins, (t, o) => (Offset: o, Text: t));
                read.Records.AddRange(texts.Concat(errors.Items.Select(e => (e.Offset, Text: e.Message))).OrderBy(r => r.Offset).Select(r => $"{r.Offset}: {r.Text}"));
                batch?.Release();
                if (batch is null && consumed == 0 || at == chunk.Length) break;
            }
            read.Cuts.Add((read.Records.Count, new("orders", partition.Id, offset + at, partition.Mark, decoder.Save())));
            rest = chunk.Filled[at..].ToArray();
            if (result == ReadResult.EndOfFile) decoder.BeginFile();
            if (result is ReadResult.End or ReadResult.Idle) return read;
        }
    }
}

using System.Globalization;
using System.Text.Json;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Runtime;
using Millrace.Sketches.Bloom;
using Millrace.Sketches.Frequency;
using Millrace.Sketches.Hll;
using Millrace.Sketches.Quantiles;
using Millrace.Sketches.Theta;
using Millrace.Sql;
using Millrace.Sqlite;
using Millrace.Tests.Sketches;

namespace Millrace.Tests.Sqlite;

/// <summary>Sketches that SQL has stored are the images of the library, to the byte, in SQLite and in files, and answer as DataSketches' own of the same values.</summary>
public sealed class StoredSketchTests : IDisposable
{
    const int Rows = 100_000;

    const string Sql = """
        CREATE SOURCE numbers (i BIGINT) WITH (connector = 'file', path = 'numbers.csv', format = 'csv');
        CREATE MATERIALIZED VIEW sketches AS SELECT
            hll_agg(i) FILTER (WHERE i < 10) AS hll_10, hll_agg(i) FILTER (WHERE i < 1000) AS hll_1000, hll_agg(i) AS hll_100000,
            theta_agg(i) FILTER (WHERE i < 10) AS theta_10, theta_agg(i) FILTER (WHERE i < 1000) AS theta_1000, theta_agg(i) AS theta_100000,
            kll_agg(i) AS kll, req_agg(i) AS req, tdigest_agg(i) AS digest, frequent_agg(i % 1000) AS frequent, frequent_agg(CAST(i % 50 AS TEXT)) AS texts, bloom_agg(i, 100000) AS bloom
        FROM numbers;
        CREATE SINK out FROM sketches WITH (connector = 'file', path = 'out.jsonl', format = 'json');
        """;

    readonly string _folder = Directory.CreateTempSubdirectory("millrace-sketches-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    async Task<Dictionary<string, byte[]>> RunAsync()
    {
        await File.WriteAllLinesAsync(Path.Combine(_folder, "numbers.csv"), Enumerable.Range(0, Rows).Select(i => i.ToString(CultureInfo.InvariantCulture)).Prepend("i"));
        var compiled = SqlCompiler.Compile(Sql, new CompileOptions { Name = "sketches" });
        Assert.True(compiled.Pipeline is not null, DiagnosticText.Render(compiled.Diagnostics));
        using var store = new SqliteStore(Path.Combine(_folder, "data"));
        await using (var running = await PipelineRunner.StartAsync(compiled.Pipeline with { Settings = compiled.Pipeline.Settings with { Lanes = 1 } },
            new RunOptions { Store = store, Connectors = new ConnectorList(), Formats = new FormatList(), DataDirectory = Path.Combine(_folder, "data"), BaseDirectory = _folder }))
            await running.Completion.WaitAsync(TimeSpan.FromMinutes(2));
        using var snapshot = store.Snapshot();
        var memory = new MemoryAccountant();
        var images = new Dictionary<string, byte[]>();
        foreach (var batch in snapshot.Scan("sketches", memory))
        {
            for (var c = 0; c < batch.Schema.Count; c++)
                if (batch[c] is TextColumn column) images.Add(batch.Schema[c].Name, column[0].ToArray());
            batch.Release();
        }
        Assert.Equal(0, memory.Alive);
        return images;
    }

    static byte[] Image<TSketch>(TSketch sketch, int count, Action<TSketch, long> update, Func<TSketch, byte[]> save)
    {
        for (var i = 0L; i < count; i++) update(sketch, i);
        return save(sketch);
    }

    [Fact]
    public async Task An_image_in_SQLite_and_in_a_file_is_that_of_the_library()
    {
        var images = await RunAsync();
        foreach (var count in new[] { 10, 1000, Rows })
        {
            Assert.Equal(Image(new HllSketch(), count, (s, i) => s.Update(i), s => s.Unordered().Save()), images[$"hll_{count}"]);
            Assert.Equal(Image(new ThetaSketch(), count, (s, i) => s.Update(i), s => s.Compact(isTrimmed: true).Save()), images[$"theta_{count}"]);
        }
        Assert.Equal(Image(new KllSketch<double>(), Rows, (s, i) => s.Update((double)i), s => s.SaveSorted()), images["kll"]);
        Assert.Equal(Image(new ReqSketch<double>(), Rows, (s, i) => s.Update((double)i), s => s.Save()), images["req"]);
        Assert.Equal(Image(new TDigest(), Rows, (s, i) => s.Update(i), s => s.SaveSettled()), images["digest"]);
        Assert.Equal(Image(BloomFilter.ForItems(100_000), Rows, (s, i) => s.Update(i), s => s.Save()), images["bloom"]);
        Assert.Equal(Rows / 50, FrequentStrings.Load(images["texts"]).Estimate("7").Value);
        Assert.Equal(Rows, FrequentLongs.Load(images["frequent"]).TotalWeight);
        using var line = JsonDocument.Parse(File.ReadLines(Path.Combine(_folder, "out.jsonl")).Last());
        foreach (var (name, image) in images) Assert.Equal(image, line.RootElement.GetProperty(name).GetBytesFromBase64());
    }

    [Fact]
    public async Task Images_answer_as_those_of_other_languages_do()
    {
        var images = await RunAsync();
        var compared = 0;
        foreach (var row in SketchData.Rows("hll", "theta"))
        {
            if (row.Parameters.GetValueOrDefault("lgk") != "12" || !row.Input.StartsWith("u64[0,", StringComparison.Ordinal) || !images.TryGetValue($"{row.Sketch}_{row.N}", out var image)) continue;
            if (row.Sketch == "hll") Assert.Equal(double.Parse(row.Expected["composite"], CultureInfo.InvariantCulture), HllSketch.Load(image).Estimate, 1e-6);
            else if (row.File.EndsWith("_compact-ordered.sk", StringComparison.Ordinal) && row.IsByteExact && row.Expected["estimation_mode"] == "0") Assert.Equal(row.Image, image);
            else continue;
            compared++;
        }
        Assert.True(compared >= 5, $"only {compared} images were compared");
    }
}

using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;
using Millrace.Functions;
using Millrace.Sketches.Bloom;
using Millrace.Sketches.Frequency;
using Millrace.Sketches.Hll;
using Millrace.Sketches.Quantiles;
using Millrace.Sketches.Theta;

namespace Millrace.Tests.Functions.Aggregate;

/// <summary>Aggregates over images: what they give, and what they say of images that they cannot take.</summary>
public sealed class SketchMergeTests
{
    static AggregateFunction Function(string name, params object[] constants)
    {
        var function = Catalog.BuiltIn.Aggregate(name)!;
        return function.With([.. constants.Select(c => new Literal(c, c switch { int => DataType.Integer, double => DataType.Double, _ => DataType.Text }))], [], false);
    }

    /// <summary>The result over images, added to two groups that are merged then, with a save between.</summary>
    static byte[]? Merge(AggregateFunction function, params byte[]?[] images)
    {
        var memory = new MemoryAccountant();
        var owner = memory.Owner("test");
        var signature = function.Resolve([DataType.Bytes], false)!;
        var (states, loaded) = (function.CreateStates(signature, false, owner), function.CreateStates(signature, false, owner));
        states.EnsureGroups(2);
        loaded.EnsureGroups(2);
        var column = Samples.Fill(memory, DataType.Bytes, images.Select(i => i is null ? null : Encoding.Latin1.GetString(i)));
        states.Add([column], [], [.. images.Select((_, i) => i % 2)], []);
        column.Release();
        for (var group = 0; group < 2; group++)
        {
            var writer = new StateWriter();
            states.Save(group, writer);
            var reader = new StateReader(writer.Written);
            loaded.Load(group, ref reader);
        }
        states.Merge(0, loaded, 1);
        var results = memory.RentText(DataType.Bytes);
        states.AppendResults([0], results);
        var result = results.IsNull(0) ? null : results[0].ToArray();
        results.Release();
        states.Dispose();
        loaded.Dispose();
        Assert.Equal(0, owner.Bytes);
        Assert.Equal(0, memory.Alive);
        return result;
    }

    static string? Fault(AggregateFunction function, byte[] image)
    {
        var memory = new MemoryAccountant(batchRows: 8);
        var batch = memory.RentBatch(Schema.Empty);
        batch.RowCount = 1;
        var errors = new RowErrors(8);
        using (var evaluator = Evaluator.CompileAsIs([new Call(function.Check!, [new Literal(image, DataType.Bytes)], DataType.Bytes)], memory)) evaluator.Evaluate(batch, errors).Release();
        batch.Release();
        Assert.Equal(0, memory.Alive);
        return errors.Any ? errors.MessageOf(0) : null;
    }

    static TSketch Of<TSketch>(TSketch sketch, int from, int to, Action<TSketch, int> update)
    {
        for (var i = from; i < to; i++) update(sketch, i);
        return sketch;
    }

    static HllSketch Hll(int lgK, int from, int to) => Of(new HllSketch(lgK), from, to, (s, i) => s.Update(i));

    static KllSketch<double> Kll(int k, int from, int to) => Of(new KllSketch<double>(k), from, to, (s, i) => s.Update((double)i));

    [Fact]
    public void A_merged_HyperLogLog_is_that_of_all_values_with_the_fewest_registers()
    {
        byte[]?[] images = [Hll(12, 0, 5000).Save(), null, Hll(10, 4000, 4050).Save(), Hll(14, 0, 20_000).Save(), Hll(11, 0, 0).Save()];
        var expected = Hll(10, 0, 20_000).Unordered().Save();
        Assert.Equal(expected, Merge(Function("hll_merge"), images));
        Array.Reverse(images);
        Assert.Equal(expected, Merge(Function("hll_merge"), images));
        Assert.Equal(Hll(14, 0, 9).Unordered().Save(), Merge(Function("hll_merge"), Hll(14, 3, 9).Save(), Hll(14, 0, 5).Save()));
        Assert.Null(Merge(Function("hll_merge"), null, null));
    }

    [Fact]
    public void A_merged_theta_sketch_is_that_of_all_values()
    {
        ThetaSketch Theta(int from, int to) => Of(new ThetaSketch(), from, to, (s, i) => s.Update(i));
        var expected = Theta(0, 90_000).Compact(isTrimmed: true).Save();
        byte[]?[] images = [Theta(0, 50_000).Compact().Save(), Theta(30_000, 90_000).Compact().SaveCompressed(), Theta(7, 9).Save(), Theta(0, 0).Save()];
        Assert.Equal(expected, Merge(Function("theta_merge"), images));
        Array.Reverse(images);
        Assert.Equal(expected, Merge(Function("theta_merge"), images));
    }

    [Fact]
    public void A_merged_filter_is_that_of_all_values()
    {
        BloomFilter Bloom(int from, int to) => Of(BloomFilter.ForItems(500, 0.02), from, to, (s, i) => s.Update(i));
        Assert.Equal(Bloom(0, 300).Save(), Merge(Function("bloom_merge", 500, 0.02), Bloom(0, 200).Save(), Bloom(100, 300).Save(), Bloom(0, 0).Save()));
        Assert.Contains("bits", Fault(Function("bloom_merge"), Bloom(0, 3).Save()), StringComparison.Ordinal);
    }

    [Fact]
    public void Merged_quantiles_are_those_of_all_values_within_their_error()
    {
        var kll = KllSketch<double>.Load(Merge(Function("kll_merge"), Kll(200, 0, 50_000).Save(), Kll(300, 50_000, 100_000).Save(), Kll(200, 0, 0).Save())!);
        Assert.Equal((200, 100_000L), (kll.K, kll.Count));
        Assert.Equal(50_000, kll.Quantile(0.5), 2000.0);
        var req = ReqSketch<double>.Load(Merge(Function("req_merge", 20), [.. Enumerable.Range(0, 4).Select(p => Of(new ReqSketch<double>(20), 0, 25_000, (s, i) => s.Update(4.0 * i + p)).Save())])!);
        Assert.Equal(100_000, req.Count);
        Assert.Equal(99_900, req.Quantile(0.999), 20.0);
        var digest = TDigest.Load(Merge(Function("tdigest_merge"), Of(new TDigest(), 0, 50_000, (s, i) => s.Update(i)).Save(), Of(new TDigest(100), 50_000, 100_000, (s, i) => s.Update(i)).SaveWithBuffer())!);
        Assert.Equal((100, 100_000L), (digest.K, digest.Count));
        Assert.Equal(50_000, digest.Quantile(0.5), 500.0);
    }

    [Fact]
    public void Merged_frequent_items_have_the_sums_of_their_counts()
    {
        var texts = FrequentStrings.Load(Merge(Function("frequent_merge"), Of(new FrequentStrings(), 0, 100, (s, i) => s.Update($"i{i % 10}")).Save(), Of(new FrequentStrings(5), 0, 7, (s, _) => s.Update("i3")).Save())!);
        Assert.Equal((17.0, 10), (texts.Estimate("i3").Value, texts.LgMaxMapSize));
        var numbers = FrequentLongs.Load(Merge(Function("frequent_merge", "integer"), Of(new FrequentLongs(), 0, 100, (s, i) => s.Update(i % 10)).Save())!);
        Assert.Equal(10, numbers.Estimate(4).Value);
    }

    [Theory]
    [InlineData("hll_merge"), InlineData("theta_merge"), InlineData("bloom_merge"), InlineData("kll_merge"), InlineData("req_merge"), InlineData("tdigest_merge"), InlineData("frequent_merge")]
    public void A_damaged_image_is_an_error_of_its_row(string name)
    {
        var random = new Random(7);
        foreach (var length in new[] { 0, 1, 8, 40, 300 })
        {
            var image = new byte[length];
            random.NextBytes(image);
            Assert.Contains($" in {name}(", Fault(Function(name), image), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_sound_image_that_does_not_fit_is_an_error_of_its_row()
    {
        Assert.Contains("k 24", Fault(Function("req_merge"), Of(new ReqSketch<double>(24), 0, 9, (s, i) => s.Update((double)i)).Save()), StringComparison.Ordinal);
        Assert.Contains("low ranks", Fault(Function("req_merge"), Of(new ReqSketch<double>(12, false), 0, 9, (s, i) => s.Update((double)i)).Save()), StringComparison.Ordinal);
        Assert.NotNull(Fault(Function("theta_merge"), Of(new ThetaSketch(12, seed: 5), 0, 9, (s, i) => s.Update(i)).Save()));
        Assert.NotNull(Fault(Function("kll_merge"), Hll(12, 0, 9).Save()));
        Assert.Null(Fault(Function("kll_merge"), Kll(100, 0, 9).Save()));
    }

    [Theory]
    [InlineData("hll_agg", 3), InlineData("hll_agg", 22), InlineData("theta_agg", 4), InlineData("theta_merge", 21), InlineData("kll_agg", 7), InlineData("req_agg", 13), InlineData("tdigest_agg", 9),
        InlineData("frequent_agg", 1000), InlineData("approx_top_k", 0), InlineData("approx_count_distinct", 30), InlineData("bloom_agg", 0), InlineData("sample", 0), InlineData("frequent_merge", "floats")]
    public void Constants_out_of_range_are_refused(string name, object constant) => Assert.Throws<ArgumentException>(() => Function(name, constant));
}

using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Millrace.Sketches;
using Millrace.Sketches.Bloom;
using Millrace.Sketches.CountMin;
using Millrace.Sketches.Cpc;
using Millrace.Sketches.Frequency;
using Millrace.Sketches.Hll;
using Millrace.Sketches.Moments;
using Millrace.Sketches.OverTime;
using Millrace.Sketches.Quantiles;
using Millrace.Sketches.Theta;
using Millrace.Sketches.Tuple;

namespace Millrace.Specs;

/// <summary>
/// The examples of the sketches' pages and comments, line by line as they stand there: they compile and run here, and print what they say. What a page leaves open
/// (a span, an image) is made before. An example that is in the documentation and not here fails the first test.
/// </summary>
public sealed partial class SketchExamples
{
    static readonly double[] s_numbers = [.. Enumerable.Range(1, 10_000).Select(i => (double)i)];

    public static TheoryData<string> Pages => [.. Repository.Files("docs/reference/sketches", "*.md").Concat(Repository.Sources("src/Millrace.Sketches")).Select(Repository.Relative).Where(p => Blocks(p).Any())];

    [Theory, MemberData(nameof(Pages))]
    public void Every_example_of_the_documentation_is_run_here(string page)
    {
        var here = Lines(File.ReadAllText(Source()));
        foreach (var block in Blocks(page)) Assert.True(here.Contains(Lines(block), StringComparison.Ordinal), $"{page}: this example is not run in SketchExamples.cs:\n{block}");
    }

    static IEnumerable<string> Blocks(string page) => page.EndsWith(".md", StringComparison.Ordinal)
        ? Document.Read(page).Blocks.Where(b => b.Kind == "csharp").Select(b => b.Text)
        : Code().Matches(File.ReadAllText(Repository.File(page))).Select(m => m.Groups[1].Value.Replace("///", "", StringComparison.Ordinal)
            .Replace("&lt;", "<", StringComparison.Ordinal).Replace("&gt;", ">", StringComparison.Ordinal).Replace("&amp;", "&", StringComparison.Ordinal));

    // Without indentation and empty lines.
    static string Lines(string text) => string.Join('\n', text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0)) + "\n";

    [GeneratedRegex(@"<code>\r?\n(.*?)\s*/// </code>", RegexOptions.Singleline)]
    private static partial Regex Code();

    static string Source([CallerFilePath] string path = "") => path;

    [Fact]
    public void Bloom()
    {
        var processed = new List<long>();
        void Process(long id) => processed.Add(id);
        var id = 7L;
        {
            var seen = BloomFilter.ForItems(1_000_000, falsePositives: 0.01);   // 1.2 MB
            if (!seen.Contains(id)) Process(id);
            seen.Update(id);
            Assert.True(seen.Contains(id));
        }
        Assert.Equal([7], processed);
        {
            var seen = BloomFilter.ForItems(1000, falsePositives: 0.01);
            for (var i = 0; i < 1000; i++) seen.Update(i);
            Console.WriteLine($"{seen.Contains(7)} {seen.Contains(1_000_001)}");   // True False
        }
        var open = CountingBloomFilter.ForItems(1000);
        open.Update(7);
        open.Remove(7);
        Console.WriteLine(open.Contains(7));   // False
        Console.Check("True False", "False");
    }

    [Fact]
    public void Count_min()
    {
        {
            var clicks = CountMinSketch.WithError(0.001, confidence: 0.99);
            clicks.Update("page-7", weight: 3);
            Console.WriteLine(clicks.Bounds(clicks.CountOf("page-7")));
        }
        {
            var clicks = new CountMinSketch(rows: 5, buckets: 2719);
            clicks.Update(42, weight: 3);
            Console.WriteLine(clicks.CountOf(42));   // 3
        }
        Console.Check(new Estimate(3, 3, 3).ToString(), "3");
    }

    [Fact]
    public void Cpc()
    {
        var image = new CpcSketch().Save();
        {
            var a = CpcSketch.Load(image);
            var b = new CpcSketch(lgK: 11);
            b.Update(42);
            b.Merge(a);                                  // the smaller lgK of both
            Console.WriteLine(b.Estimate);
        }
        var visitors = new CpcSketch(lgK: 11);
        for (var i = 0; i < 100_000; i++) visitors.Update(i);
        Console.WriteLine(visitors.Save().Length);   // 1272
        Console.Check("1", "1272");
    }

    [Fact]
    public void DDSketch()
    {
        var spanOfDoubles = s_numbers.AsSpan();
        var latencies = new DDSketch(relativeAccuracy: 0.01, BinMappingKind.Cubic, binsMax: 2048);
        latencies.Update(spanOfDoubles);
        Console.WriteLine(latencies.QuantileBounds(0.99));
        Assert.InRange(latencies.QuantileBounds(0.99).Value, 9900 * 0.99, 9900 * 1.01);
    }

    [Fact]
    public void Frequent_items()
    {
        var utf8Span = "/cart"u8;
        var pages = new FrequentStrings(lgMaxMapSize: 10);
        pages.Update(utf8Span);
        pages.Update("/checkout", weight: 3);
        foreach (var row in pages.Rows(FrequentError.NoFalsePositives)) Console.WriteLine(row);
        Console.Check(new FrequentRow<string>("/checkout", 3, 3, 3).ToString(), new FrequentRow<string>("/cart", 1, 1, 1).ToString());
    }

    [Fact]
    public void Hll()
    {
        ReadOnlySpan<long> spanOfIntegers = [42, 43, 44];
        {
            var visitors = new HllSketch(lgK: 12);
            visitors.Update("alice");
            visitors.Update(42);
            visitors.Update(spanOfIntegers);            // eight at once
            Console.WriteLine(visitors.Bounds(2));      // estimate, lower and upper bound at 95 %
            Assert.InRange(visitors.Estimate, 3.99, 4.01);
        }
        {
            var visitors = new HllSketch(lgK: 12);
            for (var i = 0; i < 100_000; i++) visitors.Update(i);
            Console.WriteLine(visitors.Estimate.ToString("F0"));   // 101148
            Console.CheckLast("101148");
        }
    }

    [Fact]
    public void Several_threads()
    {
        var visitors = new ConcurrentSketch<HllSketch>(() => new HllSketch(12));
        Parallel.For(0, 1000, i => visitors.Update(i, static (sketch, item) => sketch.Update(item)));
        Console.WriteLine(visitors.Snapshot().Estimate.ToString("F0"));
        Assert.InRange(visitors.Snapshot().Estimate, 950, 1050);
    }

    [Fact]
    public void Kll()
    {
        var spanOfDoubles = s_numbers.AsSpan();
        var latencies = new KllSketch<double>();
        latencies.Update(12.5);
        latencies.Update(spanOfDoubles);
        Console.WriteLine(latencies.Quantile(0.95));
        Console.WriteLine(latencies.View().Pmf([10, 100, 1000]));   // shares of four intervals
        Assert.InRange(latencies.Quantile(0.95), 9300, 9700);
    }

    [Fact]
    public void Moments()
    {
        var spanOfDoubles = s_numbers.AsSpan();
        var sizes = new MomentsSketch();
        sizes.Update(spanOfDoubles);
        Console.WriteLine(sizes.MeanBounds(2));   // bounds for independent values
        Assert.Equal(5000.5, sizes.Mean, 1e-9);
    }

    [Fact]
    public void Windows()
    {
        var (latency, seconds, visitor, watermark) = (12.5, 4000L, 7L, 8000L);
        // The 99th percentile of the last hour, to the second.
        var hour = WindowedSketch<KllSketch<double>, double>.Sliding(() => new KllSketch<double>(), size: 3600, slide: 1);
        hour.Update(latency, time: seconds);
        hour.Advance(seconds);
        Console.WriteLine(hour.Current().Quantile(0.99));

        // Different visitors, every five minutes over the last hour.
        var visitors = WindowedSketch<HllSketch, long>.Hopping(() => new HllSketch(), size: 3600, hop: 300);
        visitors.Update(visitor, seconds);
        foreach (var window in visitors.Advance(watermark)) Console.WriteLine($"{window.Start} {window.Sketch.Estimate}");
        Console.CheckFirst("12.5", "600 1");

        // Median of the last 60 seconds, to the second.
        var last = WindowedSketch<KllSketch<double>, double>.Sliding(() => new KllSketch<double>(), size: 60, slide: 1);
        for (var second = 0; second < 600; second++)
        {
            last.Update(second, time: second);
            last.Advance(second);
        }
        Console.WriteLine(last.Current().Quantile(0.5));   // 569
        Console.CheckLast("569");
    }

    [Fact]
    public void Decay_and_sliding_counts()
    {
        var seconds = 100L;
        var trending = new DecayedFrequent<FrequentStrings, string>(Decay.Exponential(halfLife: 600));
        trending.Update("cats", time: seconds);
        foreach (var row in trending.RowsAt(seconds, share: 0.01)) Console.WriteLine($"{row.Item} {row.Weight.Value}");

        var load = new DecayedMean(Decay.Exponential(halfLife: 60));
        load.Update(10, time: 0);
        load.Update(20, time: 60);
        Console.WriteLine(load.Mean.ToString("F2"));      // 16.67
        Console.WriteLine(load.CountAt(120).ToString());  // 0.75

        var requests = new SlidingCount(window: 60, error: 0.01);
        for (var second = 1; second <= 1000; second++) requests.Update(time: second, count: 5);
        Console.WriteLine(Math.Round(requests.EstimateAt(1000).Value / 10) * 10);   // 300
        Console.Check("cats 1", "16.67", "0.75", "300");
    }

    [Fact]
    public void Req()
    {
        var latencies = new ReqSketch<double>();
        latencies.Update(12.5);
        Console.WriteLine(latencies.QuantileBounds(0.999));
        Console.Check(new QuantileBounds<double>(12.5, 12.5, 12.5).ToString());
    }

    [Fact]
    public void Prefix_histogram()
    {
        var imageOfAnother = new PrefixHistogram<double>().Save();
        {
            var latencies = new PrefixHistogram<double>();
            latencies.Update(12.5);
            latencies.Merge(PrefixHistogram<double>.Load(imageOfAnother));
            Console.WriteLine(latencies.Quantile(0.95));
        }
        {
            var latencies = new PrefixHistogram<double>();
            for (var i = 1; i <= 1000; i++) latencies.Update(i);
            Console.WriteLine(latencies.Quantile(0.5));   // 500.5
        }
        Console.Check("12.5", "500.5");
    }

    [Fact]
    public void T_digest()
    {
        var latencies = new TDigest();
        latencies.Update(12.5);
        Console.WriteLine(latencies.Quantile(0.999));
        Console.Check("12.5");
    }

    [Fact]
    public void Theta()
    {
        var monday = new ThetaSketch();
        var tuesday = new ThetaSketch();
        for (var i = 0; i < 1000; i++) monday.Update(i);
        for (var i = 500; i < 2000; i++) tuesday.Update(i);
        Console.WriteLine(monday.Compact().Intersect(tuesday.Compact()).Estimate);   // 500
        Console.Check("500");

        var image = monday.Save();
        var both = monday.Compact().Intersect(tuesday.Compact());
        var left = monday.Compact().Except(tuesday.Compact());
        var alike = monday.Compact().Jaccard(tuesday.Compact());   // with bounds at 2 deviations
        var union = new ThetaSketch(lgK: 12);
        union.Merge(image);                                        // no object is made; an ordered image is read only as far as it counts
        Assert.Equal((500.0, 500.0, 0.25, 1000.0), (both.Estimate, left.Estimate, alike.Value, union.Estimate));
    }

    [Fact]
    public void Tuple()
    {
        var spent = new TupleSketch();
        spent.Update("alice", 10);
        spent.Update("bob", 5);
        spent.Update("alice", 2.5);
        Console.WriteLine($"{spent.Estimate} {spent.TotalEstimate}");   // 2 17.5
        Console.Check("2 17.5");
    }

    // Hears what the example of a test prints.
    static class Console
    {
        static readonly AsyncLocal<ConcurrentQueue<string>?> s_printed = new();

        public static void WriteLine(object? value) => (s_printed.Value ??= new()).Enqueue(Convert.ToString(value, CultureInfo.InvariantCulture)!);

        public static void Check(params string[] expected) => Assert.Equal(expected, s_printed.Value!);

        public static void CheckFirst(params string[] expected) => Assert.Equal(expected, s_printed.Value!.Take(expected.Length));

        public static void CheckLast(string expected) => Assert.Equal(expected, s_printed.Value!.Last());
    }
}

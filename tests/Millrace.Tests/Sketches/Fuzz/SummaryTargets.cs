using System.Globalization;
using Millrace.Sketches;
using Millrace.Sketches.Frequency;
using Millrace.Sketches.Moments;
using Millrace.Sketches.OverTime;
using Millrace.Sketches.Quantiles;
using Millrace.Sketches.Sampling;
using Millrace.Tests.Sketches.Quantiles;

namespace Millrace.Tests.Sketches.Fuzz;

/// <summary>Quantiles, frequent items, samples, moments and sketches over time.</summary>
static class SummaryTargets
{
    static readonly int[] s_sizes = [0, 1, 2, 5, 40, 300, 5000];

    public static IEnumerable<FuzzTarget> All()
    {
        yield return Kll("kll double", i => i * 0.5);
        yield return Kll("kll float", i => i * 0.5f);
        yield return Kll("kll long", i => (long)i);
        yield return Kll("kll string", Word);
        yield return new FuzzTarget("kll updated in place", [.. Filled(() => new KllSketch<double>(8), (s, i) => s.Update(i)).Where(s => s.Count > 1).Select(s => KllImageTests.Updatable(s.Save()))], static image =>
        {
            var sketch = KllSketch<double>.Load(image);
            return () =>
            {
                if (!sketch.IsEmpty) Ask(sketch, sketch.Min);
                KllSketch<double>.Load(sketch.Save());
            };
        });
        yield return Classic<double>("classic quantiles double", [.. new[] { 1, 5, 40, 300 }.SelectMany(n => new[] { true, false }.Select(c => ClassicQuantilesTests.Image(8, n, c)))]);
        yield return Classic<string>("classic quantiles string", [ClassicTexts()]);
        yield return Req("req double", i => i * 0.5);
        yield return Req("req float", i => i * 0.5f);
        yield return Req("req string", Word);
        yield return FuzzTarget.Of("t-digest", Filled(() => new TDigest(20), (s, i) => s.Update(i * 7 % 1000)), s =>
        {
            if (!s.IsEmpty) Ask(s, s.Max);
            if (s.Count > 1L << 58) return;
            for (var i = 0; i < 50; i++) s.Update(i);
            s.Merge(TDigest.Load(s.SaveWithBuffer()));
            Ask(s, 3.0);
        });
        yield return FuzzTarget.Of("prefix histogram double", Filled(() => new PrefixHistogram<double>(20), (s, i) => s.Update(i * 7 % 1000 / 3.0 - 100)), s => UseHistogram(s, 3.0));
        yield return FuzzTarget.Of("prefix histogram long", Filled(() => new PrefixHistogram<long>(20), (s, i) => s.Update(i * 7L % 1000)), s => UseHistogram(s, 3L));
        foreach (var kind in Enum.GetValues<BinMappingKind>())
        {
            yield return FuzzTarget.Of($"ddsketch {kind}", Filled(() => new DDSketch(0.05, kind), (s, i) => s.Update(i % 300 - 100)), s =>
            {
                if (!s.IsEmpty) Ask(s, 3.0);
                s.Update(7);
                s.Merge(DDSketch.Load(s.Save(), 100));
                Ask(s, -3.0);
            });
        }
        yield return new FuzzTarget("t-digest of the reference", [Reference(areFloats: false), Reference(areFloats: true)], static image =>
        {
            var sketch = TDigest.Load(image);
            return () =>
            {
                if (!sketch.IsEmpty) Ask(sketch, sketch.Max);
                TDigest.Load(sketch.Save());
            };
        });
        yield return FuzzTarget.Of("frequent longs", Filled(() => new FrequentLongs(5), (s, i) => s.Update(i % 90)), s => UseFrequent(s, i => (long)i));
        yield return FuzzTarget.Of("frequent strings", Filled(() => new FrequentStrings(5), (s, i) => s.Update(Word(i % 90))), s => UseFrequent(s, Word));
        yield return FuzzTarget.Of("reservoir long", Filled(() => new ReservoirSample<long>(30), (s, i) => s.Update(i)), UseReservoir);
        yield return FuzzTarget.Of("reservoir string", Filled(() => new ReservoirSample<string>(30), (s, i) => s.Update(Word(i))), s => s.EstimateSubset(w => w.Length == 3));
        yield return new FuzzTarget("reservoir union", [.. Filled(() => new ReservoirSample<long>(30), (s, i) => s.Update(i)).SelectMany(UnionsOfReservoirs)], static image =>
        {
            var sketch = ReservoirSample<long>.Load(image);
            return () => UseReservoir(sketch);
        });
        yield return new FuzzTarget("varopt union", [.. Filled(() => new VarOptSample<double>(30), (s, i) => s.Update(i, 1 + i % 50)).Select(UnionOfVarOpt)], static image =>
        {
            var sketch = VarOptSample<double>.Load(image);
            return () =>
            {
                sketch.EstimateSubset(i => i > 3);
                VarOptSample<double>.Load(sketch.Save());
            };
        });
        yield return FuzzTarget.Of("varopt", Filled(() => new VarOptSample<long>(30), (s, i) => s.Update(i, 1 + i % 50)), s =>
        {
            if (s.Count > long.MaxValue / 4) return;
            s.EstimateSubset(i => i % 2 == 0);
            for (var i = 0; i < 50; i++) s.Update(i, 1 + i);
            var other = new VarOptSample<long>(10, 1);
            for (var i = 0; i < 50; i++) other.Update(i, 2);
            s.Merge(other);
        });
        yield return FuzzTarget.Of("bottom-k", Filled(() => new BottomKSample<long>(30), (s, i) => s.Update(i)), s =>
        {
            s.Distinct();
            for (var i = 0; i < 50; i++) s.Update(i);
            s.EstimateSubset(i => i % 2 == 0);
        });
        yield return FuzzTarget.Of("bottom-k string", Filled(() => new BottomKSample<string>(30), (s, i) => s.Update(Word(i))), s => s.Distinct());
        yield return FuzzTarget.Of("min-hash", Filled(() => new MinHashSketch(16), (s, i) => s.Update(i)), s =>
        {
            s.Update(1);
            s.Similarity(s);
        });
        yield return FuzzTarget.Of("moments", Filled(() => new MomentsSketch(), (s, i) => s.Update(i)), s =>
        {
            s.MeanBounds();
            _ = s.Kurtosis;
        });
        yield return FuzzTarget.Of("decayed mean", Filled(() => new DecayedMean(Decay.Exponential(9)), (s, i) => s.Update(i, i)), s =>
        {
            s.Update(1, 5);
            s.CountAt(8);
        });
        yield return FuzzTarget.Of("decayed quantiles", Filled(() => new DecayedQuantiles(Decay.Polynomial(2, -5), binsMax: 64), (s, i) => s.Update(i, i)), s =>
        {
            if (!s.IsEmpty) s.Quantile(0.5);
            s.CountAt(8);
        });
        yield return FuzzTarget.Of("decayed frequent", Filled(() => new DecayedFrequent<FrequentLongs, long>(Decay.Exponential(9), 4), (s, i) => s.Update(i % 20, i)), s =>
        {
            s.EstimateAt(5, 100);
            s.RowsAt(100);
        });
        yield return FuzzTarget.Of("decayed frequent texts", Filled(() => new DecayedFrequent<FrequentStrings, string>(Decay.Polynomial(2, 0), 4), (s, i) => s.Update(Word(i % 20), i)), s =>
        {
            s.EstimateAt("5", 100);
            s.RowsAt(100);
        });
        yield return FuzzTarget.Of("sliding count", Filled(() => new SlidingCount(100, 0.2), (s, i) => s.Update(i, i % 4)), s =>
        {
            s.EstimateAt(200);
            s.Update(77);
        });
        yield return new FuzzTarget("windows", [.. Windows()], static image =>
        {
            var windows = WindowedSketch<KllSketch<double>, double>.Load(image, () => new KllSketch<double>(8));
            return () => windows.Save();
        });
    }

    static void UseHistogram<T>(PrefixHistogram<T> sketch, T item) where T : unmanaged
    {
        if (!sketch.IsEmpty) Ask(sketch, item);
        if (sketch.Count > long.MaxValue / 4) return;
        sketch.Update(item, 3);
        sketch.Merge(PrefixHistogram<T>.Load(sketch.Save()));
        Ask(sketch, item);
    }

    static FuzzTarget Classic<T>(string name, byte[][] images) => new(name, images, static image =>
    {
        var view = ClassicQuantiles.Load<T>(image);
        return () =>
        {
            if (view is null) return;
            foreach (var rank in new[] { 0, 0.5, 1 }) view.Rank(view.Quantile(rank));
        };
    });

    // Of k = 4: a buffer of two and a level of weight 2.
    static byte[] ClassicTexts() =>
        [2, 3, 8, 8, 4, 0, 0, 0, 10, 0, 0, 0, 0, 0, 0, 0, .. new[] { "a", "k", "b", "k", "a", "c", "d", "j" }.SelectMany(static t => BitConverter.GetBytes(t.Length).Concat(System.Text.Encoding.ASCII.GetBytes(t)))];

    // 50 centroids of two values each.
    static byte[] Reference(bool areFloats)
    {
        IEnumerable<byte> Number(double value, bool isFloat) => (isFloat ? BitConverter.GetBytes((float)value) : BitConverter.GetBytes(value)).Reverse();
        return [0, 0, 0, (byte)(areFloats ? 2 : 1), .. Number(0, false), .. Number(99, false), .. Number(100, areFloats), .. areFloats ? new byte[] { 0, 210, 4, 0, 0, 50 } : [0, 0, 0, 50],
            .. Enumerable.Range(0, 50).SelectMany(i => Number(2, areFloats).Concat(Number(2 * i + 0.5, areFloats)))];
    }

    static IEnumerable<byte[]> UnionsOfReservoirs(ReservoirSample<long> sample)
    {
        byte[] k = BitConverter.GetBytes(sample.K);
        yield return sample.IsEmpty ? [1, 2, 12, 4, .. k] : [1, 2, 12, 0, .. k, .. sample.Save()];
        // Version 1 codes k in 16 bits.
        yield return sample.IsEmpty ? [1, 1, 12, 4, 0, 0x30, 0, 0] : [1, 1, 12, 0, 0, 0x30, 0, 0, .. sample.Save()];
    }

    static byte[] UnionOfVarOpt(VarOptSample<double> sample) =>
        sample.IsEmpty ? [1, 2, 14, 4, 30, 0, 0, 0] : [4, 2, 14, 0, 30, 0, 0, 0, .. BitConverter.GetBytes(sample.Count), .. new byte[16], .. sample.Save()];

    static FuzzTarget Kll<T>(string name, Func<int, T> item) => FuzzTarget.Of(name, Filled(() => new KllSketch<T>(8), (s, i) => s.Update(item(i))), s =>
    {
        if (!s.IsEmpty) Ask(s, s.Min);
        // What lies beyond 62 levels cannot be counted on.
        if (s.Count > long.MaxValue / 4) return;
        for (var i = 0; i < 50; i++) s.Update(item(i));
        var other = new KllSketch<T>(20);
        for (var i = 0; i < 500; i++) other.Update(item(i));
        s.Merge(other);
        other.Merge(s);
        Ask(other, s.Max);
    });

    static FuzzTarget Req<T>(string name, Func<int, T> item) => FuzzTarget.Of(name, Filled(() => new ReqSketch<T>(4), (s, i) => s.Update(item(i))), s =>
    {
        if (!s.IsEmpty) Ask(s, s.Min);
        if (s.Count > long.MaxValue / 4) return;
        for (var i = 0; i < 50; i++) s.Update(item(i));
        var other = new ReqSketch<T>(s.K, s.IsHighRankAccurate);
        for (var i = 0; i < 500; i++) other.Update(item(i));
        s.Merge(other);
        Ask(s, s.Max);
    });

    static void Ask<TSketch, T>(TSketch sketch, T item) where TSketch : IQuantileSketch<TSketch, T>
    {
        foreach (var rank in new[] { 0, 0.01, 0.5, 0.99, 1 }) sketch.Quantile(rank);
        sketch.Rank(item);
    }

    static void UseFrequent<TSketch, T>(TSketch sketch, Func<int, T> item) where TSketch : IFrequentSketch<TSketch, T>
    {
        sketch.Estimate(item(3));
        sketch.Rows(FrequentError.NoFalseNegatives, 0);
        if (sketch.TotalWeight > long.MaxValue / 8) return;
        for (var i = 0; i < 100; i++) sketch.Update(item(i), i);
        sketch.Scale(0.3);
        sketch.Merge(sketch);
        sketch.Estimate(item(3));
    }

    static void UseReservoir(ReservoirSample<long> sample)
    {
        sample.EstimateSubset(i => i % 2 == 0);
        if (sample.K > 10_000) return;
        for (var i = 0; i < 50; i++) sample.Update(i);
        var other = new ReservoirSample<long>(10, 1);
        for (var i = 0; i < 100; i++) other.Update(i);
        sample.Merge(other);
    }

    static IEnumerable<byte[]> Windows()
    {
        foreach (var isSliding in new[] { true, false })
        {
            var windows = isSliding ? WindowedSketch<KllSketch<double>, double>.Sliding(Small, 20, 2) : WindowedSketch<KllSketch<double>, double>.Hopping(Small, 20, 2);
            for (var i = 0; i < 200; i++)
            {
                windows.Update(i, i);
                if (i % 3 == 0) windows.Advance(i - 5);
                if (i % 50 == 0) yield return windows.Save();
            }
        }

        static KllSketch<double> Small() => new(8);
    }

    static string Word(int i) => i.ToString(CultureInfo.InvariantCulture);

    static IEnumerable<TSketch> Filled<TSketch>(Func<TSketch> create, Action<TSketch, int> update)
    {
        foreach (var size in s_sizes)
        {
            var sketch = create();
            for (var i = 0; i < size; i++) update(sketch, i);
            yield return sketch;
        }
    }
}

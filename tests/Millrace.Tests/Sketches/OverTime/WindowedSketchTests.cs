using Millrace.Sketches;
using Millrace.Sketches.CountMin;
using Millrace.Sketches.Cpc;
using Millrace.Sketches.Frequency;
using Millrace.Sketches.OverTime;
using Millrace.Sketches.Quantiles;
using Millrace.Sketches.Sampling;
using Millrace.Sketches.Theta;
using Millrace.Sketches.Tuple;

namespace Millrace.Tests.Sketches.OverTime;

/// <summary>Windows against a list of all items: a table of frequent items that is large enough is exact, so every count must be.</summary>
public sealed class WindowedSketchTests
{
    [Fact]
    public void A_late_item_counts_in_the_windows_that_are_open()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var hop = random.Next(1, 8);
            var size = hop * random.Next(1, 9);
            var windows = WindowedSketch<FrequentLongs, long>.Hopping(Table, size, hop);
            var told = new List<WindowResult<FrequentLongs>>();
            var (time, watermark, late, expected) = (random.Next(-200, 200), (long)-10000, 0, 0L);
            for (var i = 0; i < 300; i++)
            {
                time += random.Next(20) == 0 ? random.Next(100) : random.Next(3);
                var (item, at) = (random.Next(20), time - random.Next(4) * random.Next(size + 4));
                // It counts in those of its windows that have not closed, and is late when there are none.
                var open = Enumerable.Range(0, size / hop).Count(n => FloorTo(at, hop) - n * hop + size > FloorTo(watermark, hop));
                expected += open;
                if (open == 0) late++;
                windows.Update(item, at);
                if (random.Next(4) == 0)
                {
                    watermark = Math.Max(watermark, time - random.Next(size));
                    told.AddRange(windows.Advance(watermark));
                }
                if (random.Next(50) == 0) windows = WindowedSketch<FrequentLongs, long>.Load(windows.Save(), Table);
            }
            told.AddRange(windows.Advance(time + 10 * size));

            Assert.True(late == windows.Late, $"seed {seed}: {windows.Late} late items, expected were {late}");
            Assert.True(told.Select(w => w.Start).SequenceEqual(told.Select(w => w.Start).Distinct().Order()), $"seed {seed}: windows twice or out of order");
            Assert.True(expected == told.Sum(w => w.Sketch.TotalWeight), $"seed {seed}: {told.Sum(w => w.Sketch.TotalWeight)} items in all windows, expected were {expected}");
            Assert.Equal(0, windows.Panes);
        }
    }

    [Fact]
    public void Windows_of_items_in_time_are_exact_one_by_one()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var hop = random.Next(1, 8);
            var size = hop * random.Next(1, 9);
            var lateness = random.Next(3 * size);
            var windows = WindowedSketch<FrequentLongs, long>.Hopping(Table, size, hop);
            var (items, told) = (new List<(long Item, long Time)>(), new List<WindowResult<FrequentLongs>>());
            var time = random.Next(-200, 200);
            for (var i = 0; i < 300; i++)
            {
                time += random.Next(20) == 0 ? random.Next(100) : random.Next(3);
                items.Add((random.Next(20), time - random.Next(lateness + 1)));
                windows.Update(items[^1].Item, items[^1].Time);
                if (random.Next(3) == 0) told.AddRange(windows.Advance(time - lateness));
            }
            told.AddRange(windows.Advance(time + 10 * size));

            Assert.Equal(0, windows.Late);
            var expected = items.SelectMany(i => Enumerable.Range(0, size / hop).Select(n => (Start: FloorTo(i.Time, hop) - n * hop, i.Item)))
                .GroupBy(p => p.Start).OrderBy(g => g.Key).ToList();
            Assert.True(expected.Select(g => g.Key).SequenceEqual(told.Select(w => w.Start)), $"seed {seed}: windows {string.Join(' ', told.Select(w => w.Start))}");
            foreach (var (group, window) in expected.Zip(told))
                Assert.True(Counts(window.Sketch).SequenceEqual(group.GroupBy(p => p.Item).Select(g => (g.Key, (long)g.Count())).Order()), $"seed {seed}: window {window.Start}");
        }
    }

    [Fact]
    public void A_sliding_window_is_exact_at_every_step()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var slide = random.Next(1, 6);
            var size = slide * random.Next(1, 30);
            var window = WindowedSketch<FrequentLongs, long>.Sliding(Table, size, slide);
            var items = new List<(long Item, long Time)>();
            var time = random.Next(-100, 100);
            for (var i = 0; i < 300; i++)
            {
                time += random.Next(30) == 0 ? random.Next(size + 20) : random.Next(2);
                window.Advance(time);
                var (item, at) = (random.Next(20), time - random.Next(3) * random.Next(size));
                var isNeeded = FloorTo(at, slide) > FloorTo(time, slide) - size;
                if (isNeeded) items.Add((item, at));
                Assert.Equal(isNeeded, window.Update((long)item, at, static (s, x) => s.Update(x)));
                if (random.Next(60) == 0) window = WindowedSketch<FrequentLongs, long>.Load(window.Save(), Table);
                var expected = items.Where(p => FloorTo(p.Time, slide) > FloorTo(time, slide) - size).GroupBy(p => p.Item).Select(g => (g.Key, (long)g.Count())).Order();
                Assert.True(Counts(window.Current()).SequenceEqual(expected), $"seed {seed}, step {i}");
            }
        }
    }

    /// <summary>Images have no room for K of theta, for hash seeds and for limits of bins.</summary>
    [Fact]
    public void Restored_windows_go_on_with_the_same_parameters()
    {
        Check<ThetaSketch, long>(static () => new ThetaSketch(14, seed: 5), static i => i);
        Check<ThetaSketch, long>(static () => new ThetaSketch(6), static i => i);
        Check<TupleSketch, (long, double)>(static () => new TupleSketch(13, seed: 7), static i => (i, 1));
        Check<CpcSketch, long>(static () => new CpcSketch(8, seed: 9), static i => i);
        Check<CountMinSketch, long>(static () => new CountMinSketch(3, 100, seed: 11), static i => i);
        Check<DDSketch, double>(static () => new DDSketch(0.01, binsMax: 64), static i => Math.Exp(i % 300 - 150));
        Check<DDSketch, double>(static () => new DDSketch(0.01, binsMax: 64, collapsesHighest: true), static i => Math.Exp(i % 300 - 150));
        Check<VarOptSample<long>, long>(static () => new VarOptSample<long>(5000), static i => i);

        static void Check<TSketch, T>(Func<TSketch> create, Func<int, T> item) where TSketch : class, ISketch<TSketch, T>
        {
            var straight = WindowedSketch<TSketch, T>.Sliding(create, 10, 1);
            var restored = WindowedSketch<TSketch, T>.Sliding(create, 10, 1);
            for (var i = 0; i < 20_000; i++)
            {
                straight.Update(item(i), i / 1000);
                restored.Update(item(i), i / 1000);
                straight.Advance(i / 1000);
                restored.Advance(i / 1000);
                if (i % 3000 == 1500) restored = WindowedSketch<TSketch, T>.Load(restored.Save(), create);
            }
            Assert.Equal(straight.Current().Save(), restored.Current().Save());
        }
    }

    [Fact]
    public void A_slide_costs_two_merges_and_a_result_three_however_long_the_window()
    {
        foreach (var panes in new[] { 2, 60, 3600 })
        {
            var window = WindowedSketch<MomentSum, double>.Sliding(() => new MomentSum(), panes, 1);
            for (var i = 0; i < 20000; i++)
            {
                window.Update(i, i);
                window.Advance(i);
            }
            Assert.InRange(window.Merges, 0, 2 * 20000);
            var before = window.Merges;
            Assert.Equal(Math.Min(panes, 20000), window.Current().Count);
            Assert.InRange(window.Merges - before, 1, 3);
        }
    }

    [Fact]
    public void Quantiles_over_a_sliding_window_are_within_the_error_of_the_sketch()
    {
        for (var seed = 0; seed < 10; seed++)
        {
            var random = new Random(seed);
            var kll = WindowedSketch<KllSketch<double>, double>.Sliding(() => new KllSketch<double>(200, (ulong)seed), 100, 5);
            var req = WindowedSketch<ReqSketch<double>, double>.Sliding(() => new ReqSketch<double>(), 100, 5);
            var digest = WindowedSketch<TDigest, double>.Sliding(() => new TDigest(), 100, 5);
            var values = new List<(double Value, int Time)>();
            for (var i = 0; i < 60000; i++)
            {
                var (value, time) = (Math.Sqrt(random.NextDouble()) + i * 1e-5, i / 100);
                values.Add((value, time));
                kll.Update(value, time);
                req.Update(value, time);
                digest.Update(value, time);
                if (i % 100 != 99) continue;
                kll.Advance(time);
                req.Advance(time);
                digest.Advance(time);
                if (i % 10000 != 9999) continue;
                var inside = values.Where(v => v.Time / 5 > time / 5 - 20).Select(v => v.Value).Order().ToArray();
                Assert.Equal(inside.Length, kll.Current().Count);
                foreach (var rank in new[] { 0.01, 0.25, 0.5, 0.75, 0.99 })
                {
                    Assert.InRange(Rank(inside, kll.Current().Quantile(rank)), rank - 2 * kll.Current().RankError, rank + 2 * kll.Current().RankError);
                    Assert.InRange(Rank(inside, req.Current().Quantile(rank)), req.Current().RankLowerBound(rank, 3) - 0.003, req.Current().RankUpperBound(rank, 3) + 0.003);
                    Assert.InRange(Rank(inside, digest.Current().Quantile(rank)), rank - 0.005, rank + 0.005);
                }
            }
        }
    }

    static double Rank(double[] sorted, double value) => (double)sorted.Count(v => v <= value) / sorted.Length;

    static FrequentLongs Table() => new(8);

    static IOrderedEnumerable<(long, long)> Counts(FrequentLongs sketch) => sketch.Rows(FrequentError.NoFalsePositives, 0).Select(r => (r.Item, r.Estimate)).Order();

    static long FloorTo(long time, long step) => (long)Math.Floor((double)time / step) * step;

    /// <summary>The least sketch: it counts.</summary>
    sealed class MomentSum : ISketch<MomentSum, double>
    {
        public long Count { get; private set; }

        public bool IsEmpty => Count == 0;

        public long MemorySize => 24;

        public void Update(double item) => Count++;

        public void Merge(MomentSum other) => Count += other.Count;

        public byte[] Save() => BitConverter.GetBytes(Count);

        public static MomentSum Load(ReadOnlySpan<byte> image) => new() { Count = BitConverter.ToInt64(image) };
    }
}

using System.Runtime.InteropServices;
using System.Text;
using Millrace.Sketches;
using Millrace.Sketches.Cpc;
using Millrace.Sketches.Hll;
using Millrace.Sketches.Theta;

namespace Millrace.Tests.Sketches;

/// <summary>What holds for every distinct count, whatever its kind.</summary>
public sealed class DistinctLawTests
{
    static readonly int[] s_sizes = [0, 1, 7, 8, 30, 190, 400, 1000, 5000, 70000];

    static ulong[] Items(int count, int from = 0) => [.. Enumerable.Range(from, count).Select(i => Inputs.SplitMix(i))];

    /// <summary>Spans of every length up to 200 and long ones: vectors give what one by one gives, to the byte.</summary>
    [Fact]
    public void A_span_equals_its_items_one_by_one()
    {
        foreach (var size in Enumerable.Range(0, 201).Concat(s_sizes))
        {
            var items = Items(size);
            foreach (var type in Enum.GetValues<HllType>())
            {
                var hll = new HllSketch(9, type);
                var hllOne = new HllSketch(9, type);
                hll.Update(items);
                foreach (var item in items) hllOne.Update(item);
                Answers.SameBytes($"{type} {size}", hllOne.Save(), hll.Save());
            }
            var cpc = new CpcSketch(8);
            var cpcOne = new CpcSketch(8);
            cpc.Update(MemoryMarshal.Cast<ulong, long>(items.AsSpan()));
            foreach (var item in items) cpcOne.Update(item);
            Answers.SameBytes($"cpc {size}", cpcOne.Save(), cpc.Save());
            var theta = new ThetaSketch(7);
            var thetaOne = new ThetaSketch(7);
            theta.Update(items);
            foreach (var item in items) thetaOne.Update(item);
            Answers.SameBytes($"theta {size}", thetaOne.Save(), theta.Save());
        }
    }

    [Fact]
    public void Text_is_its_bytes_in_UTF8_and_nothing_is_no_item()
    {
        foreach (var text in (string[])["", "a", "item-17", "ключ-17", new string('x', 255), new string('ж', 256), new string('x', 257), new string('ж', 5000)])
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Same(new HllSketch(), new HllSketch(), s => s.Update(text), s => s.Update(bytes));
            Same(new CpcSketch(), new CpcSketch(), s => s.Update(text), s => s.Update(bytes));
            Same(new ThetaSketch(), new ThetaSketch(), s => s.Update(text), s => s.Update(bytes));
            var units = MemoryMarshal.AsBytes(text.AsSpan()).ToArray();
            Same(new HllSketch(), new HllSketch(), s => s.UpdateUtf16(text), s => s.Update(units));
            Same(new CpcSketch(), new CpcSketch(), s => s.UpdateUtf16(text), s => s.Update(units));
            Same(new ThetaSketch(), new ThetaSketch(), s => s.UpdateUtf16(text), s => s.Update(units));
        }
        var empty = new HllSketch();
        empty.Update("");
        empty.Update(ReadOnlySpan<byte>.Empty);
        Assert.True(empty.IsEmpty);
    }

    [Fact]
    public void Equal_numbers_are_one_item()
    {
        Same(new HllSketch(), new HllSketch(), s => s.Update(-0.0), s => s.Update(0.0));
        Same(new CpcSketch(), new CpcSketch(), s => s.Update(BitConverter.Int64BitsToDouble(-1)), s => s.Update(double.NaN));
        Same(new ThetaSketch(), new ThetaSketch(), s => s.Update(1.5f), s => s.Update(1.5));
    }

    static void Same<TSketch>(TSketch a, TSketch b, Action<TSketch> first, Action<TSketch> second) where TSketch : ISketch<TSketch>
    {
        first(a);
        second(b);
        Answers.SameBytes(typeof(TSketch).Name, b.Save(), a.Save());
    }

    [Fact]
    public void Saving_and_loading_in_the_middle_changes_nothing()
    {
        foreach (var size in s_sizes)
        {
            var first = Items(size);
            var second = Items(size + 100, size / 2);
            foreach (var type in Enum.GetValues<HllType>())
            {
                var hll = new HllSketch(10, type);
                hll.Update(first);
                var hllAgain = HllSketch.Load(hll.Save());
                hll.Update(second);
                hllAgain.Update(second);
                Assert.Equal(hll.Estimate, hllAgain.Estimate, 1e-9);
            }
            var cpc = new CpcSketch(9);
            cpc.Update(first);
            var cpcAgain = CpcSketch.Load(cpc.Save());
            cpc.Update(second);
            cpcAgain.Update(second);
            Answers.SameBytes($"cpc {size}", cpc.Save(), cpcAgain.Save());
        }
    }

    [Theory]
    [InlineData(12, 12)]
    [InlineData(12, 10)]
    [InlineData(10, 12)]
    public void Merging_gives_the_same_whatever_the_order(int lgA, int lgB)
    {
        foreach (var sizeA in s_sizes)
            foreach (var sizeB in s_sizes)
            {
                var a = Items(sizeA);
                var b = Items(sizeB, sizeA / 3);
                var all = a.Union(b).ToArray();
                var cpcAB = Fed(new CpcSketch(lgA), a);
                cpcAB.Merge(Fed(new CpcSketch(lgB), b));
                var cpcBA = Fed(new CpcSketch(lgB), b);
                cpcBA.Merge(Fed(new CpcSketch(lgA), a));
                if (sizeA > 0 && sizeB > 0)
                {
                    Answers.SameBytes($"cpc {lgA}/{sizeA} {lgB}/{sizeB}", cpcAB.Save(), cpcBA.Save());
                    Assert.Equal(Fed(new CpcSketch(Math.Min(lgA, lgB)), all).Coupons, cpcAB.Coupons);
                }
                var hll = Fed(new HllSketch(lgA, HllType.Hll4), a);
                hll.Merge(Fed(new HllSketch(lgB, HllType.Hll6), b));
                var whole = Fed(new HllSketch(hll.LgK), all);
                Assert.Equal(whole.CompositeEstimate, hll.CompositeEstimate, whole.CompositeEstimate * 1e-5 + 1e-9);
                var theta = Fed(new ThetaSketch(Math.Min(lgA, lgB)), a);
                theta.Merge(Fed(new ThetaSketch(lgB), b));
                Assert.InRange(theta.Estimate, all.Length * 0.85, all.Length * 1.15);
            }
    }

    static HllSketch Fed(HllSketch sketch, ulong[] items)
    {
        sketch.Update(items);
        return sketch;
    }

    static CpcSketch Fed(CpcSketch sketch, ulong[] items)
    {
        sketch.Update(items);
        return sketch;
    }

    static ThetaSketch Fed(ThetaSketch sketch, ulong[] items)
    {
        sketch.Update(items);
        return sketch;
    }

    /// <summary>A known fault of other libraries: three sketches of different sizes lost items.</summary>
    [Fact]
    public void A_union_of_three_sizes_loses_nothing()
    {
        foreach (var order in (int[][])[[12, 11, 10], [10, 12, 11], [11, 10, 12], [12, 10, 11]])
        {
            var union = new HllUnion(12);
            for (var i = 0; i < 3; i++) union.Update(Fed(new HllSketch(order[i], HllType.Hll8), Items(20000, i * 10000)));
            Assert.InRange(union.Estimate, 40000 * 0.9, 40000 * 1.1);
            Assert.Equal(Fed(new HllSketch(10), Items(40000)).CompositeEstimate, union.Estimate, 1e-6);
        }
    }

    [Fact]
    public void Sketches_of_other_seeds_are_not_mixed()
    {
        var theta = Fed(new ThetaSketch(seed: 1), Items(10));
        Assert.Throws<ArgumentException>(() => new ThetaSketch().Merge(theta));
        Assert.Throws<ArgumentException>(() => theta.Compact().Intersect(Fed(new ThetaSketch(), Items(10)).Compact()));
        Assert.Throws<SketchFormatException>(() => ThetaSketch.Load(theta.Save()));
        Assert.Throws<ArgumentException>(() => new CpcSketch().Merge(Fed(new CpcSketch(seed: 1), Items(10))));
        Assert.Throws<SketchFormatException>(() => CpcSketch.Load(Fed(new CpcSketch(seed: 1), Items(10)).Save()));
        Assert.Equal(10, CompactThetaSketch.Load(theta.Save(), seed: 1).Estimate);
    }

    [Fact]
    public void Updates_allocate_nothing_once_a_sketch_has_its_size()
    {
        var items = Items(100000);
        var text = "item-17"u8.ToArray();
        var hll = Fed(new HllSketch(), items);
        var cpc = Fed(new CpcSketch(), items);
        var theta = Fed(new ThetaSketch(), items);
        Feed();
        var before = GC.GetAllocatedBytesForCurrentThread();
        Feed();
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Feed()
        {
            hll.Update(items);
            cpc.Update(items);
            theta.Update(items);
            foreach (var item in items)
            {
                hll.Update(item);
                cpc.Update(item);
                theta.Update(item);
            }
            hll.Update(text);
            cpc.Update("ключ");
            theta.Update(text);
        }
    }

    [Fact]
    public void Several_threads_feed_one_sketch()
    {
        var sketch = new ConcurrentSketch<HllSketch>(static () => new HllSketch(14), copies: 4);
        var threads = Enumerable.Range(0, 8).Select(t => new Thread(() =>
        {
            for (var i = 0; i < 2000; i++) sketch.Update(t * 1000L + i, static (s, item) => s.Update(item));
        })).ToArray();
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        Assert.InRange(sketch.Snapshot().Estimate, 9000 * 0.97, 9000 * 1.03);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConcurrentSketch<HllSketch>(static () => new HllSketch(), copies: 0));
    }
}

using Millrace.Sketches;
using Millrace.Sketches.Bloom;
using Millrace.Sketches.CountMin;
using Millrace.Sketches.Cpc;
using Millrace.Sketches.Hll;
using Millrace.Sketches.Theta;
using Millrace.Sketches.Tuple;

namespace Millrace.Tests.Sketches.Fuzz;

/// <summary>Distinct counts, sets, membership and Count-Min.</summary>
static class DistinctTargets
{
    // Beyond this an image of a few bytes stands for a sketch that takes very much memory once it is used.
    const int LargeLgK = 16;

    static readonly int[] s_sizes = [0, 1, 5, 20, 100, 500, 3000, 20000];

    public static IEnumerable<FuzzTarget> All()
    {
        foreach (var type in Enum.GetValues<HllType>())
        {
            yield return FuzzTarget.Of($"{type}", Sketches(() => new HllSketch(9, type), static (s, i) => s.Update(i)).Append(Merged(type)), Use);
            yield return new FuzzTarget($"{type} updatable", [.. Sketches(() => new HllSketch(9, type), static (s, i) => s.Update(i)).Select(s => s.SaveUpdatable())], static image =>
            {
                var sketch = HllSketch.Load(image);
                return () => Use(sketch);
            });
        }
        yield return FuzzTarget.Of("cpc", Sketches(static () => new CpcSketch(8), static (s, i) => s.Update(i)).Append(MergedCpc()), static s =>
        {
            if (s.LgK > LargeLgK) return;
            Ask(s);
            for (var i = 0; i < 50; i++) s.Update(i);
            var union = new CpcSketch(7);
            union.Merge(s);
            s.Merge(union);
            Ask(s);
        });
        yield return FuzzTarget.Of("theta", Sketches(static () => new ThetaSketch(7), static (s, i) => s.Update(i)), static s =>
        {
            Ask(s);
            for (var i = 0; i < 50; i++) s.Update(i);
            Ask(s);
        });
        yield return new FuzzTarget("theta compact", [.. ThetaImages()], static image =>
        {
            var sketch = CompactThetaSketch.Load(image);
            var union = new ThetaSketch(5);
            union.Merge(image);
            return () =>
            {
                Ask(sketch);
                CompactThetaSketch.Load(sketch.SaveCompressed());
                if (sketch.SeedHash != 0x93CC) return;
                var other = union.Compact();
                Ask(sketch.Intersect(other));
                Ask(sketch.Except(other));
                sketch.Jaccard(other);
            };
        });
        yield return FuzzTarget.Of("tuple", Sketches(static () => new TupleSketch(7), static (s, i) => s.Update(i, i)), static s =>
        {
            Ask(s);
            _ = s.TotalEstimate;
            for (var i = 0; i < 50; i++) s.Update(i, 1);
            Ask(s);
        });
        yield return new FuzzTarget("tuple compact", [.. TupleImages()], static image =>
        {
            var sketch = CompactTupleSketch.Load(image);
            return () =>
            {
                Ask(sketch);
                _ = sketch.TotalEstimate;
                CompactTupleSketch.Load(sketch.Save());
                CompactTupleSketch.Load(sketch.SaveAsArrayOfDoubles());
                if (sketch.SeedHash != 0x93CC) return;
                var other = new TupleSketch(5);
                other.Merge(sketch);
                Ask(sketch.Intersect(other.Compact()));
                Ask(sketch.Except(other.Compact()).Where(static sum => sum > 0));
            };
        });
        yield return FuzzTarget.Of("bloom", Sketches(static () => new BloomFilter(4000, 5), static (s, i) => s.Update(i)), static s =>
        {
            if (s.Bits > 1 << 20) return;
            _ = s.ExpectedFalsePositives;
            for (var i = 0; i < 10; i++) s.Update(i);
            Assert.True(s.Contains(5));
        });
        yield return FuzzTarget.Of("counting bloom", Sketches(static () => new CountingBloomFilter(2000, 5), static (s, i) => s.Update(i)), static s =>
        {
            if (s.Counters > 1 << 20) return;
            for (var i = 0; i < 10; i++) s.Update(i);
            Assert.True(s.Contains(5));
            s.Remove(5);
        });
        yield return FuzzTarget.Of("count-min", Sketches(static () => new CountMinSketch(4, 50), static (s, i) => s.Update(i)), static s =>
        {
            if (s.Rows * (long)s.Buckets > 1 << 20) return;
            s.Bounds(s.CountOf(7));
            if (s.TotalWeight < long.MaxValue / 2) s.Update(7);
        });
    }

    static void Use(HllSketch sketch)
    {
        Ask(sketch);
        _ = sketch.CompositeEstimate;
        for (var i = 0; i < 50; i++) sketch.Update(i);
        var union = new HllSketch(8);
        union.Merge(sketch);
        sketch.Merge(union);
        Ask(sketch);
        sketch.Copy(HllType.Hll4).Save();
    }

    static void Ask(IDistinctSketch sketch)
    {
        _ = sketch.Estimate;
        for (var deviations = 1; deviations <= 3; deviations++) sketch.Bounds(deviations);
    }

    static IEnumerable<TSketch> Sketches<TSketch>(Func<TSketch> create, Action<TSketch, long> update)
    {
        foreach (var size in s_sizes)
        {
            var sketch = create();
            for (var i = 0; i < size; i++) update(sketch, i);
            yield return sketch;
        }
    }

    static HllSketch Merged(HllType type)
    {
        var sketch = new HllSketch(9, type);
        for (var i = 0; i < 5000; i++) sketch.Update(i);
        sketch.Merge(sketch.Copy());
        return sketch;
    }

    static CpcSketch MergedCpc()
    {
        var sketch = new CpcSketch(8);
        var other = new CpcSketch(9);
        for (var i = 0; i < 5000; i++) other.Update(i);
        sketch.Merge(other);
        return sketch;
    }

    static IEnumerable<byte[]> TupleImages()
    {
        foreach (var sketch in Sketches(static () => new TupleSketch(6), static (s, i) => s.Update(i, i)))
        {
            var compact = sketch.Compact();
            yield return compact.Save();
            yield return sketch.Compact(isOrdered: false).Save();
            var array = compact.SaveAsArrayOfDoubles();
            yield return array;
            if (compact.IsEmpty) continue;
            // Two numbers an item; and ints in place of doubles.
            yield return [.. array[..5], 2, .. array[6..], .. array[(24 + 8 * compact.Count)..]];
            var head = compact.Save();
            yield return [.. head[..^(16 * compact.Count)], .. compact.Hashes.ToArray().SelectMany(static h => BitConverter.GetBytes(h).Concat(BitConverter.GetBytes(7)))];
        }
    }

    static IEnumerable<byte[]> ThetaImages()
    {
        foreach (var sketch in Sketches(static () => new ThetaSketch(6), static (s, i) => s.Update(i)))
        {
            var compact = sketch.Compact();
            yield return compact.Save();
            yield return compact.SaveCompressed();
            yield return sketch.Compact(isOrdered: false).Save();
            // The first and the second version, which have theta always.
            if (compact.Count < 2) continue;
            foreach (byte version in (byte[])[1, 2])
            {
                byte[] old = [3, version, 3, 0, 0, 0, 0xCC, 0x93, .. BitConverter.GetBytes((long)compact.Count), .. BitConverter.GetBytes(compact.ThetaBits), .. compact.Hashes.ToArray().SelectMany(BitConverter.GetBytes)];
                yield return old;
            }
        }
    }
}

using System.Reflection;
using System.Runtime.CompilerServices;
using Millrace.Sketches;
using Millrace.Sketches.Bloom;
using Millrace.Sketches.CountMin;
using Millrace.Sketches.Cpc;
using Millrace.Sketches.Frequency;
using Millrace.Sketches.Hll;
using Millrace.Sketches.Moments;
using Millrace.Sketches.OverTime;
using Millrace.Sketches.Quantiles;
using Millrace.Sketches.Sampling;
using Millrace.Sketches.Theta;
using Millrace.Sketches.Tuple;

namespace Millrace.Tests.Sketches;

/// <summary>What a sketch says of its memory, against all objects that can be reached from it, for every sketch that there is.</summary>
public sealed class MemorySizeTests
{
    static readonly (Type Type, Action<int> Check)[] s_all =
    [
        Of(() => new HllSketch(), (s, i) => s.Update(i)), Of(() => new CpcSketch(), (s, i) => s.Update(i)), Of(() => new ThetaSketch(), (s, i) => s.Update(i)),
        Of(() => new TupleSketch(), (s, i) => s.Update(i, i)), Of(() => new BloomFilter(100_000, 5), (s, i) => s.Update(i)), Of(() => new CountingBloomFilter(10_000, 5), (s, i) => s.Update(i)),
        Of(() => new CountMinSketch(5, 300), (s, i) => s.Update(i)), Of(() => new FrequentLongs(8), (s, i) => s.Update(i)), Of(() => new FrequentStrings(8), (s, i) => s.Update($"item {i}")),
        Of(() => new KllSketch<double>(), (s, i) => s.Update(i)), Of(() => new ReqSketch<double>(), (s, i) => s.Update(i)), Of(() => new TDigest(), (s, i) => s.Update(i)), Of(() => new PrefixHistogram<double>(), (s, i) => s.Update(i)), Of(() => new DDSketch(), (s, i) => s.Update(i)),
        Of(() => new MomentsSketch(), (s, i) => s.Update(i)), Of(() => new ReservoirSample<long>(100), (s, i) => s.Update(i)), Of(() => new VarOptSample<long>(100), (s, i) => s.Update(i, i)),
        Of(() => new BottomKSample<long>(100), (s, i) => s.Update(i)), Of(() => new MinHashSketch(), (s, i) => s.Update(i)), Of(() => new SlidingCount(1000), (s, i) => s.Update(i)),
        Of(() => new DecayedMean(Decay.Exponential(9)), (s, i) => s.Update(i, i)), Of(() => new DecayedQuantiles(Decay.Exponential(9)), (s, i) => s.Update(i, i)),
        Of(() => new DecayedFrequent<FrequentLongs, long>(Decay.Exponential(9), 8), (s, i) => s.Update(i, i)),
    ];

    public static TheoryData<string, int> Sizes
    {
        get
        {
            var all = new TheoryData<string, int>();
            foreach (var (type, _) in s_all)
                foreach (var n in new[] { 0, 3, 100, 20_000 }) all.Add(type.Name, n);
            return all;
        }
    }

    [Theory, MemberData(nameof(Sizes))]
    public void The_memory_size_is_that_of_the_objects(string type, int n) => s_all.Single(s => s.Type.Name == type).Check(n);

    [Fact]
    public void Every_sketch_is_measured()
    {
        var sketches = typeof(ISketch<>).Assembly.GetExportedTypes().Where(t => t.IsClass && t.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(ISketch<>)));
        Assert.Equal(sketches.Select(t => t.Name).Order(), s_all.Select(s => s.Type.Name).Order());
    }

    static (Type, Action<int>) Of<TSketch>(Func<TSketch> create, Action<TSketch, int> update) where TSketch : ISketch<TSketch> => (typeof(TSketch), n =>
    {
        var sketch = create();
        for (var i = 0; i < n; i++) update(sketch, i);
        var found = sketch.MemorySize;
        var truth = SizeOf(sketch, new(ReferenceEqualityComparer.Instance));
        Assert.True(Math.Abs(found - truth) <= 64 + truth / 20, $"{typeof(TSketch).Name} of {n} items: {found} bytes, measured were {truth}");
    });

    static long SizeOf(object target, HashSet<object> seen)
    {
        if (target is Type or Delegate or Pointer || !seen.Add(target)) return 0;
        var type = target.GetType();
        if (target is string text) return 22 + 2L * text.Length;
        if (target is Array array)
        {
            var element = type.GetElementType()!;
            var size = 16 + 8 + array.Length * (long)WidthOf(element) & ~7L;
            if (HasReferences(element))
                foreach (var item in array)
                    if (item is not null) size += element.IsValueType ? Inside(item, item.GetType(), seen) : SizeOf(item, seen);
            return size;
        }
        return 16 + Fields(type).Sum(f => (long)Math.Max(4, WidthOf(f.FieldType))) + Inside(target, type, seen);
    }

    static long Inside(object target, Type type, HashSet<object> seen)
    {
        var size = 0L;
        foreach (var field in Fields(type))
        {
            if (!HasReferences(field.FieldType) || field.GetValue(target) is not { } value) continue;
            size += field.FieldType.IsValueType ? Inside(value, field.FieldType, seen) : SizeOf(value, seen);
        }
        return size;
    }

    static IEnumerable<FieldInfo> Fields(Type? type)
    {
        for (; type is not null && type != typeof(object); type = type.BaseType)
            foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly)) yield return field;
    }

    static bool HasReferences(Type type) => (bool)typeof(RuntimeHelpers).GetMethod(nameof(RuntimeHelpers.IsReferenceOrContainsReferences))!.MakeGenericMethod(type).Invoke(null, null)!;

    static int WidthOf(Type type) => (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
}

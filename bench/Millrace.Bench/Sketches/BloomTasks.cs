using Millrace.Sketches.Bloom;

namespace Millrace.Bench.Sketches;

/// <summary>Bloom filters.</summary>
sealed class BloomTasks : SketchFamily
{
    /// <inheritdoc/>
    public override string Name => "bloom";

    /// <inheritdoc/>
    public override IEnumerable<SketchTask> Tasks()
    {
        yield return Update(100_000, 18, "26.6 (20.3)");
        yield return Query(100_000, "");
        yield return Update(10_000_000, null, "124.8 (101.5)");
        yield return Query(10_000_000, "64..130");
        yield return new SketchTask("Bloom 100 k / 1 %, merge", MergeInputs.Operations / 10, static () =>
        {
            var filters = MergeInputs.Make(static items =>
            {
                var filter = BloomFilter.ForItems(100_000);
                foreach (var item in items[..1000]) filter.Update(item);
                return filter;
            });
            var union = BloomFilter.ForItems(100_000);
            return () =>
            {
                foreach (var filter in filters) union.Merge(filter);
            };
        }, IsRate: true, Reference: "42,083 (43,197)");
    }

    static SketchTask Update(long capacity, double? target, string reference) => new($"Bloom {capacity / 1000:N0} k / 1 %, uint64", SketchInputs.Count, () =>
    {
        var filter = BloomFilter.ForItems(capacity);
        var items = SketchInputs.Integers;
        return () => SketchInputs.InBatches(items, filter, static (s, some) =>
        {
            foreach (var item in some) s.Update(item);
        });
    }, Target: target, Reference: reference);

    static SketchTask Query(int capacity, string reference) => new($"Bloom {capacity / 1000:N0} k / 1 %, contains", SketchInputs.Count, () =>
    {
        var filter = BloomFilter.ForItems(capacity);
        var items = SketchInputs.Integers;
        foreach (var item in items.AsSpan(0, capacity)) filter.Update(item);
        return () => SketchInputs.InBatches(items, filter, static (s, some) =>
        {
            foreach (var item in some) s.Contains(item);
        });
    }, Reference: reference);
}

using Millrace.Sketches.Hll;

namespace Millrace.Bench.Sketches;

/// <summary>HyperLogLog.</summary>
sealed class HllTasks : SketchFamily
{
    /// <inheritdoc/>
    public override string Name => "hll";

    /// <inheritdoc/>
    public override IEnumerable<SketchTask> Tasks()
    {
        yield return One(HllType.Hll4, null, "9.3 (6.9)");
        yield return One(HllType.Hll6, null, "9.7 (7.4)");
        yield return One(HllType.Hll8, 9, "8.4 (6.8)");
        yield return new SketchTask("HLL_8 lgK 12, spans of uint64", SketchInputs.Count, static () =>
        {
            var sketch = new HllSketch();
            var items = SketchInputs.Integers;
            return () => sketch.Update(items);
        }, Target: 4);
        yield return new SketchTask("HLL_8 lgK 12, UTF-8 of 12 bytes", SketchInputs.Count, static () =>
        {
            var sketch = new HllSketch();
            var texts = SketchInputs.Texts;
            return () =>
            {
                for (var i = 0; i < SketchInputs.Count; i++) sketch.Update(SketchInputs.Text(texts, i));
            };
        }, Target: 12, Reference: "10.9 (10.1)");
        yield return Merge(HllType.Hll4, null, "247,185 (395,336)");
        yield return Merge(HllType.Hll8, 1_000_000, "252,170 (411,882)");
        yield return MergeImages(HllType.Hll4, null, "205,207 (347,834)");
        yield return MergeImages(HllType.Hll8, 400_000, "227,611 (376,272)");
    }

    static string NameOf(HllType type) => type switch { HllType.Hll4 => "HLL_4", HllType.Hll6 => "HLL_6", _ => "HLL_8" };

    static SketchTask One(HllType type, double? target, string reference) => new($"{NameOf(type)} lgK 12, uint64", SketchInputs.Count, () =>
    {
        var sketch = new HllSketch(12, type);
        var items = SketchInputs.Integers;
        return () => SketchInputs.InBatches(items, sketch, static (s, some) =>
        {
            foreach (var item in some) s.Update(item);
        });
    }, Target: target, Reference: reference);

    static HllSketch[] Sketches(HllType type) => MergeInputs.Make(items =>
    {
        var sketch = new HllSketch(12, type);
        sketch.Update(items);
        return sketch;
    });

    static SketchTask Merge(HllType type, double? target, string reference) => new($"{NameOf(type)} lgK 12, merge", MergeInputs.Operations, () =>
    {
        var sketches = Sketches(type);
        var union = new HllUnion(12);
        return () =>
        {
            for (var i = 0; i < MergeInputs.Operations; i++) union.Update(sketches[i % sketches.Length]);
        };
    }, IsRate: true, target, reference);

    static SketchTask MergeImages(HllType type, double? target, string reference) => new($"{NameOf(type)} lgK 12, merge from images", MergeInputs.Operations, () =>
    {
        var images = Sketches(type).Select(s => s.Save()).ToArray();
        var union = new HllUnion(12);
        return () =>
        {
            for (var i = 0; i < MergeInputs.Operations; i++) union.Update(images[i % images.Length]);
        };
    }, IsRate: true, target, reference);
}

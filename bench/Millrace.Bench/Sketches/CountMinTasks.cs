using Millrace.Sketches.CountMin;

namespace Millrace.Bench.Sketches;

/// <summary>Count-Min.</summary>
sealed class CountMinTasks : SketchFamily
{
    /// <inheritdoc/>
    public override string Name => "count-min";

    /// <inheritdoc/>
    public override IEnumerable<SketchTask> Tasks()
    {
        yield return new SketchTask("Count-Min 5 x 2,719, ints, all distinct", SketchInputs.Count, static () =>
        {
            var sketch = new CountMinSketch(5, 2719);
            var items = SketchInputs.Integers;
            return () => SketchInputs.InBatches(items, sketch, static (s, some) =>
            {
                foreach (var item in some) s.Update((long)item);
            });
        }, Target: 20, Reference: "21.9 (20.4)");
        yield return new SketchTask("Count-Min 5 x 2,719, ints, zipf", SketchInputs.Count, static () =>
        {
            var sketch = new CountMinSketch(5, 2719);
            var items = SketchInputs.Zipf;
            return () => SketchInputs.InBatches(items, sketch, static (s, some) =>
            {
                foreach (var item in some) s.Update((long)item);
            });
        }, Target: 20, Reference: "20.2 (19.2)");
        yield return new SketchTask("Count-Min 5 x 2,719, UTF-8 of 12 bytes", SketchInputs.Count, static () =>
        {
            var sketch = new CountMinSketch(5, 2719);
            var texts = SketchInputs.Texts;
            return () =>
            {
                for (var i = 0; i < SketchInputs.Count; i++) sketch.Update(SketchInputs.Text(texts, i));
            };
        }, Reference: "51.8 (43.9)");
        yield return new SketchTask("Count-Min 5 x 2,719, merge", MergeInputs.Operations, static () =>
        {
            var one = new CountMinSketch(5, 2719);
            foreach (var item in SketchInputs.Integers.AsSpan(0, 10_000)) one.Update((long)item);
            var union = new CountMinSketch(5, 2719);
            return () =>
            {
                for (var i = 0; i < MergeInputs.Operations; i++) union.Merge(one);
            };
        }, IsRate: true, Reference: "117,155 (136,905)");
    }
}

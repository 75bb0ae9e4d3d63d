using Millrace.Sketches.Theta;

namespace Millrace.Bench.Sketches;

/// <summary>Theta.</summary>
sealed class ThetaTasks : SketchFamily
{
    /// <inheritdoc/>
    public override string Name => "theta";

    /// <inheritdoc/>
    public override IEnumerable<SketchTask> Tasks()
    {
        yield return new SketchTask("Theta lgK 12, uint64", SketchInputs.Count, static () =>
        {
            var sketch = new ThetaSketch();
            var items = SketchInputs.Integers;
            return () => SketchInputs.InBatches(items, sketch, static (s, some) =>
            {
                foreach (var item in some) s.Update(item);
            });
        }, Target: 6, Reference: "5.1 (4.5)");
        yield return new SketchTask("Theta lgK 12, spans of uint64", SketchInputs.Count, static () =>
        {
            var sketch = new ThetaSketch();
            var items = SketchInputs.Integers;
            return () => sketch.Update(items);
        }, Target: 4);
        yield return new SketchTask("Theta lgK 12, UTF-8 of 12 bytes", SketchInputs.Count, static () =>
        {
            var sketch = new ThetaSketch();
            var texts = SketchInputs.Texts;
            return () =>
            {
                for (var i = 0; i < SketchInputs.Count; i++) sketch.Update(SketchInputs.Text(texts, i));
            };
        }, Target: 12, Reference: "8.6 (8.1)");
        yield return new SketchTask("Theta lgK 12, merge (ordered)", MergeInputs.Operations, static () =>
        {
            var sketches = Sketches();
            var union = new ThetaSketch();
            return () =>
            {
                for (var i = 0; i < MergeInputs.Operations; i++) union.Merge(sketches[i % sketches.Length]);
            };
        }, IsRate: true, Target: 600_000, Reference: "456,371 (521,839)");
        yield return new SketchTask("Theta lgK 12, merge from images", MergeInputs.Operations, static () =>
        {
            var images = Sketches().Select(s => s.Save()).ToArray();
            var union = new ThetaSketch();
            return () =>
            {
                for (var i = 0; i < MergeInputs.Operations; i++) union.Merge(images[i % images.Length]);
            };
        }, IsRate: true, Target: 250_000, Reference: "160,783 (198,277)");
        yield return new SketchTask("Theta lgK 12, load and merge", MergeInputs.Operations, static () =>
        {
            var images = Sketches().Select(s => s.Save()).ToArray();
            var union = new ThetaSketch();
            return () =>
            {
                for (var i = 0; i < MergeInputs.Operations; i++) union.Merge(CompactThetaSketch.Load(images[i % images.Length]));
            };
        }, IsRate: true, Target: 250_000, Reference: "160,783 (198,277)");
        yield return new SketchTask("Theta lgK 12, merge from compressed images", MergeInputs.Operations, static () =>
        {
            var images = Sketches().Select(s => s.SaveCompressed()).ToArray();
            var union = new ThetaSketch();
            return () =>
            {
                for (var i = 0; i < MergeInputs.Operations; i++) union.Merge(images[i % images.Length]);
            };
        }, IsRate: true, Reference: "46,494");
        yield return new SketchTask("Theta lgK 12, intersect", MergeInputs.Operations, static () =>
        {
            var sketches = Sketches();
            return () =>
            {
                for (var i = 0; i < MergeInputs.Operations; i++) sketches[i % sketches.Length].Intersect(sketches[(i + 1) % sketches.Length]);
            };
        }, IsRate: true, Reference: "7,929");
        yield return new SketchTask("Theta lgK 12, except", MergeInputs.Operations, static () =>
        {
            var sketches = Sketches();
            return () =>
            {
                for (var i = 0; i < MergeInputs.Operations; i++) sketches[i % sketches.Length].Except(sketches[(i + 1) % sketches.Length]);
            };
        }, IsRate: true, Reference: "12,964");
    }

    static CompactThetaSketch[] Sketches() => MergeInputs.Make(static items =>
    {
        var sketch = new ThetaSketch();
        sketch.Update(items);
        return sketch.Compact();
    });
}

using Millrace.Sketches.Cpc;

namespace Millrace.Bench.Sketches;

/// <summary>Compressed probability counting.</summary>
sealed class CpcTasks : SketchFamily
{
    /// <inheritdoc/>
    public override string Name => "cpc";

    /// <inheritdoc/>
    public override IEnumerable<SketchTask> Tasks()
    {
        yield return new SketchTask("CPC lgK 11, uint64", SketchInputs.Count, static () =>
        {
            var sketch = new CpcSketch();
            var items = SketchInputs.Integers;
            return () => SketchInputs.InBatches(items, sketch, static (s, some) =>
            {
                foreach (var item in some) s.Update(item);
            });
        }, Target: 8, Reference: "6.5 (5.8)");
        yield return new SketchTask("CPC lgK 11, spans of uint64", SketchInputs.Count, static () =>
        {
            var sketch = new CpcSketch();
            var items = SketchInputs.Integers;
            return () => sketch.Update(items);
        });
        yield return new SketchTask("CPC lgK 11, UTF-8 of 12 bytes", SketchInputs.Count, static () =>
        {
            var sketch = new CpcSketch();
            var texts = SketchInputs.Texts;
            return () =>
            {
                for (var i = 0; i < SketchInputs.Count; i++) sketch.Update(SketchInputs.Text(texts, i));
            };
        }, Target: 12, Reference: "10.7 (9.6)");
        yield return new SketchTask("CPC lgK 11, merge", MergeInputs.Operations, static () =>
        {
            var sketches = Sketches();
            var union = new CpcSketch();
            return () =>
            {
                for (var i = 0; i < MergeInputs.Operations; i++) union.Merge(sketches[i % sketches.Length]);
            };
        }, IsRate: true, Target: 600_000, Reference: "636,912 (879,546)");
        yield return new SketchTask("CPC lgK 11, merge from images", MergeInputs.Operations, static () =>
        {
            var images = Sketches().Select(s => s.Save()).ToArray();
            var union = new CpcSketch();
            return () =>
            {
                for (var i = 0; i < MergeInputs.Operations; i++) union.Merge(CpcSketch.Load(images[i % images.Length]));
            };
        }, IsRate: true, Reference: "101,154 (107,408)");
        yield return new SketchTask("CPC lgK 11, save", MergeInputs.Operations, static () =>
        {
            var sketches = Sketches();
            return () =>
            {
                for (var i = 0; i < MergeInputs.Operations; i++) sketches[i % sketches.Length].Save();
            };
        }, IsRate: true, Reference: "154,078");
    }

    static CpcSketch[] Sketches() => MergeInputs.Make(static items =>
    {
        var sketch = new CpcSketch();
        sketch.Update(items);
        return sketch;
    });
}

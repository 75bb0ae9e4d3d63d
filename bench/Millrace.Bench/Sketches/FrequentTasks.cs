using Millrace.Sketches.Frequency;

namespace Millrace.Bench.Sketches;

/// <summary>Frequent items.</summary>
sealed class FrequentTasks : SketchFamily
{
    /// <inheritdoc/>
    public override string Name => "frequent";

    /// <inheritdoc/>
    public override IEnumerable<SketchTask> Tasks()
    {
        yield return Integers("Frequent items lg 10, ints, zipf", static () => SketchInputs.Zipf, "17.4 (16.9)");
        yield return Integers("Frequent items lg 10, ints, all distinct", static () => SketchInputs.Integers, "21.1 (19.8)");
        yield return new SketchTask("Frequent items lg 10, merge", MergeInputs.Operations, static () =>
        {
            var parts = new FrequentLongs[1000];
            for (var i = 0; i < parts.Length; i++)
            {
                parts[i] = new FrequentLongs(10);
                foreach (var item in SketchInputs.Zipf.AsSpan(i * 10_000, 10_000)) parts[i].Update((long)item);
            }
            var union = new FrequentLongs(10);
            return () =>
            {
                for (var i = 0; i < MergeInputs.Operations; i++) union.Merge(parts[i % parts.Length]);
            };
        }, IsRate: true, Reference: "26,657 (32,070)");
        yield return new SketchTask("Frequent items lg 10, UTF-8 of 12 bytes, all distinct", SketchInputs.Count, static () =>
        {
            var sketch = new FrequentStrings(10);
            var texts = SketchInputs.Texts;
            return () =>
            {
                for (var i = 0; i < SketchInputs.Count; i++) sketch.Update(SketchInputs.Text(texts, i));
            };
        }, Reference: "35.6 (35.2)");
    }

    static SketchTask Integers(string name, Func<ulong[]> items, string reference) => new(name, SketchInputs.Count, () =>
    {
        var sketch = new FrequentLongs(10);
        var all = items();
        return () => SketchInputs.InBatches(all, sketch, static (s, some) =>
        {
            foreach (var item in some) s.Update((long)item);
        });
    }, Target: 18, Reference: reference);
}

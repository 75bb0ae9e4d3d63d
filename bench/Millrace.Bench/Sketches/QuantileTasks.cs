using Millrace.Sketches;
using Millrace.Sketches.Quantiles;

namespace Millrace.Bench.Sketches;

/// <summary>KLL, REQ, t-digest and DDSketch.</summary>
sealed class QuantileTasks : SketchFamily
{
    const int PartSize = 10_000, Parts = 1000;

    /// <inheritdoc/>
    public override string Name => "quantiles";

    /// <inheritdoc/>
    public override IEnumerable<SketchTask> Tasks()
    {
        yield return One("KLL double k=200", static () => new KllSketch<double>(), static (s, items) => { foreach (var item in items) s.Update(item); }, 28, "31.0 (29.5)");
        yield return Spans("KLL double k=200, spans", static () => new KllSketch<double>(), static (s, items) => s.Update(items), null);
        yield return Merge("KLL double k=200, merge", static () => new KllSketch<double>(), static (s, items) => s.Update(items), 300_000, "254,801 (266,119)");
        yield return MergeImages("KLL double k=200, merge from images", static () => new KllSketch<double>(), static (s, items) => s.Update(items), "232,400 (244,843)");
        yield return One("REQ double k=12 HRA", static () => new ReqSketch<double>(), static (s, items) => { foreach (var item in items) s.Update(item); }, 45, "49.8 (46.1)");
        yield return Merge("REQ double k=12, merge", static () => new ReqSketch<double>(), static (s, items) => s.Update(items), null, "89,494 (108,474)");
        yield return One("t-digest k=200", static () => new TDigest(), static (s, items) => { foreach (var item in items) s.Update(item); }, 60, "85.4 (80.8)");
        yield return Merge("t-digest k=200, merge", static () => new TDigest(), static (s, items) => s.Update(items), null, "63,983 (74,661)");
        yield return One("DDSketch 1 %, log", static () => new DDSketch(), static (s, items) => { foreach (var item in items) s.Update(item); }, 6, "5.64 (5.61)");
        yield return Spans("DDSketch 1 %, log, spans", static () => new DDSketch(), static (s, items) => s.Update(items), null);
        yield return One("DDSketch 1 %, cubic", static () => new DDSketch(0.01, BinMappingKind.Cubic), static (s, items) => { foreach (var item in items) s.Update(item); }, 3.5, "2.65 (2.53)");
        yield return Spans("DDSketch 1 %, cubic, spans", static () => new DDSketch(0.01, BinMappingKind.Cubic), static (s, items) => s.Update(items), null);
        yield return Merge("DDSketch 1 %, merge", static () => new DDSketch(), static (s, items) => s.Update(items), null, "");
    }

    // The loop over the items is the caller's, so that it calls the sketch and not an interface.
    static SketchTask One<TSketch>(string name, Func<TSketch> create, SketchInputs.Feed<TSketch, double> feed, double? target, string reference) => Spans(name, create, feed, target) with { Reference = reference };

    static SketchTask Spans<TSketch>(string name, Func<TSketch> create, SketchInputs.Feed<TSketch, double> feed, double? target) => new(name, SketchInputs.Count, () =>
    {
        var sketch = create();
        var items = SketchInputs.Numbers;
        return () => SketchInputs.InBatches(items, sketch, feed);
    }, Target: target);

    static SketchTask MergeImages<TSketch>(string name, Func<TSketch> create, SketchInputs.Feed<TSketch, double> feed, string reference) where TSketch : ISketch<TSketch> => new(name, MergeInputs.Operations, () =>
    {
        var images = new byte[Parts][];
        for (var i = 0; i < Parts; i++)
        {
            var part = create();
            feed(part, SketchInputs.Numbers.AsSpan(i * PartSize, PartSize));
            images[i] = part.Save();
        }
        var union = create();
        return () =>
        {
            for (var i = 0; i < MergeInputs.Operations; i++) union.Merge(TSketch.Load(images[i % Parts]));
        };
    }, IsRate: true, Reference: reference);

    static SketchTask Merge<TSketch>(string name, Func<TSketch> create, SketchInputs.Feed<TSketch, double> feed, double? target, string reference) where TSketch : ISketch<TSketch> => new(name, MergeInputs.Operations, () =>
    {
        var parts = new TSketch[Parts];
        for (var i = 0; i < Parts; i++) feed(parts[i] = create(), SketchInputs.Numbers.AsSpan(i * PartSize, PartSize));
        var union = create();
        return () =>
        {
            for (var i = 0; i < MergeInputs.Operations; i++) union.Merge(parts[i % Parts]);
        };
    }, IsRate: true, target, reference);
}

using Millrace.Sketches.Moments;
using Millrace.Sketches.OverTime;
using Millrace.Sketches.Quantiles;
using Millrace.Sketches.Sampling;

namespace Millrace.Bench.Sketches;

/// <summary>Samples, moments, and sketches over time.</summary>
sealed class SummaryTasks : SketchFamily
{
    /// <inheritdoc/>
    public override string Name => "summaries";

    /// <inheritdoc/>
    public override IEnumerable<SketchTask> Tasks()
    {
        yield return new SketchTask("reservoir k=1,024 (algorithm L), one at a time", SketchInputs.Count, static () =>
        {
            var sample = new ReservoirSample<double>(1024);
            return () => SketchInputs.InBatches(SketchInputs.Numbers, sample, static (s, some) =>
            {
                foreach (var item in some) s.Update(item);
            });
        }, Reference: "0.09 (0.09)");
        yield return new SketchTask("VarOpt k=1,024, weights uniform", SketchInputs.Count, static () =>
        {
            var sample = new VarOptSample<double>(1024);
            return () => SketchInputs.InBatches(SketchInputs.Numbers, sample, static (s, some) =>
            {
                foreach (var item in some) s.Update(item, item);
            });
        }, Reference: "19.5 (16.1)");
        yield return new SketchTask("moments, one at a time", SketchInputs.Count, static () =>
        {
            var moments = new MomentsSketch();
            return () => SketchInputs.InBatches(SketchInputs.Numbers, moments, static (s, some) =>
            {
                foreach (var item in some) s.Update(item);
            });
        }, Reference: "6.00 (5.96)");
        yield return new SketchTask("moments, spans", SketchInputs.Count, static () =>
        {
            var moments = new MomentsSketch();
            return () => moments.Update(SketchInputs.Numbers);
        });
        yield return new SketchTask("decayed mean", SketchInputs.Count, static () =>
        {
            var mean = new DecayedMean(Decay.Exponential(1e6));
            return () =>
            {
                var time = 0L;
                foreach (var item in SketchInputs.Numbers) mean.Update(item, time++);
            };
        }, Reference: "2.82 (2.79)");
        yield return new SketchTask("KLL over a sliding window of 3,600 panes, updates and slides", SketchInputs.Count, static () =>
        {
            var window = WindowedSketch<KllSketch<double>, double>.Sliding(static () => new KllSketch<double>(), 3600, 1);
            return () =>
            {
                var n = 0;
                foreach (var item in SketchInputs.Numbers)
                {
                    if (n++ % 1000 == 0) window.Advance(n / 1000);
                    window.Update(item, n / 1000);
                }
            };
        });
    }
}

using Millrace.Sketches.Moments;

namespace Millrace.Tests.Sketches.Moments;

public sealed class MomentsSketchTests
{
    [Fact]
    public void Moments_are_those_of_the_definition_one_at_a_time_in_spans_and_merged()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var values = Enumerable.Range(0, random.Next(4, 3000)).Select(_ => 1e6 + Math.Exp(2 * random.NextDouble())).ToArray();
            var (single, spans, other) = (new MomentsSketch(), new MomentsSketch(), new MomentsSketch());
            foreach (var value in values) single.Update(value);
            var cut = random.Next(values.Length);
            spans.Update(values.AsSpan(0, cut));
            other.Update(values.AsSpan(cut));
            spans.Merge(other);
            spans = MomentsSketch.Load(spans.Save());
            var mean = values.Average();
            double Moment(int p) => values.Average(v => Math.Pow(v - mean, p));
            foreach (var sketch in new[] { single, spans })
            {
                Assert.Equal(values.Length, sketch.Count);
                Assert.Equal((values.Min(), values.Max()), (sketch.Min, sketch.Max));
                Near(seed, mean, sketch.Mean, 1e-12);
                Near(seed, Moment(2), sketch.PopulationVariance, 1e-7);
                Near(seed, Moment(2) * values.Length / (values.Length - 1), sketch.Variance, 1e-7);
                Near(seed, Moment(3) / Math.Pow(Moment(2), 1.5), sketch.Skewness, 1e-6);
                Near(seed, Moment(4) / (Moment(2) * Moment(2)) - 3, sketch.Kurtosis, 1e-6);
            }
        }
    }

    static void Near(int seed, double expected, double found, double share) =>
        Assert.True(Math.Abs(found - expected) <= share * Math.Max(1, Math.Abs(expected)), $"seed {seed}: {found}, expected was {expected}");

    [Fact]
    public void NaN_is_left_out_and_an_empty_sketch_has_no_mean()
    {
        var sketch = new MomentsSketch();
        sketch.Update(double.NaN);
        Assert.True(sketch.IsEmpty);
        Assert.True(double.IsNaN(sketch.Mean) && double.IsNaN(sketch.Variance) && double.IsNaN(sketch.Kurtosis));
        var values = Enumerable.Range(0, 512).Select(i => i == 300 ? double.NaN : i).ToArray();
        sketch.Update(values);
        Assert.Equal((511, 0.0, 511.0), (sketch.Count, sketch.Min, sketch.Max));
    }
}

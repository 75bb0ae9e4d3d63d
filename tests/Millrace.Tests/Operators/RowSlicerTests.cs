using Millrace.Operators.Aggregation;

namespace Millrace.Tests.Operators;

/// <summary>The pane of a time by multiplication is the one that division finds.</summary>
public sealed class RowSlicerTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1_000_000)]
    [InlineData(999_999_937)]
    [InlineData(86_400_000_000)]
    [InlineData(70_000_000_000_000_000)]
    public void The_number_of_a_pane_is_exact_at_and_around_every_border(long length)
    {
        var random = new Random(7);
        long[] starts = [0, -5 * length, -1, random.NextInt64(-1_000_000_000, 1_000_000_000)];
        foreach (var start in starts)
        {
            var times = Enumerable.Range(0, 64).SelectMany(p => new[] { 0L, 1, length / 2, length - 1 }.Where(o => o < length).Select(o => start + p * length + o)).ToArray();
            var slots = new int[times.Length];
            RowSlicer.Number(times, start, length, slots);
            Assert.Equal(times.Select(t => (int)((t - start) / length)), slots);
        }
    }
}

using Millrace.Connectors;
using Millrace.Data;
using Millrace.Time;

namespace Millrace.Tests.Connectors;

public sealed class PacerTests
{
    [Fact]
    public void Rows_pass_as_their_time_comes()
    {
        var memory = new MemoryAccountant();
        var clock = new ManualClock();
        var pacer = new Pacer(60, clock);
        var times = memory.Rent<long>(DataType.Timestamp);
        times.AppendNull();
        foreach (var second in new[] { 100, 160, 130, 220, 221 }) times.Append(second * 1_000_000L);
        Assert.Equal(2, pacer.Due(times, 0)); // NULL and the first
        Assert.Equal(0, pacer.Due(times, 2));
        Assert.Equal(TimeSpan.FromSeconds(1), pacer.DueIn(new Timestamp(160_000_000)));
        clock.Move(TimeSpan.FromSeconds(1));
        Assert.Equal(2, pacer.Due(times, 2)); // 160, and 130 that is behind it
        Assert.Equal(TimeSpan.Zero, pacer.DueIn(new Timestamp(160_000_000)));
        clock.Move(TimeSpan.FromSeconds(1));
        Assert.Equal(1, pacer.Due(times, 4));
        times.Release();
        Assert.Equal(0, memory.Alive);
    }
}

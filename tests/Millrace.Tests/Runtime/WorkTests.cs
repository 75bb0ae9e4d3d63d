using Millrace.Data;
using Millrace.Runtime;
using Millrace.Testing;
using Millrace.Tests.Operators;
using Millrace.Tests.Stores;

namespace Millrace.Tests.Runtime;

/// <summary>Who worked for how long, and on which keys.</summary>
public sealed class WorkTests
{
    [Fact]
    public void Time_is_charged_to_the_innermost_operator()
    {
        var time = new VirtualClock();
        var clock = new WorkClock(time);
        var (outer, inner) = (new Work(), new Work());
        void Pass(int milliseconds) => time.Advance(TimeSpan.FromMilliseconds(milliseconds));

        Pass(100); // nobody works
        var before = clock.Enter(outer);
        Pass(3);
        var caller = clock.Enter(inner);
        Pass(5);
        clock.Leave(caller);
        Pass(7);
        clock.Leave(before);
        Pass(100);
        Assert.Equal(TimeSpan.FromMilliseconds(10), time.GetElapsedTime(0, outer.Ticks));
        Assert.Equal(TimeSpan.FromMilliseconds(5), time.GetElapsedTime(0, inner.Ticks));
    }

    [Fact]
    public void A_hot_key_is_named_with_its_share_and_even_keys_are_not()
    {
        var memory = new MemoryAccountant(batchRows: 64);
        var hot = new HotKeys([[1, 2]]);
        var random = new Random(5);
        for (var i = 0; i < 2000; i++)
        {
            var rows = Enumerable.Range(0, 64).Select(_ => random.Next(100) < 40 ? new object?[] { 0L, "busy", null, 1, true } : [0L, "shop", random.Next(1_000_000), 1, true]).ToList();
            var batch = StoredRows.Batch(memory, Plans.Schema, null, [.. rows]);
            hot.Sample(0, batch);
            batch.Release();
        }
        var key = Assert.Single(hot.Top(3));
        Assert.Equal("shop = busy, product = NULL", key.Key);
        Assert.InRange(key.Share, 0.35, 0.45);
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void A_key_that_took_over_the_counter_of_others_is_not_credited_with_theirs()
    {
        var memory = new MemoryAccountant(batchRows: 64);
        var hot = new HotKeys([[2]]);
        void Sample(object? key)
        {
            var batch = StoredRows.Batch(memory, Plans.Schema, (int[]?)null, [0L, "shop", key, 1, true]);
            hot.Sample(0, batch);
            batch.Release();
        }
        for (var i = 0; i < 2000; i++) Sample(i);
        for (var i = 0; i < 5; i++) Sample(-1); // a quarter of a percent, in a counter that stood at sixty
        Assert.Empty(hot.Top(3));
        Assert.Equal(0, memory.Alive);
    }
}

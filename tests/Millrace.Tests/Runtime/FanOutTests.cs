using Millrace.Data;
using Millrace.Runtime;
using Millrace.Time;

namespace Millrace.Tests.Runtime;

/// <summary>Many readers of one station hear the same as each would alone, several batches at a time.</summary>
public sealed class FanOutTests
{
    sealed class Reader(string name, List<string> heard) : Target
    {
        public override void OnBatch(Batch batch) => heard.Add($"{name}: {((Column<int>)batch[0])[0]}");
        public override void OnFrontier(Frontier frontier) => heard.Add($"{name}: time {frontier.Final.Microseconds}");
        public override void OnIdle(bool isIdle) => heard.Add($"{name}: {(isIdle ? "idle" : "active")}");
    }

    static readonly Schema s_schema = new(new Field("n", DataType.Integer));

    static Batch Row(MemoryAccountant memory, int value)
    {
        var batch = memory.RentBatch(s_schema);
        var column = memory.Rent<int>(DataType.Integer);
        column.Append(value);
        batch.Add(column);
        batch.RowCount = 1;
        return batch;
    }

    static Frontier At(long time) => new(new(time), new(time));

    [Fact]
    public void Each_reader_takes_all_that_is_kept_in_its_order()
    {
        var memory = new MemoryAccountant();
        List<string> heard = [];
        var fan = new FanOut([[new Reader("a", heard), new Reader("b", heard)], [new Reader("other port", heard)], []]);
        fan.Push(Row(memory, 1), 0);
        fan.Advance(At(5));
        fan.Push(Row(memory, 2), 0);
        fan.Push(Row(memory, 3), 1);
        fan.OnIdle(true);
        Assert.True(fan.HasHeld);
        Assert.Empty(heard);
        fan.Flush();
        Assert.Equal(["a: 1", "a: time 5", "a: 2", "a: idle", "b: 1", "b: time 5", "b: 2", "b: idle", "other port: time 5", "other port: 3", "other port: idle"], heard);
        Assert.False(fan.HasHeld);
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Time_alone_is_told_at_once_and_so_is_what_has_become_much()
    {
        var memory = new MemoryAccountant();
        List<string> heard = [];
        var fan = new FanOut([[new Reader("a", heard)], [], []]);
        fan.Advance(At(1));
        Assert.Equal(["a: time 1"], heard);
        for (var i = 0; i < 20; i++) fan.Push(Row(memory, i), 0);
        Assert.True(heard.Count > 8);
        fan.Dispose();
        Assert.Equal(0, memory.Alive);
    }
}

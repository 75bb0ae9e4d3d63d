using Millrace.Data;
using Millrace.Operators.Joins;

namespace Millrace.Tests.Operators.Joins;

/// <summary>Slots leave exactly when a time is beyond their own, to the microsecond, as from a plain list.</summary>
public sealed class DeadlinesTests(ITestOutputHelper log)
{
    [Fact]
    public void What_is_taken_is_what_a_plain_list_holds_before_the_time()
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var owner = new MemoryAccountant().Owner("x");
        using (var deadlines = new Deadlines(owner))
        {
            var held = new Dictionary<int, long>();
            var now = 0L;
            var next = 0;
            for (var turn = 0; turn < 5_000; turn++)
            {
                switch (random.Next(8))
                {
                    case 0 when held.Count > 0:
                        var gone = held.Keys.ElementAt(random.Next(held.Count));
                        deadlines.Remove(gone);
                        held.Remove(gone);
                        break;
                    case 1:
                        // Often the very deadline of a slot, where one microsecond decides.
                        var time = held.Count > 0 && random.Next(2) == 0 ? held.Values.ElementAt(random.Next(held.Count)) + random.Next(2) : now + random.Next(200_000);
                        now = Math.Max(now, time);
                        var taken = new List<int>();
                        for (var entry = deadlines.Take(now); entry != 0; entry = deadlines.After(entry - 1)) taken.Add(entry - 1);
                        Assert.Equal(held.Where(h => h.Value < now).Select(h => h.Key).Order(), taken.Order());
                        foreach (var slot in taken) held.Remove(slot);
                        break;
                    default:
                        var at = now + random.Next(4) * 100_000 + random.Next(3);
                        deadlines.Add(next, at);
                        Assert.Equal(at, deadlines[next]);
                        held.Add(next++, at);
                        break;
                }
            }
            var rest = 0;
            for (var entry = deadlines.Take(long.MaxValue); entry != 0; entry = deadlines.After(entry - 1)) rest++;
            Assert.Equal(held.Count, rest);
        }
        Assert.Equal(0, owner.Bytes);
    }
}

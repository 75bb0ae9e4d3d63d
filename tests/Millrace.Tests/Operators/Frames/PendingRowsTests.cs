using Millrace.Data;
using Millrace.Operators.Frames;

namespace Millrace.Tests.Operators.Frames;

public sealed class PendingRowsTests(ITestOutputHelper log)
{
    [Fact]
    public void Rows_are_due_when_their_time_is_before_the_limit_and_come_once_in_order()
    {
        var seed = Environment.TickCount;
        log.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var owner = new MemoryAccountant().Owner("x");
        using (var pending = new PendingRows(runLength: 8, owner))
        {
            var waiting = new List<(long Time, int Slot)>();
            var due = new DueRows();
            for (var step = 0L; step < 200; step++)
            {
                for (var i = random.Next(12); i > 0; i--)
                {
                    (long Time, int Slot) row = (step + random.Next(-5, 40), random.Next(1000));
                    pending.Add(row.Slot, row.Time);
                    waiting.Add(row);
                }
                Assert.Equal(waiting.Order(), pending.All().Order());
                var limit = step == 199 ? long.MaxValue : step;
                due.Clear();
                pending.TakeBefore(limit, due);
                due.Sort((a, b) => b.CompareTo(a));
                var expected = waiting.Where(r => r.Time < limit).OrderBy(r => r.Time).ThenByDescending(r => r.Slot).ToList();
                Assert.Equal(expected, Enumerable.Range(0, due.Count).Select(i => (due.TimeOf(i), due[i])));
                waiting.RemoveAll(r => r.Time < limit);
            }
            Assert.Empty(waiting);
            Assert.Empty(pending.All());
        }
        Assert.Equal(0, owner.Bytes);
    }
}

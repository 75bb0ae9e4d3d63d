using Millrace.Data;
using Millrace.State;

namespace Millrace.Tests.State;

public sealed class KeyGroupOwnersTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(64)]
    public void Groups_are_shared_out_evenly_and_in_order(int lanes)
    {
        var owners = new KeyGroupOwners([.. Enumerable.Range(0, lanes)]);
        var all = Enumerable.Range(0, Hash64.KeyGroups).Select(g => owners[g]).ToList();
        Assert.Equal(all.Order(), all);
        Assert.All(all.GroupBy(l => l), g => Assert.InRange(g.Count(), Hash64.KeyGroups / lanes, Hash64.KeyGroups / lanes + 1));
        Assert.Equal(lanes, all.Distinct().Count());
        Assert.Equal(lanes == 1 ? 0 : null, owners.Only);
    }

    [Fact]
    public void Some_lanes_may_own_all()
    {
        var owners = new KeyGroupOwners([2, 5]);
        Assert.Equal([2, 5], Enumerable.Range(0, Hash64.KeyGroups).Select(g => owners[g]).Distinct());
        Assert.Equal(4, new KeyGroupOwners([4]).Only);
        Assert.Throws<ArgumentOutOfRangeException>(() => new KeyGroupOwners([]));
    }
}

using Millrace.Data;

namespace Millrace.Tests.Data;

public sealed class MemoryAccountantTests
{
    [Fact]
    public void Returned_columns_are_used_again_and_counted_once()
    {
        var memory = new MemoryAccountant(batchRows: 100);
        var first = memory.Rent(DataType.BigInt);
        var used = memory.UsedBytes;
        first.Release();
        var second = memory.Rent(DataType.Timestamp);
        Assert.Same(first, second);
        Assert.Equal(used, memory.UsedBytes);
        Assert.Equal(1, memory.Alive);
        second.Release();
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public void Eighty_percent_of_the_limit_is_tight()
    {
        var memory = new MemoryAccountant(limitBytes: 1_000_000, batchRows: 1);
        var owner = memory.Owner("state");
        owner.Charge(799_000 - memory.UsedBytes);
        Assert.False(memory.IsTight);
        owner.Charge(2_000);
        Assert.True(memory.IsTight);
        owner.Charge(-2_000);
        Assert.False(memory.IsTight);
        Assert.Same(owner, memory.Owner("state"));
    }

    [Theory]
    [InlineData(0L, 1)]
    [InlineData(1L, 0)]
    [InlineData(1L, 65_537)]
    public void Limits_out_of_range_are_refused(long limit, int rows) => Assert.Throws<ArgumentOutOfRangeException>(() => new MemoryAccountant(limit, rows));
}

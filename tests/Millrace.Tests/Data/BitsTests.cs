using Millrace.Data;

namespace Millrace.Tests.Data;

public sealed class BitsTests
{
    [Fact]
    public void Counting_and_listing_equal_a_loop_for_every_length()
    {
        var random = new Random(11);
        for (var rows = 0; rows <= 200; rows++)
        {
            var bits = new ulong[Bits.Words(rows) + 1];
            foreach (ref var word in bits.AsSpan()) word = (ulong)random.NextInt64() & (ulong)random.NextInt64();
            var expected = Enumerable.Range(0, rows).Where(r => Bits.Get(bits, r)).ToArray();
            var indexes = new int[rows];
            Assert.Equal(expected.Length, Bits.Count(bits, rows));
            Assert.Equal(expected.Length > 0, Bits.Any(bits, rows));
            Assert.Equal(expected, indexes[..Bits.Indexes(bits, rows, indexes)]);
        }
    }

    [Fact]
    public void Setting_and_clearing_touch_one_row()
    {
        var bits = new ulong[2];
        Bits.Set(bits, 70);
        Assert.Equal(1, Bits.Count(bits, 128));
        Assert.True(Bits.Get(bits, 70));
        Bits.Clear(bits, 70);
        Assert.False(Bits.Any(bits, 128));
    }
}

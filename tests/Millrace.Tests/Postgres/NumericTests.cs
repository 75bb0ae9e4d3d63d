using System.Globalization;
using System.Numerics;
using Millrace.Postgres.Copies;

namespace Millrace.Tests.Postgres;

public sealed class NumericTests
{
    [Fact]
    public void Every_scaled_integer_comes_back_and_lies_as_PostgreSQL_writes_it()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        Span<byte> bytes = stackalloc byte[Numeric.BytesMax];
        for (var i = 0; i < 20_000; i++)
        {
            var precision = random.Next(1, 39);
            var scale = random.Next(0, precision + 1);
            var text = string.Concat(Enumerable.Range(0, random.Next(1, precision + 1)).Select(_ => (char)('0' + (random.Next(3) == 0 ? 0 : random.Next(10)))));
            var value = Int128.Parse((random.Next(2) == 0 ? "-" : "") + text, CultureInfo.InvariantCulture);
            var written = bytes[..Numeric.Write(value, scale, bytes)];
            Assert.True(Numeric.Read(written, precision, scale) == value, $"seed {seed}: {value} with scale {scale}");
            // The digits say the same by their definition.
            var sum = BigInteger.Zero;
            int count = written[0] << 8 | written[1], weight = (short)(written[2] << 8 | written[3]);
            for (var d = 0; d < count; d++) sum += new BigInteger(written[8 + d * 2] << 8 | written[9 + d * 2]) * BigInteger.Pow(10, (weight - d) * 4 + 40);
            Assert.Equal(BigInteger.Abs((BigInteger)value) * BigInteger.Pow(10, 40 - scale), sum);
            Assert.True(count == 0 || (written[8] | written[9]) != 0 && (written[^2] | written[^1]) != 0, $"seed {seed}: zeros lead or trail");
        }
    }

    [Theory]
    [InlineData(5, 0, true)]
    [InlineData(4, 0, false)] // five digits
    [InlineData(10, 3, true)]
    public void What_a_type_does_not_hold_is_not_rounded(int precision, int scale, bool holds)
    {
        Span<byte> bytes = stackalloc byte[Numeric.BytesMax];
        var length = Numeric.Write(12_345, 0, bytes);
        Assert.Equal(holds ? 12_345 * Int128.Parse("1" + new string('0', scale), null) : null, Numeric.Read(bytes[..length], precision, scale));
        length = Numeric.Write(1_5001, 4, bytes);
        Assert.Null(Numeric.Read(bytes[..length], 10, 3));
        Assert.Null(Numeric.Read([0, 0, 0, 0, 0xC0, 0, 0, 0], 10, 3)); // NaN
    }
}

using Millrace.Data;

namespace Millrace.Tests.Data;

public sealed class DecimalRulesTests
{
    [Theory]
    [InlineData(10, 2, 8, 3, "DECIMAL(12,3)", "DECIMAL(18,5)", "DECIMAL(17,6)", "DECIMAL(8,3)", "DECIMAL(11,3)")]
    [InlineData(38, 10, 38, 10, "DECIMAL(38,9)", "DECIMAL(38,6)", "DECIMAL(38,6)", "DECIMAL(38,10)", "DECIMAL(38,10)")]
    [InlineData(5, 5, 3, 0, "DECIMAL(9,5)", "DECIMAL(8,5)", "DECIMAL(6,6)", "DECIMAL(5,5)", "DECIMAL(8,5)")]
    public void Precision_and_scale_follow_the_table(int p1, int s1, int p2, int s2, string add, string multiply, string divide, string remainder, string common)
    {
        var (a, b) = (DataType.Decimal(p1, s1), DataType.Decimal(p2, s2));
        Assert.Equal([add, multiply, divide, remainder, common], new[]
        {
            DecimalRules.Add(a, b), DecimalRules.Multiply(a, b), DecimalRules.Divide(a, b), DecimalRules.Remainder(a, b), DecimalRules.Common(a, b),
        }.Select(t => t.ToString()));
    }

    [Fact]
    public void Sums_have_all_digits_and_averages_six_behind_the_point()
    {
        Assert.Equal(DataType.Decimal(38, 3), DecimalRules.Sum(DataType.Decimal(10, 3)));
        Assert.Equal(DataType.Decimal(38, 6), DecimalRules.Average(DataType.Decimal(10, 3)));
        Assert.Equal(DataType.Decimal(38, 8), DecimalRules.Average(DataType.Decimal(10, 8)));
    }

    [Fact]
    public void Integers_count_as_decimals_without_scale()
    {
        Assert.Equal(DataType.Decimal(10, 0), DecimalRules.AsDecimal(DataType.Integer));
        Assert.Equal(DataType.Decimal(19, 0), DecimalRules.AsDecimal(DataType.BigInt));
        Assert.Throws<ArgumentException>(() => DecimalRules.AsDecimal(DataType.Text));
    }
}

using Millrace.Data;
using Millrace.Functions;

namespace Millrace.Tests.Functions.Aggregate;

public sealed class SumTests
{
    static object? Of(string name, DataType type, IEnumerable<object?> values, int[]? weights = null)
    {
        var memory = new MemoryAccountant();
        var function = Catalog.BuiltIn.Aggregate(name)!;
        var signature = function.Resolve([type], false)!;
        using var states = function.CreateStates(signature, false, memory.Owner("test"));
        states.EnsureGroups(1);
        foreach (var chunk in values.Chunk(memory.BatchRows))
        {
            var column = Samples.Fill(memory, signature.Parameters[0], chunk);
            states.Add([column], [], new int[chunk.Length], weights ?? []);
            column.Release();
        }
        var results = memory.Rent(signature.Result);
        try
        {
            states.AppendResults([0], results);
            return Samples.Read(results, 0);
        }
        finally
        {
            results.Release();
            Assert.Equal(0, memory.Alive);
        }
    }

    [Fact]
    public void A_sum_of_the_greatest_bigints_does_not_wrap() =>
        Assert.Equal((Int128)long.MaxValue * 10_000, Of("sum", DataType.BigInt, Enumerable.Repeat((object?)long.MaxValue, 10_000)));

    [Fact]
    public void A_sum_of_integers_beyond_bigint_is_an_overflow_and_not_a_wrong_number() =>
        Assert.Throws<OverflowException>(() => Of("sum", DataType.Integer, [int.MaxValue, int.MaxValue, int.MaxValue], [int.MaxValue, int.MaxValue, int.MaxValue]));

    [Fact]
    public void A_sum_beyond_38_digits_is_an_overflow_until_it_comes_back()
    {
        var most = Samples.Ten(38) - 1;
        Assert.Throws<OverflowException>(() => Of("sum", DataType.Decimal(38, 0), Enumerable.Repeat((object?)most, 9)));
        Assert.Equal(most, Of("sum", DataType.Decimal(38, 0), Enumerable.Repeat((object?)most, 9).Concat(Enumerable.Repeat((object?)-most, 8))));
        Assert.Equal(most, Of("sum", DataType.Decimal(38, 0), [most, most, -most], [int.MaxValue, -int.MaxValue + 1, 0]));
    }

    [Fact]
    public void A_mean_whose_sum_needs_more_than_128_bits_is_exact()
    {
        var value = Samples.Ten(31) * 9 + 1; // DECIMAL(38,6): 32 digits before the point
        Assert.Equal(value * 1_000_000, Of("avg", DataType.Decimal(38, 0), [value, value], [int.MaxValue, int.MaxValue]));
    }

    [Fact]
    public void Small_numbers_survive_beside_great_ones()
    {
        object?[] values = [1e16, 1.0, 1.0, 1.0, -1e16];
        Assert.Equal(3.0, Of("sum", DataType.Double, values));
        Assert.Equal(0.1 * 10, Of("sum", DataType.Double, Enumerable.Repeat((object?)0.1, 10)));
        Assert.Equal(0.5, Of("sum", DataType.Double, [1e30, 0.5, 1e30], [1, 1, -1]));
    }

    [Fact]
    public void Infinities_and_NaN_can_be_taken_back()
    {
        Assert.Equal(double.PositiveInfinity, Of("sum", DataType.Double, [1.5, double.PositiveInfinity]));
        Assert.Equal(double.NaN, Of("sum", DataType.Double, [double.NegativeInfinity, double.PositiveInfinity]));
        Assert.Equal(1.5, Of("sum", DataType.Double, [1.5, double.PositiveInfinity, double.PositiveInfinity, double.NaN, double.NaN], [1, 1, -1, 1, -1]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_sum_of_doubles_is_the_exact_sum_rounded(int seed)
    {
        var random = new Random(seed);
        var values = Enumerable.Range(0, 20_000).Select(_ => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-10, 12))).ToList();
        var exact = Reference.ExactSum(values);
        Assert.True(exact.Equals(Of("sum", DataType.Double, values.Select(v => (object?)v))), $"seed {seed}");
    }

    [Fact]
    public void Variance_is_exact_far_from_zero()
    {
        // Welford's recurrence and the textbook's formula in doubles both lose this one.
        Assert.Equal(2.5, Of("variance", DataType.Double, Enumerable.Range(1, 5).Select(i => (object?)(1e9 + i))));
        Assert.Equal(0.0, Of("var_pop", DataType.Double, Enumerable.Repeat((object?)0.1, 1000)));
        Assert.Null(Of("stddev", DataType.Double, [1.0]));
        Assert.Equal(double.NaN, Of("stddev", DataType.Double, [1.0, double.NaN]));
    }
}

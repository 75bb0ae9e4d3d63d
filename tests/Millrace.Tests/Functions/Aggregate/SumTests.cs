using System.Numerics;
using Millrace.Data;
using Millrace.Functions;

namespace Millrace.Tests.Functions.Aggregate;

public sealed class SumTests
{
    static object? Of(string name, DataType type, IEnumerable<object?> values, int[]? weights = null) => Of(name, [type], [.. values.Select(v => new[] { v })], weights);

    static object? Of(string name, DataType[] types, object?[][] rows, int[]? weights)
    {
        var memory = new MemoryAccountant();
        var function = Catalog.BuiltIn.Aggregate(name)!;
        var signature = function.Resolve(types, false)!;
        using var states = function.CreateStates(signature, false, memory.Owner("test"));
        states.EnsureGroups(1);
        foreach (var chunk in rows.Chunk(memory.BatchRows))
        {
            var columns = signature.Parameters.Select((p, i) => Samples.Fill(memory, p, [.. chunk.Select(r => r[i])])).ToArray();
            states.Add(columns, [], new int[chunk.Length], weights ?? []);
            foreach (var column in columns) column.Release();
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
    public void A_sum_overflows_only_where_its_result_does()
    {
        object?[] large = [1.5e308, 1.5e308, -1.7e308, 1.0];
        Assert.Equal(1.3e308, Of("sum", DataType.Double, large));
        Assert.Equal(1.3e308 / 4, Of("avg", DataType.Double, large));
        Assert.Equal(9.999999999e307, Of("avg", DataType.Double, [9.999999999e307, 9.999999999e307]));
        Assert.Equal(double.PositiveInfinity, Of("sum", DataType.Double, [1.5e308, 1.5e308]));
        Assert.Equal(double.MaxValue, Of("avg", DataType.Double, Enumerable.Repeat((object?)double.MaxValue, 1000)));
        Assert.Equal(-1.5e308, Of("sum", DataType.Double, [1.5e308, 1.5e308, -1.5e308], [1, -1, 1]));
        Assert.Equal(2.5, Of("sum", DataType.Double, [2.5, 1.5e308, 1.6e308], [1, 0, 0]));
        Assert.Equal(2.5, Of("avg", DataType.Double, [2.5, 1.5e308, 1.5e308], [1, 1, -1]));
        Assert.Equal(1e-5, Of("sum", DataType.Double, [1.5e308, 1e-5, 1.5e308], [1, 1, -1]));
    }

    [Theory]
    [InlineData("variance")]
    [InlineData("var_pop")]
    [InlineData("stddev")]
    [InlineData("corr")]
    [InlineData("skewness")]
    public void What_is_too_large_to_be_squared_can_be_taken_back(string name)
    {
        DataType[] types = name == "corr" ? [DataType.Double, DataType.Double] : [DataType.Double];
        object?[][] Rows(params double[] values) => [.. values.Select(v => name == "corr" ? new object?[] { v, v * v + 1 } : [v])];
        var small = Rows(1, 2, 4);
        var expected = Of(name, types, small, [1, 1, 1]);
        var large = Of(name, types, [.. small, .. Rows(1e200)], [1, 1, 1, 1]);
        Assert.Equal(name is "corr" or "skewness" ? double.NaN : double.PositiveInfinity, large);
        Assert.Equal(expected, Of(name, types, [.. small, .. Rows(1e200, 1e200)], [1, 1, 1, 2, -2]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Variance_of_whole_numbers_is_exact_however_large_what_was_taken_back(int seed)
    {
        Assert.Equal(480.5, Of("variance", DataType.BigInt, [5_000_000_000, 49L, long.MinValue, null, 18L, 5_000_000_000, long.MinValue], [1, 1, 1, 1, 1, -1, -1]));
        // (2^64 - 1)^2 / 4 and half of it more.
        Assert.Equal(Math.ScaleB(1, 126), Of("var_pop", DataType.BigInt, [long.MinValue, long.MaxValue]));
        Assert.Equal(Math.ScaleB(1, 127), Of("variance", DataType.BigInt, [long.MinValue, long.MaxValue]));
        Assert.Equal(0.0, Of("variance", DataType.BigInt, Enumerable.Repeat((object?)long.MinValue, 1000)));
        Assert.Equal(0.0025, Of("var_pop", DataType.Decimal(18, 2), [999999999999999910L, 999999999999999920L]));
        var random = new Random(seed);
        for (var round = 0; round < 200; round++)
        {
            var values = Enumerable.Range(0, random.Next(2, 9)).Select(_ => random.NextInt64(long.MinValue, long.MaxValue) >> random.Next(64)).ToArray();
            var weights = values.Select(_ => random.Next(1, 2000)).ToArray();
            var (n, sum, squares) = (new BigInteger(weights.Sum()), BigInteger.Zero, BigInteger.Zero);
            for (var i = 0; i < values.Length; i++) (sum, squares) = (sum + (BigInteger)values[i] * weights[i], squares + (BigInteger)values[i] * values[i] * weights[i]);
            var expected = (double)((n * squares - sum * sum) * 1_000_000 / (n * (n - 1))) / 1e6;
            // What comes and goes changes nothing.
            var passing = random.NextInt64(long.MinValue, long.MaxValue);
            var found = (double)Of("variance", DataType.BigInt, [.. values.Select(v => (object?)v), passing, passing], [.. weights, 7, -7])!;
            Assert.True(Math.Abs(found - expected) <= 1e-6 + expected * 1e-15, $"seed {seed}, round {round}: {found:R} for {expected:R}");
        }
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

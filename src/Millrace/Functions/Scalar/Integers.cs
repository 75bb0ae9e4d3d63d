using System.Numerics;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Functions of integers: divisors and bits.</summary>
internal static class Integers
{
    public static ScalarFunction[] All { get; } =
    [
        new ValueFunction<long>("gcd", "math", "gcd(a, b)", "The greatest common divisor; 0 for two zeros.", [Gives(Long, Long, Long)],
            (in Row row, Outcome outcome) => Narrow(Divisor(row.Long(0), row.Long(1)), outcome), ("gcd(1071, 462)", "21")),
        new ValueFunction<long>("lcm", "math", "lcm(a, b)", "The least common multiple; 0 where one is 0.", [Gives(Long, Long, Long)], (in Row row, Outcome outcome) =>
        {
            var (a, b) = ((Int128)row.Long(0), (Int128)row.Long(1));
            return a == 0 || b == 0 ? 0 : Narrow(Int128.Abs(a / Divisor(row.Long(0), row.Long(1)) * b), outcome);
        }, ("lcm(4, 6)", "12")),
        new ValueFunction<long>("div", "math", "div(a, b)", "The quotient of two whole numbers, cut off towards zero. Division by zero is an error.", [Gives(Long, Long, Long)], (in Row row, Outcome outcome) =>
        {
            if (row.Long(1) != 0) return Narrow((Int128)row.Long(0) / row.Long(1), outcome);
            outcome.Fail("division by zero");
            return 0;
        }, ("div(-7, 2)", "-3")),
        new ValueFunction<Int128>("factorial", "math", "factorial(n)", "The product of the whole numbers from 1 to n, DECIMAL(38, 0). Below 0 and beyond 33 an error.", [Gives(Data.DataType.Decimal(38, 0), Long)], (in Row row, Outcome outcome) =>
        {
            var n = row.Long(0);
            if (n is < 0 or > 33)
            {
                outcome.Fail($"the factorial of {n} is not there for numbers below 0 and does not fit DECIMAL(38, 0) beyond 33");
                return 0;
            }
            Int128 product = 1;
            for (var i = 2; i <= n; i++) product *= i;
            return product;
        }, ("factorial(20)", "2432902008176640000")),
        new ValueFunction<long>("&", "math", "a & b", "The bits that are set in both.", [Gives(Long, Long, Long)], (in Row row, Outcome outcome) => row.Long(0) & row.Long(1), ("91 & 15", "11")),
        new ValueFunction<long>("|", "math", "a | b", "The bits that are set in one or both.", [Gives(Long, Long, Long)], (in Row row, Outcome outcome) => row.Long(0) | row.Long(1), ("32 | 3", "35")),
        new ValueFunction<long>("# bitxor", "math", "a # b", "The bits that are set in just one.", [Gives(Long, Long, Long)], (in Row row, Outcome outcome) => row.Long(0) ^ row.Long(1), ("bitxor(17, 5)", "20")),
        new ValueFunction<long>("<<", "math", "a << n", "The bits moved up n places, modulo 64.", [Gives(Long, Long, Int)], (in Row row, Outcome outcome) => row.Long(0) << row.Int(1), ("1 << 4", "16")),
        new ValueFunction<long>(">>", "math", "a >> n", "The bits moved down n places, modulo 64; the sign stays.", [Gives(Long, Long, Int)], (in Row row, Outcome outcome) => row.Long(0) >> row.Int(1), ("-16 >> 2", "-4")),
        new ValueFunction<long>("bit_not", "math", "bit_not(a)", "Every bit turned round.", [Gives(Long, Long)], (in Row row, Outcome outcome) => ~row.Long(0), ("bit_not(1)", "-2")),
        new ValueFunction<int>("bit_count", "math", "bit_count(a)", "Number of bits that are set.", [Gives(Int, Long)], (in Row row, Outcome outcome) => BitOperations.PopCount((ulong)row.Long(0)), ("bit_count(255)", "8")),
    ];

    static Int128 Divisor(long a, long b)
    {
        var (x, y) = (Int128.Abs(a), Int128.Abs(b));
        while (y != 0) (x, y) = (y, x % y);
        return x;
    }

    static long Narrow(Int128 value, Outcome outcome)
    {
        if (value != (long)value) outcome.Fail($"{value.ToString(System.Globalization.CultureInfo.InvariantCulture)} is out of range for BIGINT ({Overflow.Range(Long)})");
        return (long)value;
    }
}

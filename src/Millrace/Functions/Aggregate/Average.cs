using System.Runtime.CompilerServices;
using System.Numerics;
using Millrace.Data;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Aggregate;

/// <summary>AVG(x).</summary>
internal sealed class Average() : BuiltInAggregate("avg", "avg([DISTINCT] x)",
    "The mean of numbers or intervals; NULL for an empty group. Exact numbers give DECIMAL(38, at least 6 digits after the point), rounded half away from zero; DOUBLE gives DOUBLE.",
    ("avg(x)", "1; 2; NULL", "1.500000"), ("avg(x)", "1; 1; 2", "1.333333"), ("avg(DISTINCT x)", "CAST(1 AS DOUBLE); 1; 2", "1.5"))
{
    protected override Signature? Resolve(DataType argument) => argument.Kind switch
    {
        TypeKind.Null => Form(DecimalRules.Average(DataType.Integer), DataType.Integer),
        TypeKind.Integer or TypeKind.BigInt or TypeKind.Decimal => Form(DecimalRules.Average(argument), argument),
        TypeKind.Double or TypeKind.Interval => Form(argument, argument),
        _ => null,
    };

    protected override AggregateStates CreateStates(Signature signature, MemoryOwner memory, bool retracts) => signature.Parameters[0].Storage switch
    {
        Storage.Int => Plain<AverageOfInts, int, Int128>(signature, memory),
        Storage.Long => Plain<AverageOfLongs, long, Int128>(signature, memory),
        Storage.Double => Plain<AverageOfDoubles, double, double>(signature, memory),
        Storage.Int128 => Plain<AverageOfWides, Int128, Int128>(signature, memory),
        _ => Plain<AverageOfIntervals, Interval, Interval>(signature, memory),
    };
}

struct AverageOfInts : IAggregate<AverageOfInts, int, Int128>
{
    AverageOfLongs _average;

    public void Add(int value) => _average.Add(value);
    public void Add(int value, int weight) => _average.Add(value, weight);
    public void Merge(in AverageOfInts other) => _average.Merge(in other._average);
    public readonly bool TryResult(Signature signature, out Int128 result) => _average.TryResult(signature, out result);
}

struct AverageOfLongs : IAggregate<AverageOfLongs, long, Int128>
{
    ExactSum _sum;

    public void Add(long value) => _sum.Add(value);
    public void Add(long value, int weight) => _sum.Add(value, weight);
    public void Merge(in AverageOfLongs other) => _sum.Merge(in other._sum);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public readonly bool TryResult(Signature signature, out Int128 result)
    {
        result = 0;
        if (_sum.Count == 0) return false;
        var shift = signature.Result.Scale - signature.Parameters[0].Scale;
        return Powers.TryDivide(_sum.Sum, shift, _sum.Count, signature.Result.Precision, out result) ? true : throw Unfit.Result("AVG", signature);
    }
}

struct AverageOfWides : IAggregate<AverageOfWides, Int128, Int128>
{
    WideSum _sum;

    public void Add(Int128 value) => _sum.Add(value);
    public void Add(Int128 value, int weight) => _sum.Add(value, weight);
    public void Merge(in AverageOfWides other) => _sum.Merge(in other._sum);

    public readonly bool TryResult(Signature signature, out Int128 result)
    {
        result = 0;
        if (_sum.Count == 0) return false;
        var (shift, precision) = (signature.Result.Scale - signature.Parameters[0].Scale, signature.Result.Precision);
        if (_sum.TryGet(out var sum)) return Powers.TryDivide(sum, shift, _sum.Count, precision, out result) ? true : throw Unfit.Result("AVG", signature);
        // The sum has more than 128 bits, its mean need not.
        var quotient = BigInteger.DivRem(BigInteger.Abs(_sum.Sum) * BigInteger.Pow(10, shift), _sum.Count, out var rest);
        if (rest * 2 >= _sum.Count) quotient++;
        if (quotient >= BigInteger.Pow(10, precision)) throw Unfit.Result("AVG", signature);
        result = _sum.Sum.Sign < 0 ? -(Int128)quotient : (Int128)quotient;
        return true;
    }
}

struct AverageOfDoubles : IAggregate<AverageOfDoubles, double, double>
{
    CompensatedSum _sum;
    long _count;

    public void Add(double value)
    {
        _sum.Add(value);
        _count++;
    }

    public void Add(double value, int weight)
    {
        _sum.Add(value, weight);
        _count += weight;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Merge(in AverageOfDoubles other)
    {
        _sum.Merge(in other._sum);
        _count += other._count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool TryResult(Signature signature, out double result)
    {
        result = 0;
        if (_count == 0) return false;
        result = _sum.IsFinite ? _sum.DividedBy(_count) : _sum.Result / _count;
        return true;
    }
}

struct AverageOfIntervals : IAggregate<AverageOfIntervals, Interval, Interval>
{
    SumOfIntervals _sum;

    public void Add(Interval value) => _sum.Add(value);
    public void Add(Interval value, int weight) => _sum.Add(value, weight);
    public void Merge(in AverageOfIntervals other) => _sum.Merge(in other._sum);

    // What is left of a month goes to days of 30 to a month, what is left of a day to hours, as when an interval is divided.
    public readonly bool TryResult(Signature signature, out Interval result)
    {
        result = default;
        if (_sum.Count == 0) return false;
        Int128 count = _sum.Count;
        var (months, restOfMonths) = Int128.DivRem(_sum.Months, count);
        var (days, restOfDays) = Int128.DivRem(_sum.Days + restOfMonths * 30, count);
        result = Unfit.Interval("AVG", months, days, Powers.DivideRounded(_sum.Microseconds + restOfDays * Interval.MicrosecondsPerDay, count));
        return true;
    }
}

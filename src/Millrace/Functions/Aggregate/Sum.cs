using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Aggregate;

/// <summary>SUM(x).</summary>
internal sealed class Sum() : BuiltInAggregate("sum", "sum([DISTINCT] x)",
    "The sum of numbers or intervals; NULL for an empty group. INTEGER gives BIGINT, BIGINT and DECIMAL(p,s) give DECIMAL(38,s), exactly; DOUBLE is summed as if in twice the digits, so the order of rows does not matter.",
    ("sum(x)", "1; 2; 3", "6"), ("sum(x)", "1.10; 2.25; NULL", "3.35"), ("sum(DISTINCT x)", "5; 5; 7", "12"))
{
    protected override Signature? Resolve(DataType argument) => argument.Kind switch
    {
        TypeKind.Integer or TypeKind.Null => Form(DataType.BigInt, DataType.Integer),
        TypeKind.BigInt or TypeKind.Decimal => Form(DecimalRules.Sum(argument), argument),
        TypeKind.Double or TypeKind.Interval => Form(argument, argument),
        _ => null,
    };

    protected override AggregateStates CreateStates(Signature signature, MemoryOwner memory, bool retracts) => signature.Parameters[0].Storage switch
    {
        Storage.Int => Plain<SumOfInts, int, long>(signature, memory),
        Storage.Long => Plain<SumOfLongs, long, Int128>(signature, memory),
        Storage.Double => Plain<SumOfDoubles, double, double>(signature, memory),
        Storage.Int128 => Plain<SumOfWides, Int128, Int128>(signature, memory),
        _ => Plain<SumOfIntervals, Interval, Interval>(signature, memory),
    };
}

struct SumOfInts : IAggregate<SumOfInts, int, long>
{
    ExactSum _sum;

    public void Add(int value) => _sum.Add(value);
    public void Add(int value, int weight) => _sum.Add(value, weight);
    public void Merge(in SumOfInts other) => _sum.Merge(in other._sum);

    public readonly bool TryResult(Signature signature, out long result)
    {
        var sum = _sum.Sum;
        result = (long)sum;
        return result == sum ? _sum.Count != 0 : throw Unfit.Result("SUM", signature);
    }
}

struct SumOfLongs : IAggregate<SumOfLongs, long, Int128>
{
    ExactSum _sum;

    public void Add(long value) => _sum.Add(value);
    public void Add(long value, int weight) => _sum.Add(value, weight);
    public void Merge(in SumOfLongs other) => _sum.Merge(in other._sum);

    public readonly bool TryResult(Signature signature, out Int128 result)
    {
        result = _sum.Sum;
        return Powers.Fits(result, signature.Result.Precision) ? _sum.Count != 0 : throw Unfit.Result("SUM", signature);
    }
}

struct SumOfWides : IAggregate<SumOfWides, Int128, Int128>
{
    WideSum _sum;

    public void Add(Int128 value) => _sum.Add(value);
    public void Add(Int128 value, int weight) => _sum.Add(value, weight);
    public void Merge(in SumOfWides other) => _sum.Merge(in other._sum);

    public readonly bool TryResult(Signature signature, out Int128 result) =>
        _sum.TryGet(out result) && Powers.Fits(result, signature.Result.Precision) ? _sum.Count != 0 : throw Unfit.Result("SUM", signature);
}

struct SumOfDoubles : IAggregate<SumOfDoubles, double, double>
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
    public void Merge(in SumOfDoubles other)
    {
        _sum.Merge(in other._sum);
        _count += other._count;
    }

    public readonly bool TryResult(Signature signature, out double result)
    {
        result = _sum.Result;
        return _count != 0;
    }
}

struct SumOfIntervals : IAggregate<SumOfIntervals, Interval, Interval>
{
    ExactSum _months;
    ExactSum _days;
    ExactSum _microseconds;

    public readonly long Count => _months.Count;
    public readonly Int128 Months => _months.Sum;
    public readonly Int128 Days => _days.Sum;
    public readonly Int128 Microseconds => _microseconds.Sum;

    public void Add(Interval value)
    {
        _months.Add(value.Months);
        _days.Add(value.Days);
        _microseconds.Add(value.Microseconds);
    }

    public void Add(Interval value, int weight)
    {
        _months.Add(value.Months, weight);
        _days.Add(value.Days, weight);
        _microseconds.Add(value.Microseconds, weight);
    }

    public void Merge(in SumOfIntervals other)
    {
        _months.Merge(in other._months);
        _days.Merge(in other._days);
        _microseconds.Merge(in other._microseconds);
    }

    public readonly bool TryResult(Signature signature, out Interval result)
    {
        result = Unfit.Interval("SUM", Months, Days, Microseconds);
        return Count != 0;
    }
}

/// <summary>Results that do not fit.</summary>
static class Unfit
{
    public static OverflowException Result(string function, Signature signature) =>
        new($"{function} of {signature.Parameters[0]} does not fit {signature.Result} ({Overflow.Range(signature.Result)}). Cast the argument to a type with fewer digits after the point, or to DOUBLE.");

    public static Interval Interval(string function, Int128 months, Int128 days, Int128 microseconds) =>
        months == (int)months && days == (int)days && microseconds == (long)microseconds
            ? new((int)months, (int)days, (long)microseconds)
            : throw new OverflowException($"{function} of INTERVAL does not fit INTERVAL ({months} months, {days} days, {microseconds} microseconds).");
}

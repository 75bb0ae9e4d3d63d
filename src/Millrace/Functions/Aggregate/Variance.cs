using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>VARIANCE(x).</summary>
internal sealed class VarianceSample() : SpreadOfNumbers<ExactVariance<Sample>, Variance<Sample>>("variance", "variance([DISTINCT] x)",
    "The sample variance in the square of x's unit, DOUBLE; NULL for fewer than two values.", ("variance(x)", "1; 2; 3; 4", "1.6666666666666667"))
{
    public override IReadOnlyList<string> Aliases => ["var_samp"];
}

/// <summary>VAR_POP(x).</summary>
internal sealed class VariancePopulation() : SpreadOfNumbers<ExactVariance<Population>, Variance<Population>>("var_pop", "var_pop([DISTINCT] x)",
    "The population variance in the square of x's unit, DOUBLE; NULL for an empty group.", ("var_pop(x)", "1; 2; 3; 4", "1.25"));

/// <summary>STDDEV(x).</summary>
internal sealed class DeviationSample() : SpreadOfNumbers<Root<ExactVariance<Sample>, long>, Root<Variance<Sample>, double>>("stddev", "stddev([DISTINCT] x)",
    "The sample standard deviation in x's unit, DOUBLE; NULL for fewer than two values.", ("stddev(x)", "1; 2; 3; 4", "1.2909944487358056"))
{
    public override IReadOnlyList<string> Aliases => ["stddev_samp"];
}

/// <summary>STDDEV_POP(x).</summary>
internal sealed class DeviationPopulation() : SpreadOfNumbers<Root<ExactVariance<Population>, long>, Root<Variance<Population>, double>>("stddev_pop", "stddev_pop([DISTINCT] x)",
    "The population standard deviation in x's unit, DOUBLE; NULL for an empty group.", ("stddev_pop(x)", "2; 4; 4; 4; 5; 5; 7; 9", "2"));

/// <summary>An aggregate of numbers taken as DOUBLE.</summary>
internal abstract class Spread<TState>(string name, string syntax, string summary, params (string, string, string)[] examples) : BuiltInAggregate(name, syntax, summary, examples)
    where TState : unmanaged, IAggregate<TState, double, double>
{
    protected override Signature? Resolve(DataType argument) => argument.IsNumeric || argument.Kind == TypeKind.Null ? Form(DataType.Double, DataType.Double) : null;

    protected override AggregateStates CreateStates(Signature signature, MemoryOwner memory, bool retracts) => Plain<TState, double, double>(signature, memory);
}

/// <summary>An aggregate that takes whole numbers and DECIMAL up to 18 digits exactly, other numbers as DOUBLE.</summary>
internal abstract class SpreadOfNumbers<TExact, TDouble>(string name, string syntax, string summary, params (string, string, string)[] examples) : Spread<TDouble>(name, syntax, summary, examples)
    where TExact : unmanaged, IAggregate<TExact, long, double>
    where TDouble : unmanaged, IAggregate<TDouble, double, double>
{
    protected override Signature? Resolve(DataType argument) => argument switch
    {
        { Kind: TypeKind.Integer or TypeKind.BigInt } => Form(DataType.Double, DataType.BigInt),
        { Kind: TypeKind.Decimal, Storage: Storage.Long } => Form(DataType.Double, argument),
        _ => base.Resolve(argument),
    };

    protected override AggregateStates CreateStates(Signature signature, MemoryOwner memory, bool retracts) =>
        signature.Parameters[0].Storage == Storage.Long ? Plain<TExact, long, double>(signature, memory) : base.CreateStates(signature, memory, retracts);
}

/// <summary>Count, sum and sum of squares of DOUBLE, the sums in 106 bits.</summary>
/// <remarks>
/// Welford's recurrence is stable while values are added, but not when they are taken back, and its result depends on their order. Here a mean of 10^8 deviations
/// still leaves some 16 digits. State: 72 bytes. NaN or an infinity among the values gives NaN; a value of 2^450 (3e135) or more, whose square is no longer a DOUBLE, gives infinity as long as it
/// stands beside another.
/// </remarks>
struct Moments
{
    CompensatedSum _sum;
    CompensatedSum _squares;
    long _count;

    const double Noise = 1.0 / (1L << 53) / (1L << 53);

    public readonly long Count => _count;

    public void Add(double value)
    {
        if (Math.Abs(value) < Exact.SquareLimit)
        {
            _sum.Add(value);
            _squares.AddProduct(value, value);
        }
        else AddLarge(value, 1);
        _count++;
    }

    public void Add(double value, int weight)
    {
        if (Math.Abs(value) < Exact.SquareLimit)
        {
            _sum.Add(value, weight);
            _squares.Add(Exact.Product(value, value), weight);
        }
        else AddLarge(value, weight);
        _count += weight;
    }

    void AddLarge(double value, int weight)
    {
        if (double.IsFinite(value)) _squares.Add(double.PositiveInfinity, weight);
        else _sum.Add(value, weight);
    }

    public void Merge(in Moments other)
    {
        _sum.Merge(in other._sum);
        _squares.Merge(in other._squares);
        _count += other._count;
    }

    /// <summary>The sum of squared distances from the mean; of values that are all equal, or of one, 0.</summary>
    public readonly double Distances
    {
        get
        {
            if (!_sum.IsFinite) return double.NaN;
            if (_count == 1) return 0;
            if (!_squares.IsFinite) return double.PositiveInfinity;
            var mean = Exact.Divide(Exact.Square(_sum.Parts), _count);
            var (high, low) = Exact.Add(_squares.Parts, (-mean.High, -mean.Low));
            var distances = high + low;
            // What is left of equal values is the noise of additions in 106 bits.
            return double.IsNaN(high) ? high : distances < _squares.Result * Noise * _count ? 0 : distances;
        }
    }
}

/// <summary>What the squared distances are divided by.</summary>
interface IDivisor
{
    static abstract long Of(long count);
}

readonly struct Sample : IDivisor
{
    public static long Of(long count) => count - 1;
}

readonly struct Population : IDivisor
{
    public static long Of(long count) => count;
}

struct Variance<TDivisor> : IAggregate<Variance<TDivisor>, double, double> where TDivisor : IDivisor
{
    Moments _moments;

    public void Add(double value) => _moments.Add(value);
    public void Add(double value, int weight) => _moments.Add(value, weight);
    public void Merge(in Variance<TDivisor> other) => _moments.Merge(in other._moments);

    public readonly bool TryResult(Signature signature, out double result)
    {
        var divisor = TDivisor.Of(_moments.Count);
        result = divisor > 0 ? _moments.Distances / divisor : 0;
        return divisor > 0;
    }
}

/// <summary>The square root of what another aggregate gives.</summary>
struct Root<TSquare, TValue> : IAggregate<Root<TSquare, TValue>, TValue, double>
    where TSquare : unmanaged, IAggregate<TSquare, TValue, double>
    where TValue : unmanaged
{
#pragma warning disable CS0649 // it changes by its own Add
    TSquare _square;
#pragma warning restore CS0649

    public void Add(TValue value) => _square.Add(value);
    public void Add(TValue value, int weight) => _square.Add(value, weight);
    public void Merge(in Root<TSquare, TValue> other) => _square.Merge(in other._square);

    public readonly bool TryResult(Signature signature, out double result)
    {
        var isSome = _square.TryResult(signature, out result);
        result = Math.Sqrt(result);
        return isSome;
    }
}

using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>Skewness and kurtosis: sums of the first four powers, in 106 bits.</summary>
/// <remarks>Powers sums can be taken back and come in any order. A mean of 10^6 deviations still leaves some 8 digits. State: 136 bytes. NaN, an infinity or a value of 2^225 (5e67) or more gives NaN, as long as it is there.</remarks>
struct PowerSums
{
    CompensatedSum _x;
    CompensatedSum _x2;
    CompensatedSum _x3;
    CompensatedSum _x4;
    long _count;

    const double Noise = 1.0 / (1L << 53) / (1L << 50);

    static readonly double s_limit = Math.ScaleB(1, 225); // fourth powers below it and their sums are DOUBLE

    public readonly long Count => _count;

    public void Add(double value, int weight)
    {
        _x.Add(value, weight);
        _count += weight;
        if (!(Math.Abs(value) < s_limit))
        {
            if (double.IsFinite(value)) _x4.Add(double.NaN, weight);
            return;
        }
        var square = Exact.Product(value, value);
        _x2.Add(square, weight);
        _x3.Add(Exact.Multiply(square, (value, 0)), weight);
        _x4.Add(Exact.Multiply(square, square), weight);
    }

    public void Merge(in PowerSums other)
    {
        _x.Merge(in other._x);
        _x2.Merge(in other._x2);
        _x3.Merge(in other._x3);
        _x4.Merge(in other._x4);
        _count += other._count;
    }

    /// <summary>Sums of the second, third and fourth powers of distances from the mean; all 0 where all values are equal.</summary>
    public readonly (double Second, double Third, double Fourth) Central
    {
        get
        {
            if (!_x.IsFinite || !_x4.IsFinite) return (double.NaN, double.NaN, double.NaN);
            var mean = Exact.Divide(_x.Parts, _count);
            var square = Exact.Multiply(mean, mean);
            var cube = Exact.Multiply(square, mean);
            var (x, x2, x3) = (_x.Parts, _x2.Parts, _x3.Parts);
            var second = Exact.Add(x2, Exact.Negate(Exact.Multiply(mean, x)));
            if (second.High <= _x2.Result * Noise * _count) return (0, 0, 0);
            var third = Exact.Add(Exact.Add(x3, Times(Exact.Multiply(mean, x2), -3)), Times(Exact.Multiply(square, x), 2));
            var fourth = Exact.Add(Exact.Add(_x4.Parts, Times(Exact.Multiply(mean, x3), -4)), Exact.Add(Times(Exact.Multiply(square, x2), 6), Times(Exact.Multiply(cube, x), -3)));
            return (second.High, third.High, fourth.High);
        }
    }

    static (double High, double Low) Times((double High, double Low) a, double factor) => Exact.Multiply(a, (factor, 0));
}

/// <summary>SKEWNESS(x).</summary>
internal sealed class Skewness() : Spread<SkewnessState>("skewness", "skewness([DISTINCT] x)",
    "How lopsided the values are: the adjusted Fisher-Pearson coefficient, DOUBLE; NULL for fewer than three values or where all are equal.", ("round(skewness(x), 12)", "1; 2; 10", "1.652316740333"));

struct SkewnessState : IAggregate<SkewnessState, double, double>
{
    PowerSums _sums;

    public void Add(double value) => _sums.Add(value, 1);
    public void Add(double value, int weight) => _sums.Add(value, weight);
    public void Merge(in SkewnessState other) => _sums.Merge(in other._sums);

    public readonly bool TryResult(Signature signature, out double result)
    {
        result = 0;
        if (_sums.Count < 3) return false;
        var (n, (second, third, _)) = ((double)_sums.Count, _sums.Central);
        if (second == 0) return false;
        result = Math.Sqrt(n * (n - 1)) / (n - 2) * (third / n / Math.Pow(second / n, 1.5));
        return true;
    }
}

/// <summary>KURTOSIS(x).</summary>
internal sealed class Kurtosis() : Spread<KurtosisState<Sampled>>("kurtosis", "kurtosis([DISTINCT] x)",
    "How heavy the tails are: excess kurtosis corrected for samples, DOUBLE (0 for a normal distribution); NULL for fewer than four values or where all are equal.", ("round(kurtosis(x), 12)", "1; 2; 3; 4; 10", "3.152"));

/// <summary>KURTOSIS_POP(x).</summary>
internal sealed class KurtosisPopulation() : Spread<KurtosisState<Whole>>("kurtosis_pop", "kurtosis_pop([DISTINCT] x)",
    "Excess kurtosis of a whole population, DOUBLE; NULL for an empty group or where all values are equal.", ("round(kurtosis_pop(x), 12)", "1; 2; 3; 4; 10", "-0.212"));

/// <summary>How a kurtosis is corrected.</summary>
interface ICorrection
{
    static abstract bool TryCorrect(double n, double ratio, out double result);
}

readonly struct Sampled : ICorrection
{
    public static bool TryCorrect(double n, double ratio, out double result)
    {
        result = (n - 1) * ((n + 1) * ratio - 3 * (n - 1)) / ((n - 2) * (n - 3));
        return n > 3;
    }
}

readonly struct Whole : ICorrection
{
    public static bool TryCorrect(double n, double ratio, out double result)
    {
        result = ratio - 3;
        return true;
    }
}

struct KurtosisState<TCorrection> : IAggregate<KurtosisState<TCorrection>, double, double> where TCorrection : ICorrection
{
    PowerSums _sums;

    public void Add(double value) => _sums.Add(value, 1);
    public void Add(double value, int weight) => _sums.Add(value, weight);
    public void Merge(in KurtosisState<TCorrection> other) => _sums.Merge(in other._sums);

    public readonly bool TryResult(Signature signature, out double result)
    {
        result = 0;
        if (_sums.Count <= 0) return false;
        var (n, (second, _, fourth)) = ((double)_sums.Count, _sums.Central);
        return second != 0 && TCorrection.TryCorrect(n, n * fourth / second / second, out result);
    }
}

/// <summary>GEOMETRIC_MEAN(x).</summary>
internal sealed class GeometricMean() : Spread<MeanOfLogarithms>("geometric_mean", "geometric_mean([DISTINCT] x)",
    "e to the mean of the logarithms, DOUBLE; 0 where a value is 0, NaN where one is below, NULL for an empty group.", ("round(geometric_mean(x), 9)", "1; 2; 4", "2"))
{
    public override IReadOnlyList<string> Aliases => ["geomean"];
}

struct MeanOfLogarithms : IAggregate<MeanOfLogarithms, double, double>
{
    CompensatedSum _sum;
    long _count;

    public void Add(double value) => Add(value, 1);

    public void Add(double value, int weight)
    {
        _sum.Add(Math.Log(value), weight);
        _count += weight;
    }

    public void Merge(in MeanOfLogarithms other)
    {
        _sum.Merge(in other._sum);
        _count += other._count;
    }

    public readonly bool TryResult(Signature signature, out double result)
    {
        result = _count == 0 ? 0 : Math.Exp(_sum.Result / _count);
        return _count != 0;
    }
}

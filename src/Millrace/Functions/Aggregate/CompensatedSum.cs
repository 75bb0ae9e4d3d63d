using System.Runtime.CompilerServices;

namespace Millrace.Functions.Aggregate;

/// <summary>The sum of doubles with what rounding lost kept beside it, so that adding, taking back and merging in any order give the same number.</summary>
/// <remarks>
/// Every addition is split into the rounded sum and its exact error (Knuth's TwoSum); the errors are summed up too (Neumaier 1974). The result of n values is off by at
/// most half a unit of its last place plus n² · 2^-106 · Σ|x|: as if summed in 106 bits. NaN and infinities are counted apart, so they can be taken back.
/// From the first value of 2^900 or more on the sum is kept divided by 2^128, so that no sum overflows on the way: only a result beyond 1.8e308 is infinite. State: 32 bytes.
/// </remarks>
struct CompensatedSum
{
    double _sum;
    double _error;
    int _nans;
    int _isScaled;
    int _infinities;
    int _negativeInfinities;

    static readonly double s_large = Math.ScaleB(1, 900), s_down = Math.ScaleB(1, -128), s_up = Math.ScaleB(1, 128);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(double value)
    {
        if (Math.Abs(value) < s_large && _isScaled == 0) AddFinite(value);
        else AddAny(value, 1);
    }

    public void Add(double value, int weight)
    {
        if (Math.Abs(value) < s_large && _isScaled == 0) AddProduct(value, weight);
        else AddAny(value, weight);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void AddAny(double value, int weight)
    {
        if (double.IsFinite(value))
        {
            ScaleDown();
            AddProduct(value * s_down, weight);
        }
        else if (double.IsNaN(value)) _nans += weight;
        else if (value > 0) _infinities += weight;
        else _negativeInfinities += weight;
    }

    void ScaleDown()
    {
        if (_isScaled != 0) return;
        _isScaled = 1;
        Scale(s_down);
    }

    /// <summary>Adds the exact product of two finite numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddProduct(double a, double b)
    {
        var product = a * b;
        AddFinite(product);
        if (double.IsFinite(product)) _error += Math.FusedMultiplyAdd(a, b, -product);
    }

    /// <summary>Adds a finite number of twice the digits some times.</summary>
    public void Add((double High, double Low) value, int weight)
    {
        AddProduct(value.High, weight);
        AddProduct(value.Low, weight);
    }

    /// <summary>Multiplies all by a power of two, which loses nothing.</summary>
    public void Scale(double powerOfTwo)
    {
        _sum *= powerOfTwo;
        _error *= powerOfTwo;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Merge(in CompensatedSum other)
    {
        if ((_isScaled | other._isScaled) != 0) MergeScaled(other);
        else
        {
            AddFinite(other._sum);
            _error += other._error;
        }
        _nans += other._nans;
        _infinities += other._infinities;
        _negativeInfinities += other._negativeInfinities;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    void MergeScaled(CompensatedSum other)
    {
        ScaleDown();
        other.ScaleDown();
        AddFinite(other._sum);
        _error += other._error;
    }

    /// <summary>Whether every value was a number.</summary>
    public readonly bool IsFinite => _nans == 0 && (_infinities | _negativeInfinities) == 0;

    public readonly double Result
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => !IsFinite ? Infinite() : !double.IsFinite(_sum) ? _sum : _isScaled == 0 ? _sum + _error : (_sum + _error) * s_up;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    readonly double Infinite()
    {
        if (_nans != 0 || _infinities != 0 && _negativeInfinities != 0) return double.NaN;
        return _infinities != 0 ? double.PositiveInfinity : double.NegativeInfinity;
    }

    /// <summary>The sum and what it lost; both together are the finite part.</summary>
    public readonly (double High, double Low) Parts => _isScaled == 0 ? Exact.Sum(_sum, _error) : Exact.Sum(_sum * s_up, _error * s_up);

    /// <summary>The sum of numbers, divided in twice the digits and rounded once: the mean of equal values is that value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly double DividedBy(long count) => Exact.Divide(Exact.Sum(_sum, _error), count).High * (_isScaled == 0 ? 1 : s_up);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void AddFinite(double value)
    {
        var sum = _sum + value;
        var added = sum - _sum;
        _error += _sum - (sum - added) + (value - added);
        _sum = sum;
    }
}

/// <summary>Arithmetic on pairs of doubles: about 106 bits.</summary>
static class Exact
{
    /// <summary>Below it squares and their sums are DOUBLE.</summary>
    public static readonly double SquareLimit = Math.ScaleB(1, 450);

    /// <summary>a + b as its rounded value and the exact rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (double High, double Low) Sum(double a, double b)
    {
        var sum = a + b;
        var added = sum - a;
        return (sum, a - (sum - added) + (b - added));
    }

    /// <summary>a * b as its rounded value and the exact rest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (double High, double Low) Product(double a, double b)
    {
        var product = a * b;
        return (product, Math.FusedMultiplyAdd(a, b, -product));
    }

    public static (double High, double Low) Add((double High, double Low) a, (double High, double Low) b)
    {
        var (high, low) = Sum(a.High, b.High);
        return Sum(high, low + (a.Low + b.Low));
    }

    public static (double High, double Low) Square((double High, double Low) a)
    {
        var (high, low) = Product(a.High, a.High);
        return Sum(high, low + 2 * a.High * a.Low);
    }

    public static (double High, double Low) Multiply((double High, double Low) a, (double High, double Low) b)
    {
        var (high, low) = Product(a.High, b.High);
        return Sum(high, low + (a.High * b.Low + a.Low * b.High));
    }

    public static (double High, double Low) Negate((double High, double Low) a) => (-a.High, -a.Low);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (double High, double Low) Divide((double High, double Low) a, double b)
    {
        var quotient = a.High / b;
        var (high, low) = Product(quotient, b);
        return Sum(quotient, (a.High - high - low + a.Low) / b);
    }
}

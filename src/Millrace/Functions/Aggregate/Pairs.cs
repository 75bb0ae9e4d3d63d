using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>How two columns go together: counts, sums, squares and products, the sums in 106 bits.</summary>
/// <remarks>State: 168 bytes. Rows in which one of the two is NULL are skipped; NaN, an infinity or a value of 2^450 (3e135) or more gives NaN, as long as it is there.</remarks>
struct PairSums
{
    CompensatedSum _y;
    CompensatedSum _x;
    CompensatedSum _yy;
    CompensatedSum _xx;
    CompensatedSum _xy;
    long _count;

    const double Noise = 1.0 / (1L << 53) / (1L << 51);

    public readonly long Count => _count;

    public void Add(double y, double x, int weight)
    {
        _y.Add(y, weight);
        _x.Add(x, weight);
        _count += weight;
        if (!(Math.Abs(y) < Exact.SquareLimit && Math.Abs(x) < Exact.SquareLimit))
        {
            if (double.IsFinite(y) && double.IsFinite(x)) _xy.Add(double.NaN, weight);
            return;
        }
        _yy.Add(Exact.Product(y, y), weight);
        _xx.Add(Exact.Product(x, x), weight);
        _xy.Add(Exact.Product(x, y), weight);
    }

    public void Merge(in PairSums other)
    {
        _y.Merge(in other._y);
        _x.Merge(in other._x);
        _yy.Merge(in other._yy);
        _xx.Merge(in other._xx);
        _xy.Merge(in other._xy);
        _count += other._count;
    }

    public readonly double MeanY => Mean(in _y);
    public readonly double MeanX => Mean(in _x);

    /// <summary>Whether every value was a number whose square is one.</summary>
    public readonly bool IsFinite => _x.IsFinite && _y.IsFinite && _xy.IsFinite;

    /// <summary>Sum of squared distances of y from its mean; 0 where all are equal.</summary>
    public readonly double Syy => IsFinite ? Distances(in _y, in _yy).High : double.NaN;

    /// <summary>Sum of squared distances of x from its mean; 0 where all are equal.</summary>
    public readonly double Sxx => IsFinite ? Distances(in _x, in _xx).High : double.NaN;

    /// <summary>Sum of the products of both distances.</summary>
    public readonly double Sxy => !IsFinite ? double.NaN : Sxx == 0 || Syy == 0 ? 0 : Products.High;

    /// <summary>Where the line of least squares crosses x = 0, if not all x are equal: (Σy · Sxx - Σx · Sxy) / (n · Sxx), of which the parts may be far greater than the whole.</summary>
    public readonly double Intercept
    {
        get
        {
            if (!IsFinite) return double.NaN;
            var products = Sxy == 0 ? default : Products;
            return Exact.Add(Exact.Multiply(_y.Parts, Distances(in _x, in _xx)), Exact.Negate(Exact.Multiply(_x.Parts, products))).High / _count / Sxx;
        }
    }

    readonly double Mean(in CompensatedSum sum) => sum.IsFinite ? sum.DividedBy(_count) : sum.Result;

    readonly (double High, double Low) Products => Exact.Add(_xy.Parts, Exact.Negate(Exact.Divide(Exact.Multiply(_x.Parts, _y.Parts), _count)));

    readonly (double High, double Low) Distances(in CompensatedSum sum, in CompensatedSum squares)
    {
        var distances = Exact.Add(squares.Parts, Exact.Negate(Exact.Divide(Exact.Square(sum.Parts), _count)));
        return distances.High <= squares.Result * Noise * _count ? default : distances;
    }
}

/// <summary>What is asked of the sums.</summary>
interface IPairResult
{
    /// <summary>The result, or false for NULL; there is at least one row.</summary>
    static abstract bool TryOf(in PairSums sums, out double result);
}

/// <summary>An aggregate of pairs of numbers, the dependent one first, as in SQL's standard.</summary>
internal sealed class OfPairs<TResult>(string name, string summary, string result) : AggregateFunction where TResult : IPairResult
{
    public override string Name => name;
    public override string Syntax => $"{name}(y, x)";
    public override string Summary => $"{summary} DOUBLE; rows in which y or x is NULL are skipped.";
    public override bool CanRetract => true;
    public override IReadOnlyList<Example> Examples => [new($"SELECT {name}(y, x) FROM (VALUES (2, 1), (3, 2), (7, 3), (NULL, 4)) AS t(y, x)", result)];

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) =>
        !distinct && arguments is [var y, var x] && IsNumber(y) && IsNumber(x) ? new([DataType.Double, DataType.Double], DataType.Double) : null;

    static bool IsNumber(DataType type) => type.IsNumeric || type.Kind == TypeKind.Null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) => new PairStates<TResult>(memory);
}

/// <summary>The <see cref="PairSums"/> of each group.</summary>
sealed class PairStates<TResult>(MemoryOwner memory) : AggregateStates where TResult : IPairResult
{
    PairSums[] _sums = [];

    public override void EnsureGroups(int count) => GroupArray.Grow(ref _sums, count, memory);

    public override void Add(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        GroupArray.AssertFits(groups, _sums.Length);
        var (ys, xs) = ((Column<double>)arguments[0], (Column<double>)arguments[1]);
        for (var i = 0; i < groups.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            if (!ys.IsNull(row) && !xs.IsNull(row)) _sums[groups[i]].Add(ys[row], xs[row], weights.IsEmpty ? 1 : weights[i]);
        }
    }

    public override void Merge(int group, AggregateStates other, int otherGroup) => _sums[group].Merge(in ((PairStates<TResult>)other)._sums[otherGroup]);
    public override void Reset(int group) => _sums[group] = default;

    public override void AppendResults(ReadOnlySpan<int> groups, Column results)
    {
        foreach (var group in groups)
        {
            if (_sums[group].Count > 0 && TResult.TryOf(in _sums[group], out var result)) ((Column<double>)results).Append(result + 0.0);
            else results.AppendNull();
        }
    }

    public override void Save(int group, StateWriter writer) => writer.Write(in _sums[group]);
    public override void Load(int group, ref StateReader reader) => _sums[group] = reader.Read<PairSums>();
    public override void Dispose() => GroupArray.Free(ref _sums, memory);
}

/// <summary>REGR_COUNT(y, x).</summary>
internal sealed class PairCount() : OverRows("regr_count", "regr_count(y, x)", "Number of rows in which neither y nor x is NULL; BIGINT, 0 for an empty group.",
    [("SELECT regr_count(y, x) FROM (VALUES (2, 1), (NULL, 2), (7, 3)) AS t(y, x)", "2")])
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) => !distinct && arguments is [var y, var x] ? Form(DataType.BigInt, y, x) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) => new States(memory);

    sealed class States(MemoryOwner memory) : AggregateStates
    {
        long[] _counts = [];

        public override void EnsureGroups(int count) => GroupArray.Grow(ref _counts, count, memory);

        public override void Add(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
        {
            for (var i = 0; i < groups.Length; i++)
            {
                var row = rows.IsEmpty ? i : rows[i];
                if (!arguments[0].IsNull(row) && !arguments[1].IsNull(row)) _counts[groups[i]] += weights.IsEmpty ? 1 : weights[i];
            }
        }

        public override void Merge(int group, AggregateStates other, int otherGroup) => _counts[group] += ((States)other)._counts[otherGroup];
        public override void Reset(int group) => _counts[group] = 0;

        public override void AppendResults(ReadOnlySpan<int> groups, Column results)
        {
            foreach (var group in groups) ((Column<long>)results).Append(_counts[group]);
        }

        public override void Save(int group, StateWriter writer) => writer.Write(in _counts[group]);
        public override void Load(int group, ref StateReader reader) => _counts[group] = reader.Read<long>();
        public override void Dispose() => GroupArray.Free(ref _counts, memory);
    }
}

/// <summary>CORR, COVAR and the REGR family.</summary>
internal static class Regression
{
    public static AggregateFunction[] All { get; } =
    [
        new OfPairs<Correlation>("corr", "The correlation coefficient, from -1 to 1; NULL where all y or all x are equal.", "0.944911182523068"),
        new OfPairs<CovariancePopulation>("covar_pop", "The population covariance; NULL for an empty group.", "1.6666666666666667"),
        new OfPairs<CovarianceSample>("covar_samp", "The sample covariance; NULL for fewer than two rows.", "2.5"),
        new OfPairs<Slope>("regr_slope", "The slope of the line that fits best by least squares; NULL where all x are equal.", "2.5"),
        new OfPairs<Intercept>("regr_intercept", "Where the line that fits best crosses x = 0; NULL where all x are equal.", "-1"),
        new OfPairs<Determination>("regr_r2", "The square of the correlation coefficient; NULL where all x are equal, 1 where only all y are.", "0.8928571428571429"),
        new OfPairs<AverageX>("regr_avgx", "The mean of x.", "2"),
        new OfPairs<AverageY>("regr_avgy", "The mean of y.", "4"),
        new OfPairs<SquaresX>("regr_sxx", "The sum of the squared distances of x from its mean.", "2"),
        new OfPairs<SquaresY>("regr_syy", "The sum of the squared distances of y from its mean.", "14"),
        new OfPairs<Products>("regr_sxy", "The sum of the products of both distances from their means.", "5"),
        new PairCount(),
    ];

    static bool Gives(out double target, double value, bool isThere = true)
    {
        target = isThere ? value : 0;
        return isThere;
    }

    readonly struct Correlation : IPairResult
    {
        public static bool TryOf(in PairSums sums, out double result) =>
            Gives(out result, double.IsNaN(sums.Sxy) ? double.NaN : Math.Clamp(sums.Sxy / Math.Sqrt(sums.Sxx) / Math.Sqrt(sums.Syy), -1, 1), sums.Sxx != 0 && sums.Syy != 0);
    }

    readonly struct CovariancePopulation : IPairResult
    {
        public static bool TryOf(in PairSums sums, out double result) => Gives(out result, sums.Sxy / sums.Count);
    }

    readonly struct CovarianceSample : IPairResult
    {
        public static bool TryOf(in PairSums sums, out double result) => Gives(out result, sums.Sxy / (sums.Count - 1), sums.Count > 1);
    }

    readonly struct Slope : IPairResult
    {
        public static bool TryOf(in PairSums sums, out double result) => Gives(out result, sums.Sxy / sums.Sxx, sums.Sxx != 0);
    }

    readonly struct Intercept : IPairResult
    {
        public static bool TryOf(in PairSums sums, out double result) => Gives(out result, sums.Intercept, sums.Sxx != 0);
    }

    readonly struct Determination : IPairResult
    {
        public static bool TryOf(in PairSums sums, out double result) =>
            Gives(out result, sums.Syy == 0 ? 1 : Math.Min(1, sums.Sxy / sums.Sxx * (sums.Sxy / sums.Syy)), sums.Sxx != 0);
    }

    readonly struct AverageX : IPairResult
    {
        public static bool TryOf(in PairSums sums, out double result) => Gives(out result, sums.MeanX);
    }

    readonly struct AverageY : IPairResult
    {
        public static bool TryOf(in PairSums sums, out double result) => Gives(out result, sums.MeanY);
    }

    readonly struct SquaresX : IPairResult
    {
        public static bool TryOf(in PairSums sums, out double result) => Gives(out result, sums.Sxx);
    }

    readonly struct SquaresY : IPairResult
    {
        public static bool TryOf(in PairSums sums, out double result) => Gives(out result, sums.Syy);
    }

    readonly struct Products : IPairResult
    {
        public static bool TryOf(in PairSums sums, out double result) => Gives(out result, sums.Sxy);
    }
}

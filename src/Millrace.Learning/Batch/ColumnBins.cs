using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Millrace.Learning.Images;

namespace Millrace.Learning.Batch;

/// <summary>Gives each value of a column one of 255 codes, so that a training counts by code and needs not sort again.</summary>
/// <remarks>
/// Numbers get codes 1 to 255 in their order: one for each value where there are no more, else one for an equal share of the rows. Categories are put in the order of the mean target of
/// their rows (Breiman et al. 1984, Classification and regression trees, 4.2), so that splits of the order part them well; the 255 most frequent ones have a code. 0 is missing, or a category without a code.
/// </remarks>
sealed class ColumnBins
{
    /// <summary>The greatest code.</summary>
    public const int CodeMax = 255;

    double[] _bounds = Empty(); // the value at and above which a code ends, 255 of them; +infinity where there is none
    int[]? _ofCategory;

    /// <summary>Codes of a column of numbers.</summary>
    /// <param name="values">Its numbers; NaN is left out. Sorted here.</param>
    public static ColumnBins OfNumbers(double[] values)
    {
        var count = 0;
        foreach (var value in values)
            if (!double.IsNaN(value)) values[count++] = value;
        var sorted = values.AsSpan(0, count);
        sorted.Sort();
        var bins = new ColumnBins();
        var distinct = 0;
        for (var i = 0; i < count; i++)
            if (i == 0 || sorted[i] != sorted[i - 1]) distinct++;
        if (distinct <= CodeMax)
        {
            var code = 0;
            for (var i = 1; i < count; i++)
                if (sorted[i] != sorted[i - 1]) bins._bounds[code++] = Between(sorted[i - 1], sorted[i]);
            return bins;
        }
        var bound = 0;
        for (var code = 1; code < CodeMax; code++)
        {
            var place = (int)((long)count * code / CodeMax);
            // The end of a run of equal values, so that they share a code.
            while (place < count && sorted[place] == sorted[place - 1]) place++;
            if (place == count) break;
            var between = Between(sorted[place - 1], sorted[place]);
            if (bound == 0 || between > bins._bounds[bound - 1]) bins._bounds[bound++] = between;
        }
        return bins;
    }

    /// <summary>Codes of a column of categories.</summary>
    /// <param name="codes">The category of each row, or -1.</param>
    /// <param name="targets">What the order goes by.</param>
    public static ColumnBins OfCategories(ReadOnlySpan<int> codes, ReadOnlySpan<double> targets)
    {
        var most = -1;
        foreach (var code in codes) most = Math.Max(most, code);
        var sums = new double[most + 1];
        var counts = new double[most + 1];
        for (var i = 0; i < codes.Length; i++)
        {
            if (codes[i] < 0) continue;
            sums[codes[i]] += targets[i];
            counts[codes[i]]++;
        }
        var frequent = Enumerable.Range(0, most + 1).Where(c => counts[c] > 0).OrderByDescending(c => counts[c]).ThenBy(c => c).Take(CodeMax);
        var bins = new ColumnBins { _ofCategory = new int[most + 1] };
        var next = 1;
        foreach (var category in frequent.OrderBy(c => sums[c] / counts[c]).ThenBy(c => c)) bins._ofCategory[category] = next++;
        return bins;
    }

    /// <summary>The code of a value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Code(double value)
    {
        if (_ofCategory is not null) return CategoryCode(value);
        if (double.IsNaN(value)) return 0;
        ref var bounds = ref MemoryMarshal.GetArrayDataReference(_bounds);
        var place = 0;
        for (var step = 128; step > 0; step >>= 1)
            if (Unsafe.Add(ref bounds, place + step - 1) <= value) place += step;
        return (byte)(place + 1);
    }

    byte CategoryCode(double value)
    {
        var category = FeatureSet.Code(value);
        return (uint)category < (uint)_ofCategory!.Length ? (byte)_ofCategory[category] : (byte)0;
    }

    public void Transfer(Archive archive)
    {
        archive.Array(ref _bounds, CodeMax);
        for (var i = 1; i < CodeMax; i++) archive.Require(_bounds[i] >= _bounds[i - 1], "bounds of a column are not in order");
        archive.Require(double.IsPositiveInfinity(_bounds[^1]), "a column has too many codes");
        var isNominal = _ofCategory is not null;
        archive.Value(ref isNominal);
        if (!isNominal)
        {
            _ofCategory = null;
            return;
        }
        _ofCategory ??= [];
        archive.Array(ref _ofCategory);
        foreach (var code in _ofCategory) archive.Require(code is >= 0 and <= CodeMax, "a category has no code");
    }

    static double Between(double low, double high)
    {
        var middle = low + (high - low) / 2;
        return middle > low ? middle : high;
    }

    static double[] Empty()
    {
        var bounds = new double[CodeMax];
        Array.Fill(bounds, double.PositiveInfinity);
        return bounds;
    }
}

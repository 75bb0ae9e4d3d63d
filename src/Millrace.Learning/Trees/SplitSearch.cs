using Millrace.Learning.Bayes;

namespace Millrace.Learning.Trees;

/// <summary>Finds the question that tells most about the class of a leaf's rows: by information gain.</summary>
/// <remarks>
/// Numbers are tried at ten bounds between least and greatest, the classes' weights on each side taken from their normal distributions (Pfahringer, Holmes and Kirkby 2008, Handling numeric
/// attributes in Hoeffding trees). Codes are tried one against the rest, and each by itself. A split that sends less than 1 % to all children but one is none.
/// Keeps its room between searches; not one number is allocated.
/// </remarks>
sealed class SplitSearch
{
    const int Bounds = 10;
    const double LeastShare = 0.01;

    double[] _left = [];
    double[] _right = [];

    /// <summary>The best split of a leaf, and the merit of the best one on another column.</summary>
    public Split Best(ClassStatistics statistics, out double second)
    {
        var classes = statistics.Weights.Length;
        if (_left.Length < classes) (_left, _right) = (new double[classes], new double[classes]);
        var entropy = Entropy(statistics.Weights, out _);
        var best = Split.None;
        second = double.NegativeInfinity;
        for (var i = 0; i < statistics.NumericColumns.Length; i++) Rank(BestBound(statistics, i, entropy), ref best, ref second);
        for (var i = 0; i < statistics.NominalColumns.Length; i++) Rank(BestCode(statistics, i, entropy), ref best, ref second);
        return best;
    }

    /// <summary>Weight of a class that a split sends to a child.</summary>
    public static double WeightIn(ClassStatistics statistics, in Split split, int child, int ofClass)
    {
        if (split.Kind == SplitKind.AtMost)
        {
            var i = statistics.NumericColumns.IndexOf(split.Column);
            var left = statistics.Numbers.WeightUpTo(ofClass, i, split.Bound);
            return child == 0 ? left : statistics.Numbers.Count(ofClass, i) - left;
        }
        var table = statistics.Codes[statistics.NominalColumns.IndexOf(split.Column)];
        if (split.Kind == SplitKind.EachCode) return table[child, ofClass];
        var equal = table[(int)split.Bound, ofClass];
        return child == 0 ? equal : table.Total(ofClass) - equal;
    }

    static void Rank(in Split split, ref Split best, ref double second)
    {
        if (split.Merit > best.Merit)
        {
            second = best.Merit;
            best = split;
        }
        else second = Math.Max(second, split.Merit);
    }

    Split BestBound(ClassStatistics statistics, int i, double entropy)
    {
        var numbers = statistics.Numbers;
        var classes = statistics.Weights.Length;
        double least = double.PositiveInfinity, greatest = double.NegativeInfinity;
        for (var c = 0; c < classes; c++)
        {
            least = Math.Min(least, numbers.Minimum(c, i));
            greatest = Math.Max(greatest, numbers.Maximum(c, i));
        }
        var best = Split.None;
        for (var b = 1; b <= Bounds; b++)
        {
            var bound = least + (greatest - least) * b / (Bounds + 1);
            if (!(bound < greatest && bound >= least)) continue;
            for (var c = 0; c < classes; c++)
            {
                _left[c] = numbers.WeightUpTo(c, i, bound);
                _right[c] = numbers.Count(c, i) - _left[c];
            }
            var merit = Merit(entropy, classes);
            if (merit > best.Merit) best = new(SplitKind.AtMost, statistics.NumericColumns[i], bound, merit);
        }
        return best;
    }

    Split BestCode(ClassStatistics statistics, int i, double entropy)
    {
        var table = statistics.Codes[i];
        var classes = Math.Min(statistics.Weights.Length, table.Classes);
        var best = Split.None;
        double total = 0, inside = 0;
        var large = 0;
        for (var c = 0; c < classes; c++) total += table.Total(c);
        for (var code = 0; code < table.Codes; code++)
        {
            for (var c = 0; c < classes; c++)
            {
                _left[c] = table[code, c];
                _right[c] = table.Total(c) - _left[c];
            }
            inside += Entropy(_left.AsSpan(0, classes), out var weight) * weight;
            if (weight > LeastShare * total) large++;
            var merit = Merit(entropy, classes);
            if (merit > best.Merit) best = new(SplitKind.Equal, statistics.NominalColumns[i], code, merit);
        }
        var each = large < 2 ? double.NegativeInfinity : entropy - inside / total;
        return each > best.Merit ? new(SplitKind.EachCode, statistics.NominalColumns[i], 0, each) : best;
    }

    double Merit(double entropy, int classes)
    {
        var left = Entropy(_left.AsSpan(0, classes), out var leftWeight);
        var right = Entropy(_right.AsSpan(0, classes), out var rightWeight);
        var total = leftWeight + rightWeight;
        return Math.Min(leftWeight, rightWeight) <= LeastShare * total ? double.NegativeInfinity : entropy - (left * leftWeight + right * rightWeight) / total;
    }

    /// <summary>Bits that tell the class: Σ -p log2 p.</summary>
    static double Entropy(ReadOnlySpan<double> weights, out double total)
    {
        double sum = 0, logs = 0;
        foreach (var weight in weights)
        {
            if (weight <= 0) continue;
            sum += weight;
            logs += weight * Math.Log2(weight);
        }
        total = sum;
        return sum > 0 ? Math.Log2(sum) - logs / sum : 0;
    }
}

using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Bayes;

/// <summary>What naive Bayes, and a leaf of a tree, knows of each class: its weight, and how each of some columns is distributed in it.</summary>
/// <remarks>It looks at given columns of the whole rows; a leaf of a forest sees only some.</remarks>
sealed class ClassStatistics
{
    readonly int[] _numeric;
    readonly int[] _nominal;
    readonly bool _isWhole;
    double[] _weights;

    public ClassStatistics(int[] numeric, int[] nominal, int classes)
    {
        (_numeric, _nominal) = (numeric, nominal);
        _isWhole = numeric.Length == 0 || numeric[^1] == numeric.Length - 1 && numeric[0] == 0;
        _weights = new double[classes];
        Numbers = new(numeric.Length, classes);
        Codes = [.. nominal.Select(_ => new NominalTable())];
    }

    public ReadOnlySpan<int> NumericColumns => _numeric;

    public ReadOnlySpan<int> NominalColumns => _nominal;

    public GaussianTable Numbers { get; }

    public NominalTable[] Codes { get; }

    /// <summary>Weight of each class.</summary>
    public ReadOnlySpan<double> Weights => _weights;

    public double TotalWeight { get; private set; }

    /// <summary>Room that <see cref="Gather"/> needs for rows of a number of numeric columns.</summary>
    public static double[] Scratch(int columns)
    {
        var scratch = new double[Lanes.Padded(columns)];
        Array.Fill(scratch, double.NaN);
        return scratch;
    }

    /// <summary>Copies this table's numbers out of a row, within ±1e100.</summary>
    public void Gather(ReadOnlySpan<double> features, Span<double> scratch)
    {
        if (_isWhole) Lanes.CopyBounded(features[.._numeric.Length], scratch);
        else for (var i = 0; i < _numeric.Length; i++) scratch[i] = Lanes.Bounded(features[_numeric[i]]);
        // A leaf of other columns may have left its numbers behind.
        scratch[_numeric.Length..].Fill(double.NaN);
    }

    /// <summary>Weighs classes only, without rows: what a new leaf gets from the split that made it.</summary>
    public void Weigh(int ofClass, double weight)
    {
        Grow(ofClass + 1);
        _weights[ofClass] += weight;
        TotalWeight += weight;
    }

    /// <summary>Takes a row whose numbers were gathered.</summary>
    public void Learn(ReadOnlySpan<double> features, ReadOnlySpan<double> gathered, int ofClass, double weight)
    {
        Weigh(ofClass, weight);
        if (_numeric.Length > 0) Numbers.Learn(gathered, ofClass, weight);
        for (var n = 0; n < _nominal.Length; n++)
        {
            var code = FeatureSet.Code(features[_nominal[n]]);
            if (code >= 0) Codes[n].Learn(code, ofClass, weight);
        }
    }

    /// <summary>The logarithm of how likely each class is with a row whose numbers were gathered, but for a constant; -∞ for classes never seen.</summary>
    public void LogVotes(ReadOnlySpan<double> features, ReadOnlySpan<double> gathered, Span<double> logs)
    {
        for (var c = 0; c < _weights.Length; c++)
        {
            if (_weights[c] <= 0)
            {
                logs[c] = double.NegativeInfinity;
                continue;
            }
            var log = _numeric.Length > 0 ? Numbers.LogDensity(gathered, c) : 0;
            var product = _weights[c];
            for (var n = 0; n < _nominal.Length; n++)
            {
                var code = FeatureSet.Code(features[_nominal[n]]);
                if (code < 0) continue;
                product *= Codes[n].Share(code, c);
                if (product > 1e-250) continue;
                log += Math.Log(product);
                product = 1;
            }
            logs[c] = log + Math.Log(product);
        }
        logs[_weights.Length..].Fill(double.NegativeInfinity);
    }

    public void Merge(ClassStatistics other)
    {
        for (var c = 0; c < other._weights.Length; c++)
            if (other._weights[c] > 0) Weigh(c, other._weights[c]);
        Numbers.Merge(other.Numbers);
        for (var n = 0; n < Codes.Length; n++) Codes[n].Merge(other.Codes[n]);
    }

    public void Grow(int classes)
    {
        if (classes <= _weights.Length) return;
        Array.Resize(ref _weights, classes);
        Numbers.Grow(classes);
    }

    public void Transfer(Archive archive)
    {
        archive.Array(ref _weights);
        var total = TotalWeight;
        archive.Value(ref total);
        TotalWeight = total;
        Numbers.Transfer(archive);
        archive.Require(_numeric.Length == 0 || Numbers.Classes == _weights.Length, "a table of numbers does not fit its classes");
        foreach (var table in Codes) table.Transfer(archive);
    }
}

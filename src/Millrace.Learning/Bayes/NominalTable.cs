using Millrace.Learning.Images;

namespace Millrace.Learning.Bayes;

/// <summary>For one nominal column: how often each class came with each code.</summary>
/// <remarks>Code-major, so that a row's code touches one stretch: counts[code × classes + class]. Grows with codes and classes.</remarks>
sealed class NominalTable
{
    double[] _counts = [];
    double[] _totals = [];

    public int Codes => _totals.Length == 0 ? 0 : _counts.Length / _totals.Length;

    public int Classes => _totals.Length;

    /// <summary>Weight of a class with a code.</summary>
    public double this[int code, int ofClass] => (uint)code < (uint)Codes && ofClass < Classes ? _counts[code * Classes + ofClass] : 0;

    /// <summary>Weight of a class with any code.</summary>
    public double Total(int ofClass) => ofClass < Classes ? _totals[ofClass] : 0;

    public void Learn(int code, int ofClass, double weight)
    {
        if (ofClass >= Classes || code >= Codes) Grow(Math.Max(code + 1, Codes), Math.Max(ofClass + 1, Classes));
        _counts[code * Classes + ofClass] += weight;
        _totals[ofClass] += weight;
    }

    /// <summary>The share of a code in a class, with one more row of each code (Laplace), so that what was never seen is not impossible.</summary>
    public double Share(int code, int ofClass) => (this[code, ofClass] + 1) / (Total(ofClass) + Math.Max(Codes, code + 1));

    public void Merge(NominalTable other)
    {
        for (var code = 0; code < other.Codes; code++)
            for (var c = 0; c < other.Classes; c++)
                if (other[code, c] > 0) Learn(code, c, other[code, c]);
    }

    public void Transfer(Archive archive)
    {
        archive.Array(ref _counts);
        archive.Array(ref _totals);
        archive.Require(_totals.Length == 0 ? _counts.Length == 0 : _counts.Length % _totals.Length == 0, "a table of codes does not fit its classes");
    }

    void Grow(int codes, int classes)
    {
        var counts = new double[codes * classes];
        for (var code = 0; code < Codes; code++) _counts.AsSpan(code * Classes, Classes).CopyTo(counts.AsSpan(code * classes));
        _counts = counts;
        Array.Resize(ref _totals, classes);
    }
}

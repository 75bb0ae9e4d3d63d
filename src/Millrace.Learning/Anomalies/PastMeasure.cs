using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Anomalies;

/// <summary>A measure's past, by which its next value is judged: how many times the level that 1 % of it passed.</summary>
sealed class PastMeasure
{
    const int Kept = 4096, Enough = 50;
    const double Level = 0.99;

    readonly RecentValues _past = new(Kept);

    /// <summary>The ratio of a value to the level; 0 before there are 50.</summary>
    /// <param name="value">0 or more.</param>
    /// <param name="least">What counts as nothing, added to the level.</param>
    public double Ratio(double value, double least)
    {
        if (_past.Count < Enough || !(value > 0)) return 0;
        var level = _past.Sorted[Math.Min(_past.Count - 1, (int)(Level * _past.Count))] + least;
        return level > 0 ? Math.Min(value / level, 1e9) : 1e9;
    }

    public void Add(double value) => _past.Add(value);

    public void Transfer(Archive archive) => _past.Transfer(archive);
}

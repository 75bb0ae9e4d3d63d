using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Drift;

/// <summary>Keeps a window as long as its older and newer parts have one mean, and cuts it where they have not: it tells that something changed, and what holds now.</summary>
/// <remarks>
/// <para>
/// The window is kept as sums over buckets of 1, 2, 4 ... values, five or six of each size: about 100 bytes per doubling of its length. At every 32nd value each border between buckets is
/// tried: with m = 1/n0 + 1/n1 (each less 4) a cut is due where |mean0 - mean1| > √(2 m σ² ln(2 ln n / δ)) + 2/3 m ln(2 ln n / δ). Any numbers of one size; no warnings.
/// </para>
/// <para>Weakness: slow change within the bound is never told; single outliers of a large size widen the bound.</para>
/// <para>Bifet and Gavaldà (2007), Learning from time-changing data with adaptive windowing, SDM.</para>
/// </remarks>
public sealed class Adwin : IDriftDetector
{
    const int Slots = 6, Clock = 32, Grace = 10, PartMin = 5, LevelsMax = 60;

    double _confidence;
    double[] _totals = new double[Slots];
    double[] _variances = new double[Slots];
    int[] _counts = new int[1];
    double _width, _total, _variance;
    int _ticks;

    /// <summary>A detector that has seen nothing.</summary>
    /// <param name="confidence">δ: chance of a false cut at one try, above 0 and below 1; smaller is calmer.</param>
    public Adwin(double confidence = 0.002)
    {
        if (!(confidence > 0 && confidence < 1)) throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "The confidence is above 0 and below 1.");
        _confidence = confidence;
    }

    /// <summary>Number of values in the window.</summary>
    public double Width => _width;

    /// <summary>Their mean: 0 of none.</summary>
    public double Mean => _width > 0 ? _total / _width : 0;

    /// <summary>Their variance: 0 of none.</summary>
    public double Variance => _width > 0 ? _variance / _width : 0;

    /// <inheritdoc/>
    public bool IsWarning => false;

    /// <inheritdoc/>
    public bool Update(double value)
    {
        if (double.IsNaN(value)) return false;
        value = Lanes.Bounded(value);
        if (_width > 0)
        {
            var distance = value - _total / _width;
            _variance += _width * distance * distance / (_width + 1);
        }
        _width++;
        _total += value;
        Insert(value);
        return (++_ticks & (Clock - 1)) == 0 && _width > Grace && Shrink();
    }

    /// <inheritdoc/>
    public void Reset()
    {
        (_totals, _variances, _counts) = (new double[Slots], new double[Slots], new int[1]);
        (_width, _total, _variance, _ticks) = (0, 0, 0, 0);
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        archive.Value(ref _confidence);
        archive.Array(ref _counts);
        archive.Require(_counts.Length is > 0 and <= LevelsMax, "a window has no levels");
        foreach (var count in _counts) archive.Require(count is >= 0 and < Slots, "a level holds too many buckets");
        archive.Array(ref _totals, _counts.Length * Slots);
        archive.Array(ref _variances, _counts.Length * Slots);
        archive.Value(ref _width);
        archive.Value(ref _total);
        archive.Value(ref _variance);
        archive.Value(ref _ticks);
        var width = 0.0;
        for (var level = 0; level < _counts.Length; level++) width += _counts[level] * Math.ScaleB(1, level);
        archive.Require(width == _width, "a window has another length than its buckets");
    }

    // Within a level the oldest bucket stands first.
    void Insert(double value)
    {
        _totals[_counts[0]] = value;
        _variances[_counts[0]++] = 0;
        for (var level = 0; _counts[level] == Slots; level++)
        {
            if (level + 1 == _counts.Length) AddLevel();
            var first = level * Slots;
            var size = Math.ScaleB(1, level);
            var (one, two) = (_totals[first], _totals[first + 1]);
            var distance = (one - two) / size;
            var target = (level + 1) * Slots + _counts[level + 1]++;
            _totals[target] = one + two;
            _variances[target] = _variances[first] + _variances[first + 1] + size * distance * distance / 2;
            RemoveOldest(level, 2);
        }
    }

    void RemoveOldest(int level, int count)
    {
        var first = level * Slots;
        var left = _counts[level] -= count;
        for (var i = first; i < first + left; i++)
        {
            _totals[i] = _totals[i + count];
            _variances[i] = _variances[i + count];
        }
    }

    void AddLevel()
    {
        var levels = _counts.Length + 1;
        Array.Resize(ref _counts, levels);
        Array.Resize(ref _totals, levels * Slots);
        Array.Resize(ref _variances, levels * Slots);
    }

    bool Shrink()
    {
        var isCut = false;
        while (_width > Grace && HasCut())
        {
            DropOldest();
            isCut = true;
        }
        return isCut;
    }

    // |u0/n0 - u1/n1| > √(2 m v) + 2/3 m d with m = s / p, multiplied by p: one division a border and no root.
    bool HasCut()
    {
        var d = Math.Log(2 * Math.Log(_width) / _confidence);
        var v = 2 * d * _variance / _width;
        const double Less = PartMin - 1;
        var s = _width - 2 * Less;
        double n0 = 0, u0 = 0;
        for (var level = _counts.Length - 1; level >= 0; level--)
        {
            var size = Math.ScaleB(1, level);
            var end = level * Slots + _counts[level];
            for (var i = level * Slots; i < end; i++)
            {
                n0 += size;
                u0 += _totals[i];
                var n1 = _width - n0;
                if (n1 < PartMin) return false;
                if (n0 < PartMin) continue;
                var p = (n0 - Less) * (n1 - Less);
                var over = Math.Abs(u0 * n1 - (_total - u0) * n0) * (p / (n0 * n1)) - 2.0 / 3 * d * s;
                if (over > 0 && over * over > v * s * p) return true;
            }
        }
        return false;
    }

    void DropOldest()
    {
        var level = _counts.Length - 1;
        while (_counts[level] == 0) level--;
        var size = Math.ScaleB(1, level);
        var total = _totals[level * Slots];
        var variance = _variances[level * Slots];
        _width -= size;
        _total -= total;
        var distance = total / size - _total / _width;
        _variance = Math.Max(0, _variance - variance - size * _width * distance * distance / (size + _width));
        RemoveOldest(level, 1);
    }
}

using System.Runtime.CompilerServices;

namespace Millrace.Sketches.Quantiles;

/// <summary>Weights by bin, in one array from the lowest to the highest bin that was used; with a limit the bins at one end are one.</summary>
sealed class BinStore(int binsMax, bool collapsesHighest)
{
    const int Step = 64;

    double[] _weights = [];
    int _offset; // bin of the first element
    int _low = int.MaxValue;
    int _high = int.MinValue;

    // The used bins among those that were allowed: what falls there is added without a further look.
    int _least = int.MinValue;
    int _greatest = int.MaxValue;
    int _plainLow;
    uint _plainCount;

    public bool IsEmpty => _low > _high;

    public int Low => _low;

    public int High => _high;

    public long MemorySize => 80 + 8L * _weights.Length;

    public double Weight
    {
        get
        {
            var total = 0.0;
            if (!IsEmpty)
                foreach (var weight in Used) total += weight;
            return total;
        }
    }

    /// <summary>Weights from bin <see cref="Low"/> to <see cref="High"/>.</summary>
    public ReadOnlySpan<double> Used => IsEmpty ? default : _weights.AsSpan(_low - _offset, _high - _low + 1);

    /// <summary>Keeps <see cref="TryAdd"/> to bins whose values all have a bin.</summary>
    public void LimitTo(int least, int greatest) => (_least, _greatest) = (least, greatest);

    /// <summary>Adds 1 to a bin within the range that is used; false if it is not, or at the ends of all bins.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryAdd(int bin)
    {
        if ((uint)(bin - _plainLow) >= _plainCount) return false;
        _weights[bin - _offset]++;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int bin, double weight)
    {
        // Within the ends that were used there is nothing to look after.
        if (bin < _low || bin > _high) bin = MakeRoom(bin);
        _weights[bin - _offset] += weight;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<int> bins)
    {
        foreach (var bin in bins) Add(bin, 1);
    }

    public void Scale(double factor)
    {
        foreach (ref var weight in _weights.AsSpan()) weight *= factor;
    }

    public void Merge(BinStore other, double factor)
    {
        if (other.IsEmpty) return;
        var from = other.Used;
        var low = other._low;
        if (binsMax == 0 || Math.Max(_high, (long)other._high) - Math.Min(_low, (long)other._low) < binsMax)
        {
            MakeRoom(other._low);
            MakeRoom(other._high);
            var to = _weights.AsSpan(low - _offset, from.Length);
            for (var i = 0; i < from.Length; i++) to[i] += from[i] * factor;
            return;
        }
        // From the end that keeps its bins on, so that those of the other end collapse where they belong.
        from = from.ToArray();
        for (var i = 0; i < from.Length; i++)
        {
            var at = collapsesHighest ? i : from.Length - 1 - i;
            if (from[at] != 0) Add(low + at, from[at] * factor);
        }
    }

    // The bin, or the outermost one that it is collapsed into, becomes part of the range.
    [MethodImpl(MethodImplOptions.NoInlining)]
    int MakeRoom(int bin)
    {
        if (bin >= _low && bin <= _high) return bin;
        if (IsEmpty)
        {
            _weights = new double[Math.Min(Step, binsMax == 0 ? Step : binsMax)];
            _offset = bin;
            _low = _high = bin;
            Widen();
            return bin;
        }

        var low = Math.Min(_low, bin);
        var high = Math.Max(_high, bin);
        if (binsMax > 0 && (long)high - low >= binsMax)
        {
            if (collapsesHighest)
            {
                high = low + binsMax - 1;
                bin = Math.Min(bin, high);
            }
            else
            {
                low = high - binsMax + 1;
                bin = Math.Max(bin, low);
            }
        }
        if (low == _low && high == _high) return bin;

        if (low < _offset || high >= (long)_offset + _weights.Length || low > _low || high < _high) Move(low, high);
        (_low, _high) = (low, high);
        Widen();
        return bin;
    }

    void Widen()
    {
        _plainLow = Math.Max(_low, _least);
        _plainCount = (uint)Math.Max(0, Math.Min(_high, _greatest) - (long)_plainLow + 1);
    }

    // A new array for the new range, with room at the side that grew; what lies outside of the range is added to its nearest end.
    void Move(int low, int high)
    {
        var needed = (long)high - low + 1;
        var length = (int)Math.Min(Array.MaxLength, Math.Max(needed, Math.Min(needed + Math.Max(Step, _weights.Length / 2), binsMax == 0 ? long.MaxValue : binsMax)));
        var weights = new double[length];
        var offset = low < _low ? Math.Max((long)high - length + 1, int.MinValue) : low;
        for (var bin = _low; bin <= _high; bin++)
        {
            weights[Math.Clamp(bin, low, high) - offset] += _weights[bin - _offset];
            if (bin == int.MaxValue) break;
        }
        _weights = weights;
        _offset = (int)offset;
    }
}

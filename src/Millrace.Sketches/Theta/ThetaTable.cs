using System.Diagnostics;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Millrace.Sketches.Theta;

/// <summary>The hashes below a threshold, theta: a table that lowers theta whenever it holds too many, so that about K stay. Each may carry a sum.</summary>
/// <remarks>
/// Hashes have 63 bits and are not 0, which marks a free place. The table grows eightfold at half load up to 2K places; then, at 15/16, theta becomes the
/// hash of rank K and those from it on go (quick select). That happens once for each 7/8 K hashes taken, more and more rarely as theta falls.
/// </remarks>
sealed class ThetaTable
{
    /// <summary>Theta that lets everything pass.</summary>
    public const ulong MaxTheta = long.MaxValue;

    /// <summary>Least and greatest base-2 logarithm of K.</summary>
    public const int MinLgK = 5, MaxLgK = 26;

    const int LgGrowth = 3;

    ulong[] _hashes;
    double[]? _sums;
    int _limit;

    /// <summary>An empty table.</summary>
    public ThetaTable(int lgK, ulong theta, bool hasSums)
    {
        LgK = lgK;
        Theta = theta;
        var lgSize = (lgK + 1 - MinLgK) % LgGrowth + MinLgK;
        _hashes = new ulong[1 << lgSize];
        if (hasSums) _sums = new double[_hashes.Length];
        _limit = Limit();
    }

    /// <summary>Base-2 logarithm of K.</summary>
    public int LgK { get; }

    /// <summary>Hashes from here on do not get in.</summary>
    public ulong Theta { get; private set; }

    /// <summary>How many hashes there are.</summary>
    public int Count { get; private set; }

    /// <summary>The table as it is; 0 is free.</summary>
    public ReadOnlySpan<ulong> Hashes => _hashes;

    /// <summary>Bytes of the arrays.</summary>
    public long MemorySize => 80 + _hashes.Length * 8L + (_sums is null ? 0 : 24 + _sums.Length * 8L);

    int LgSize => BitOperations.Log2((uint)_hashes.Length);

    int Limit() => LgSize <= LgK ? _hashes.Length / 2 : _hashes.Length / 16 * 15;

    /// <summary>Puts in a hash below theta; one that is there already stays.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Add(ulong hash)
    {
        Debug.Assert(_sums is null, "A table with sums gets one with each hash.");
        if (hash == 0) return;
        var place = Find(_hashes, LgSize, hash);
        if (_hashes[place] == hash) return;
        _hashes[place] = hash;
        if (++Count > _limit) MakeRoom();
    }

    /// <summary>Puts in a hash below theta with a sum, or adds the sum to that of one that is there already.</summary>
    public void Add(ulong hash, double sum)
    {
        if (hash == 0) return;
        var place = Find(_hashes, LgSize, hash);
        if (_hashes[place] == hash)
        {
            _sums![place] += sum;
            return;
        }
        _hashes[place] = hash;
        _sums![place] = sum;
        if (++Count > _limit) MakeRoom();
    }

    void MakeRoom()
    {
        if (LgSize <= LgK) Rehash(Math.Min(LgSize + LgGrowth, LgK + 1));
        else Trim();
        _limit = Limit();
    }

    /// <summary>Lowers theta so that at most K hashes stay.</summary>
    public void Trim()
    {
        var k = 1 << LgK;
        if (Count <= k) return;
        var all = new ulong[Count];
        CopyTo(all, Theta);
        Theta = QuickSelect.At(all, k);
        Rehash(LgSize);
    }

    // A table of a size with the hashes below theta.
    void Rehash(int lgSize)
    {
        var hashes = new ulong[1 << lgSize];
        var sums = _sums is null ? null : new double[hashes.Length];
        Count = 0;
        for (var i = 0; i < _hashes.Length; i++)
        {
            var hash = _hashes[i];
            if (hash == 0 || hash >= Theta) continue;
            var place = Find(hashes, lgSize, hash);
            hashes[place] = hash;
            if (sums is not null) sums[place] = _sums![i];
            Count++;
        }
        _hashes = hashes;
        _sums = sums;
    }

    /// <summary>Copies the hashes below a threshold, in no order.</summary>
    /// <returns>How many there are.</returns>
    public int CopyTo(Span<ulong> target, ulong below)
    {
        var count = 0;
        foreach (var hash in _hashes)
            if (hash != 0 && hash < below) target[count++] = hash;
        return count;
    }

    /// <summary>Copies the hashes below a threshold and their sums, in no order.</summary>
    public void CopyTo(Span<ulong> hashes, Span<double> sums, ulong below)
    {
        var count = 0;
        for (var i = 0; i < _hashes.Length; i++)
        {
            if (_hashes[i] == 0 || _hashes[i] >= below) continue;
            hashes[count] = _hashes[i];
            sums[count++] = _sums![i];
        }
    }

    /// <summary>How many hashes lie below a threshold.</summary>
    public int CountBelow(ulong below)
    {
        if (below >= Theta) return Count;
        var count = 0;
        foreach (var hash in _hashes)
            if (hash != 0 && hash < below) count++;
        return count;
    }

    // The place of a hash, or the free one where it belongs; odd steps visit every place, and the table is never full.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static int Find(ulong[] hashes, int lgSize, ulong hash)
    {
        var mask = (1 << lgSize) - 1;
        var step = 2 * ((int)(hash >> lgSize) & 127) + 1;
        var place = (int)hash & mask;
        while (hashes[place] != 0 && hashes[place] != hash) place = (place + step) & mask;
        return place;
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Millrace.Sketches.Sampling;

/// <summary>A sample of weighted items from which sums of weights are estimated with the least variance a sample of its size allows.</summary>
/// <remarks>
/// <para>
/// Heavy items are kept for sure, with their weight; the others are in the sample with a probability in proportion to their weight and all stand for the
/// same weight τ. The total is exact. For what the sum over any subset of items is (chosen afterwards), <see cref="EstimateSubset"/>.
/// </para>
/// <para>
/// Size: k items and up to k weights. Cost: some 20 ns an update. NaN and null are left out. Seeded. Two samples merge without bias; the result's k may
/// be smaller, where the items that one of them only stands for would otherwise be taken for exact.
/// </para>
/// <para>
/// Cohen, Duffield, Kaplan, Lund and Thorup (2009), Stream Sampling for Variance-Optimal Estimation of Subset Sums, SODA. Images as Apache DataSketches
/// (family 13; of unions, family 14, the result is read).
/// </para>
/// </remarks>
/// <typeparam name="T">double, float, long or string.</typeparam>
public sealed partial class VarOptSample<T> : ISketch<VarOptSample<T>, T>
{
    // Exact items, once there are light ones as a heap with the least weight on top.
    readonly List<T> _heavy = [];
    readonly List<double> _weights = [];
    // Items that each stand for the same weight.
    readonly List<T> _light = [];
    double _lightWeight;
    long _count;
    Coin _coin;

    /// <summary>Creates an empty sample.</summary>
    /// <param name="k">Greatest number of items, from 1.</param>
    /// <param name="seed">Seed of the draws.</param>
    /// <exception cref="ArgumentOutOfRangeException">k is below 1.</exception>
    /// <exception cref="NotSupportedException">The items are of another type.</exception>
    public VarOptSample(int k, ulong seed = 0)
    {
        Items<T>.RequireSupported();
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        K = k;
        _coin = new Coin(seed);
    }

    /// <summary>Greatest number of items.</summary>
    public int K { get; private set; }

    /// <summary>Number of items seen.</summary>
    public long Count => _count;

    /// <inheritdoc/>
    public bool IsEmpty => _count == 0;

    /// <summary>Number of items in the sample.</summary>
    public int Length => _heavy.Count + _light.Count;

    /// <summary>Sum of all weights seen, exact but for rounding.</summary>
    public double TotalWeight => _lightWeight + _weights.Sum();

    /// <inheritdoc/>
    public long MemorySize => 120 + 168 + (long)(_heavy.Capacity + _light.Capacity) * Unsafe.SizeOf<T>() + 8L * _weights.Capacity
        + Items<T>.TextMemory(CollectionsMarshal.AsSpan(_heavy)) + Items<T>.TextMemory(CollectionsMarshal.AsSpan(_light));

    double Tau => _light.Count == 0 ? 0 : _lightWeight / _light.Count;

    /// <summary>The sample with the weight that each item stands for, heavy ones first.</summary>
    public IEnumerable<(T Item, double Weight)> Sample
    {
        get
        {
            for (var i = 0; i < _heavy.Count; i++) yield return (_heavy[i], _weights[i]);
            foreach (var item in _light) yield return (item, Tau);
        }
    }

    /// <inheritdoc/>
    public void Update(T item) => Update(item, 1);

    /// <summary>Adds an item with a weight.</summary>
    /// <param name="item">NaN and null are left out.</param>
    /// <param name="weight">0 or more; 0 changes nothing.</param>
    /// <exception cref="ArgumentOutOfRangeException">The weight is negative or not finite.</exception>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Update(T item, double weight)
    {
        if (!(weight >= 0) || double.IsInfinity(weight)) throw new ArgumentOutOfRangeException(nameof(weight), weight, "A weight is 0 or more and finite.");
        if (weight == 0 || !Items<T>.HasPlace(item)) return;
        _count++;
        if (_light.Count == 0)
        {
            if (_heavy.Count < K)
            {
                _heavy.Add(item);
                _weights.Add(weight);
                return;
            }
            _heavy.Add(item);
            _weights.Add(weight);
            MakeHeap();
            DropOne(default!, 0);
        }
        else if (weight <= Tau) DropOne(item, weight);
        else
        {
            Push(item, weight);
            DropOne(default!, 0);
        }
    }

    // One too many: the light ones, the new item if it is light, and the heavy ones that the higher threshold makes light compete; one of them goes.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void DropOne(T item, double weight)
    {
        var candidates = _light.Count;
        var total = _lightWeight;
        var hadLight = _light.Count;
        // What joins the light ones stands behind them, its weight in scratch.
        var joined = Scratch<double>.Of(_heavy.Count + 1);
        var joinedCount = 0;
        if (weight > 0) Join(item, weight, joined);
        while (_heavy.Count > 0 && (candidates < 2 || _weights[0] * (candidates - 1) <= total))
        {
            var least = _weights[0];
            Join(PopLeast(), least, joined);
        }

        var tau = total / (candidates - 1);
        var toss = _coin.NextDouble();
        var dropped = -1;
        for (var i = 0; i < joinedCount && dropped < 0; i++)
        {
            toss -= 1 - joined[i] / tau;
            if (toss < 0) dropped = hadLight + i;
        }
        // The rest of the probability is shared by those that were light before.
        if (dropped < 0) dropped = hadLight > 0 ? _coin.Next(hadLight) : _coin.Next(_light.Count);
        _light[dropped] = _light[^1];
        _light.RemoveAt(_light.Count - 1);
        _lightWeight = total;

        void Join(T one, double its, Span<double> into)
        {
            _light.Add(one);
            into[joinedCount++] = its;
            total += its;
            candidates++;
        }
    }

    void MakeHeap()
    {
        for (var i = _heavy.Count / 2 - 1; i >= 0; i--) Sink(i);
    }

    void Push(T item, double weight)
    {
        _heavy.Add(item);
        _weights.Add(weight);
        for (var i = _heavy.Count - 1; i > 0 && _weights[(i - 1) / 2] > _weights[i]; i = (i - 1) / 2) Swap(i, (i - 1) / 2);
    }

    T PopLeast()
    {
        var least = _heavy[0];
        Swap(0, _heavy.Count - 1);
        _heavy.RemoveAt(_heavy.Count - 1);
        _weights.RemoveAt(_weights.Count - 1);
        if (_heavy.Count > 1) Sink(0);
        return least;
    }

    void Sink(int i)
    {
        while (true)
        {
            var child = 2 * i + 1;
            if (child >= _weights.Count) return;
            if (child + 1 < _weights.Count && _weights[child + 1] < _weights[child]) child++;
            if (_weights[i] <= _weights[child]) return;
            Swap(i, child);
            i = child;
        }
    }

    void Swap(int i, int j)
    {
        (_heavy[i], _heavy[j]) = (_heavy[j], _heavy[i]);
        (_weights[i], _weights[j]) = (_weights[j], _weights[i]);
    }

    /// <summary>The weight of the items that satisfy a condition, with bounds of two standard deviations.</summary>
    public Estimate EstimateSubset(Func<T, bool> condition)
    {
        ArgumentNullException.ThrowIfNull(condition);
        var exact = 0.0;
        for (var i = 0; i < _heavy.Count; i++)
            if (condition(_heavy[i])) exact += _weights[i];
        if (_light.Count == 0) return Estimate.Exact(exact);
        var satisfying = _light.Count(condition);
        var rate = (double)_light.Count / (_count - _heavy.Count);
        var deviations = 2 * Math.Sqrt(1 - Math.Min(1, rate));
        return new(exact + _lightWeight * satisfying / _light.Count,
            exact + _lightWeight * BinomialProportion.Lower(_light.Count, satisfying, deviations),
            exact + _lightWeight * BinomialProportion.Upper(_light.Count, satisfying, deviations));
    }
}

using Millrace.Bench.Sales;

namespace Millrace.Bench.HandWritten;

/// <summary>w4: a sum and a count for each store and minute; a window adds up the ten minutes that it covers.</summary>
sealed class SlidingMeans(SalesArrays sales) : Stretches(sales.Ts, Size)
{
    const long Size = 60_000;
    const int Stores = 64;
    const int Covers = 10;

    readonly double[] _sums = new double[Ring * Stores];
    readonly long[] _counts = new long[Ring * Stores];
    readonly List<(long Window, int Store, double Mean)> _answer = new(1 << 14);

    /// <inheritdoc/>
    protected override void Begin()
    {
        _answer.Clear();
        Array.Clear(_sums);
        Array.Clear(_counts);
    }

    /// <inheritdoc/>
    protected override void Take(int at, int rows)
    {
        ReadOnlySpan<long> ts = sales.Ts.AsSpan(at, rows);
        ReadOnlySpan<int> store = sales.Store.AsSpan(at, rows);
        ReadOnlySpan<int> qty = sales.Qty.AsSpan(at, rows);
        ReadOnlySpan<double> price = sales.Price.AsSpan(at, rows);
        for (var i = 0; i < ts.Length; i++)
        {
            var place = (int)((ulong)ts[i] / Size % Ring) * Stores + store[i];
            _sums[place] += qty[i] * price[i];
            _counts[place]++;
        }
    }

    /// <inheritdoc/>
    protected override void Close(long window)
    {
        for (var store = 0; store < Stores; store++)
        {
            var (sum, count) = (0.0, 0L);
            for (var minute = window - Covers + 1; minute <= window; minute++)
            {
                sum += _sums[minute % Ring * Stores + store];
                count += _counts[minute % Ring * Stores + store];
            }
            if (count > 0) _answer.Add((window - Covers + 1, store, sum / count));
        }
        // No later window covers the first minute of this one.
        var past = (int)((window - Covers + 1) % Ring) * Stores;
        Array.Clear(_sums, past, Stores);
        Array.Clear(_counts, past, Stores);
    }

    /// <inheritdoc/>
    protected override void End(long window)
    {
        for (var more = 0; more < Covers - 1; more++) Close(window + more);
    }

    /// <inheritdoc/>
    public override void Add(ref AnswerChecksum checksum, double?[] scales)
    {
        foreach (var (window, store, mean) in _answer)
        {
            checksum.Add(window * Size);
            checksum.Add(store);
            checksum.Add(AnswerChecksum.Rounded(mean, scales[2]!.Value));
            checksum.EndRow();
        }
    }
}

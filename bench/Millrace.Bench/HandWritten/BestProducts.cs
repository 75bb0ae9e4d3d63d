using Millrace.Bench.Sales;

namespace Millrace.Bench.HandWritten;

/// <summary>w3: a sum for each product and open ten minutes; when they close, the ten largest are picked out.</summary>
sealed class BestProducts(SalesArrays sales) : Stretches(sales.Ts, Size)
{
    const long Size = 600_000;
    const int Products = 4096;
    const int Best = 10;

    readonly double[] _sums = new double[Ring * Products];
    readonly bool[] _seen = new bool[Ring * Products];
    readonly List<(long Window, int Product, double Revenue)> _answer = new(1 << 12);
    readonly PriorityQueue<int, double> _best = new(Best + 1);

    /// <inheritdoc/>
    protected override void Begin() => _answer.Clear();

    /// <inheritdoc/>
    protected override void Take(int at, int rows)
    {
        ReadOnlySpan<long> ts = sales.Ts.AsSpan(at, rows);
        ReadOnlySpan<int> product = sales.Product.AsSpan(at, rows);
        ReadOnlySpan<int> qty = sales.Qty.AsSpan(at, rows);
        ReadOnlySpan<double> price = sales.Price.AsSpan(at, rows);
        for (var i = 0; i < ts.Length; i++)
        {
            var place = (int)((ulong)ts[i] / Size % Ring) * Products + product[i];
            _sums[place] += qty[i] * price[i];
            _seen[place] = true;
        }
    }

    /// <inheritdoc/>
    protected override void Close(long window)
    {
        var start = (int)(window % Ring) * Products;
        for (var product = 0; product < Products; product++)
        {
            if (!_seen[start + product]) continue;
            _best.Enqueue(product, _sums[start + product]);
            if (_best.Count > Best) _best.Dequeue();
        }
        while (_best.TryDequeue(out var product, out var revenue)) _answer.Add((window, product, revenue));
        Array.Clear(_sums, start, Products);
        Array.Clear(_seen, start, Products);
    }

    /// <inheritdoc/>
    public override void Add(ref AnswerChecksum checksum, double?[] scales)
    {
        foreach (var (window, product, revenue) in _answer)
        {
            checksum.Add(window * Size);
            checksum.Add(product);
            checksum.Add(AnswerChecksum.Rounded(revenue, scales[2]!.Value));
            checksum.EndRow();
        }
    }
}

using Millrace.Bench.Sales;

namespace Millrace.Bench.HandWritten;

/// <summary>w1: a row of sums and counts for each open minute, a place for each product.</summary>
sealed class MinutesByProduct(SalesArrays sales) : Stretches(sales.Ts, Size)
{
    const long Size = 60_000;
    const int Products = 4096;

    readonly double[] _sums = new double[Ring * Products];
    readonly int[] _counts = new int[Ring * Products];
    readonly List<(long Window, int Product, double Revenue, long Count)> _answer = new(1 << 20);

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
            if (qty[i] <= 0) continue;
            var place = (int)((ulong)ts[i] / Size % Ring) * Products + product[i];
            _sums[place] += qty[i] * price[i];
            _counts[place]++;
        }
    }

    /// <inheritdoc/>
    protected override void Close(long window)
    {
        var start = (int)(window % Ring) * Products;
        for (var product = 0; product < Products; product++)
            if (_counts[start + product] > 0) _answer.Add((window, product, _sums[start + product], _counts[start + product]));
        Array.Clear(_sums, start, Products);
        Array.Clear(_counts, start, Products);
    }

    /// <inheritdoc/>
    public override void Add(ref AnswerChecksum checksum, double?[] scales)
    {
        foreach (var (window, product, revenue, count) in _answer)
        {
            checksum.Add(window * Size);
            checksum.Add(product);
            checksum.Add(AnswerChecksum.Rounded(revenue, scales[2]!.Value));
            checksum.Add(count);
            checksum.EndRow();
        }
    }
}

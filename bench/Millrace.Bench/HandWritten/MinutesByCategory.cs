using Millrace.Bench.Sales;

namespace Millrace.Bench.HandWritten;

/// <summary>w6: the category of a product is an array read; a sum for each category and open minute.</summary>
sealed class MinutesByCategory(SalesArrays sales) : Stretches(sales.Ts, Size)
{
    const long Size = 60_000;
    const int Categories = 64;

    readonly int[] _categories = [.. Enumerable.Range(0, 4096).Select(static product => product % 40)];
    readonly double[] _sums = new double[Ring * Categories];
    readonly bool[] _seen = new bool[Ring * Categories];
    readonly List<(long Window, int Category, double Revenue)> _answer = new(1 << 14);

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
            var place = (int)((ulong)ts[i] / Size % Ring) * Categories + _categories[product[i]];
            _sums[place] += qty[i] * price[i];
            _seen[place] = true;
        }
    }

    /// <inheritdoc/>
    protected override void Close(long window)
    {
        var start = (int)(window % Ring) * Categories;
        for (var category = 0; category < Categories; category++)
            if (_seen[start + category]) _answer.Add((window, category, _sums[start + category]));
        Array.Clear(_sums, start, Categories);
        Array.Clear(_seen, start, Categories);
    }

    /// <inheritdoc/>
    public override void Add(ref AnswerChecksum checksum, double?[] scales)
    {
        foreach (var (window, category, revenue) in _answer)
        {
            checksum.Add(window * Size);
            checksum.Add(category);
            checksum.Add(AnswerChecksum.Rounded(revenue, scales[2]!.Value));
            checksum.EndRow();
        }
    }
}

using Millrace.Bench.Sales;

namespace Millrace.Bench.HandWritten;

/// <summary>w5: a bit for each customer and open hour.</summary>
sealed class CustomersPerHour(SalesArrays sales) : Stretches(sales.Ts, Size)
{
    const long Size = 3_600_000;
    const int Words = 1 << 11;

    readonly ulong[] _bits = new ulong[Ring * Words];
    readonly List<(long Window, long Customers)> _answer = [];

    /// <inheritdoc/>
    protected override void Begin() => _answer.Clear();

    /// <inheritdoc/>
    protected override void Take(int at, int rows)
    {
        ReadOnlySpan<long> ts = sales.Ts.AsSpan(at, rows);
        ReadOnlySpan<int> customer = sales.Customer.AsSpan(at, rows);
        for (var i = 0; i < ts.Length; i++) _bits[(int)((ulong)ts[i] / Size % Ring) * Words + (customer[i] >> 6)] |= 1UL << customer[i];
    }

    /// <inheritdoc/>
    protected override void Close(long window)
    {
        var bits = _bits.AsSpan((int)(window % Ring) * Words, Words);
        var customers = 0L;
        foreach (var word in bits) customers += long.PopCount((long)word);
        if (customers > 0) _answer.Add((window, customers));
        bits.Clear();
    }

    /// <inheritdoc/>
    public override void Add(ref AnswerChecksum checksum, double?[] scales)
    {
        foreach (var (window, customers) in _answer)
        {
            checksum.Add(window * Size);
            checksum.Add(customers);
            checksum.EndRow();
        }
    }
}

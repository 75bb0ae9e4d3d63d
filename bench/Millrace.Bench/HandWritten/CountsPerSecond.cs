using Millrace.Bench.Sales;

namespace Millrace.Bench.HandWritten;

/// <summary>w2: a count for each open second.</summary>
sealed class CountsPerSecond(SalesArrays sales) : Stretches(sales.Ts, Size)
{
    const long Size = 1000;

    readonly long[] _counts = new long[Ring];
    readonly List<(long Window, long Count)> _answer = new(1 << 14);

    /// <inheritdoc/>
    protected override void Begin() => _answer.Clear();

    /// <inheritdoc/>
    protected override void Take(int at, int rows)
    {
        foreach (var t in sales.Ts.AsSpan(at, rows)) _counts[(ulong)t / Size % Ring]++;
    }

    /// <inheritdoc/>
    protected override void Close(long window)
    {
        ref var count = ref _counts[window % Ring];
        if (count > 0) _answer.Add((window, count));
        count = 0;
    }

    /// <inheritdoc/>
    public override void Add(ref AnswerChecksum checksum, double?[] scales)
    {
        foreach (var (window, count) in _answer)
        {
            checksum.Add(window * Size);
            checksum.Add(count);
            checksum.EndRow();
        }
    }
}

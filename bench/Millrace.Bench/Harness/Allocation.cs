namespace Millrace.Bench.Harness;

/// <summary>Counts what is allocated per row in the second half of a run, when everything has its size.</summary>
sealed class Allocation(long rows)
{
    long _seen;
    long _from = -1;
    long _bytes;

    /// <summary>Says that rows have passed.</summary>
    public void Passed(int count)
    {
        _seen += count;
        if (_bytes != 0 || _seen < rows / 2) return;
        _from = _seen;
        _bytes = GC.GetTotalAllocatedBytes(precise: true);
    }

    /// <summary>Bytes per row since half of the rows had passed.</summary>
    public double PerRow() => (GC.GetTotalAllocatedBytes(precise: true) - _bytes) / (double)Math.Max(1, _seen - _from);
}

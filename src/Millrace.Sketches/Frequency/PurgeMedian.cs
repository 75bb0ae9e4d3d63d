namespace Millrace.Sketches.Frequency;

/// <summary>What a purge takes away from every counter: the median of up to 1,024 of them.</summary>
static class PurgeMedian
{
    /// <summary>Counters that are looked at.</summary>
    public const int SampleSize = 1024;

    /// <summary>The value that half of them are at or above; the order of the counters is lost.</summary>
    public static long Of(Span<long> counters)
    {
        var wanted = counters.Length / 2;
        int low = 0, high = counters.Length - 1;
        // Quickselect (Hoare 1961); medians of three make long runs of equal or ordered counters harmless.
        while (low < high)
        {
            var pivot = MiddleOf(counters[low], counters[low + (high - low) / 2], counters[high]);
            int i = low, j = high;
            while (i <= j)
            {
                while (counters[i] < pivot) i++;
                while (counters[j] > pivot) j--;
                if (i > j) break;
                (counters[i], counters[j]) = (counters[j], counters[i]);
                i++;
                j--;
            }
            if (wanted <= j) high = j;
            else if (wanted >= i) low = i;
            else break;
        }
        return counters[wanted];
    }

    static long MiddleOf(long a, long b, long c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}

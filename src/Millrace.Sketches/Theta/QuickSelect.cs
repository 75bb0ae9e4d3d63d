namespace Millrace.Sketches.Theta;

/// <summary>Finds the value of a rank without sorting (Hoare 1961, FIND).</summary>
static class QuickSelect
{
    /// <summary>The value that stands at an index once values were sorted; the span is rearranged.</summary>
    public static ulong At(Span<ulong> values, int index)
    {
        var from = 0;
        var to = values.Length - 1;
        while (from < to)
        {
            var pivot = Middle(values[from], values[from + (to - from) / 2], values[to]);
            var low = from;
            var high = to;
            while (low <= high)
            {
                while (values[low] < pivot) low++;
                while (values[high] > pivot) high--;
                if (low > high) break;
                (values[low], values[high]) = (values[high], values[low]);
                low++;
                high--;
            }
            if (index <= high) to = high;
            else if (index >= low) from = low;
            else break;
        }
        return values[index];
    }

    static ulong Middle(ulong a, ulong b, ulong c) => Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
}

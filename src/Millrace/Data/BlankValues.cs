namespace Millrace.Data;

/// <summary>Slots of rows that are NULL still take part in loops, so they hold a value that can be computed with: 0, or the empty text.</summary>
static class BlankValues
{
    /// <summary>Makes all rows of a column NULL, with blank slots.</summary>
    public static void BecomeNull(this Column column)
    {
        column.SetAllNull();
        switch (column)
        {
            case Column<byte> c: c.Values.Clear(); break;
            case Column<int> c: c.Values.Clear(); break;
            case Column<long> c: c.Values.Clear(); break;
            case Column<double> c: c.Values.Clear(); break;
            case Column<Int128> c: c.Values.Clear(); break;
            case Column<Interval> c: c.Values.Clear(); break;
            case TextColumn c:
                c.Heap.Append([]);
                c.Codes.Clear();
                break;
        }
    }
}

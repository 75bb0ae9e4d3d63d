using System.Globalization;

namespace Millrace.Bench.Sales;

/// <summary>A number that stands for rows in any order; bench/peers/duckdb.mjs computes it in the same way, off the clock.</summary>
/// <remarks>
/// A row's values are whole numbers: times in milliseconds, others multiplied by so much that rounding makes them independent of the order in which doubles were added. They are folded into one number modulo the prime 2^61 - 1; its squares are added up, so that values that change places between rows are seen.
/// </remarks>
struct AnswerChecksum
{
    const ulong Prime = (1UL << 61) - 1;
    const long Offset = 1_000_000_000_000_000;

    long _rows;
    ulong _sum;
    ulong _row;

    /// <summary>Adds the next value of the row.</summary>
    public void Add(long value) => _row = (ulong)(((UInt128)_row * 1_000_003 + (ulong)(value + Offset)) % Prime);

    /// <summary>Ends the row.</summary>
    public void EndRow()
    {
        _sum = (ulong)((_sum + (UInt128)_row * _row % Prime) % Prime);
        _row = 0;
        _rows++;
    }

    /// <summary>A double as a whole number.</summary>
    public static long Rounded(double value, double scale) => (long)Math.Round(value * scale, MidpointRounding.AwayFromZero);

    /// <inheritdoc/>
    public override readonly string ToString() => string.Create(CultureInfo.InvariantCulture, $"{_rows}/{_sum}");
}

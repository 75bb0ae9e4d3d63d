using Millrace.Data;

namespace Millrace.Connectors.Generators;

/// <summary>How busy the shops are: by hour and weekday of each shop's own clock, with a little weather by day, a promotion from Thursday to Sunday and slow growth.</summary>
/// <remarks>1 is an average moment of a week without growth.</remarks>
sealed class SalesRhythm(ulong seed, long startMicroseconds)
{
    const long Hour = 3_600_000_000;
    const long Day = Interval.MicrosecondsPerDay;

    static readonly double[] s_hours =
    [
        0.06, 0.04, 0.03, 0.03, 0.04, 0.10, 0.25, 0.60, 1.00, 1.25, 1.50, 1.85, 2.10, 1.80, 1.50, 1.55, 1.80, 2.15, 2.00, 1.40, 0.80, 0.40, 0.22, 0.12,
    ];
    static readonly double[] s_weekdays = [0.90, 0.90, 0.95, 1.00, 1.25, 1.50, 0.60]; // from Monday
    static readonly double s_mean = s_hours.Average() * s_weekdays.Average();

    /// <summary>How busy a shop is.</summary>
    public double Of(int shop, long time)
    {
        var local = time + SalesCatalog.Shops[shop].UtcHours * Hour;
        var day = Math.DivRem(local, Day, out var inDay);
        var hour = (int)(inDay / Hour);
        var part = inDay % Hour / (double)Hour;
        var byHour = s_hours[hour] + (s_hours[(hour + 1) % 24] - s_hours[hour]) * part;
        var weather = 0.9 + 0.2 * (SeededRandom.Mix(seed ^ (ulong)day * 31 ^ (ulong)shop << 40) >> 11) / (1UL << 53);
        var growth = 1 + Math.Min(1, 0.002 * Math.Max(0, time - startMicroseconds) / Day);
        return byHour * s_weekdays[Weekday(day)] / s_mean * weather * growth * (PromotionAt(time) >= 0 ? 1.1 : 0.93);
    }

    /// <summary>The category that is on promotion at a moment, or -1.</summary>
    public int PromotionAt(long time)
    {
        var day = time / Day;
        if (Weekday(day) < 3) return -1;
        var week = (day + 3) / 7;
        return (int)(SeededRandom.Mix(seed ^ (ulong)week * 0x51ED_270B) % (ulong)SalesCatalog.Categories.Length);
    }

    // 1970-01-01 was a Thursday.
    static int Weekday(long day) => (int)((day + 3) % 7);
}

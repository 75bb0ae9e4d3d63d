namespace Millrace.Expressions;

/// <summary>The proleptic Gregorian calendar over microseconds since 1970, without limits of years (so that negative times work like others).</summary>
internal static class Calendar
{
    public const long Second = 1_000_000;
    public const long Minute = 60 * Second;
    public const long Hour = 60 * Minute;
    public const long Day = 24 * Hour;

    /// <summary>a / b rounded down.</summary>
    public static long FloorDivide(long a, long b)
    {
        var quotient = a / b;
        return a % b < 0 ? quotient - 1 : quotient;
    }

    /// <summary>a - b * floor(a / b): from 0 to b - 1.</summary>
    public static long FloorRemainder(long a, long b)
    {
        var rest = a % b;
        return rest < 0 ? rest + b : rest;
    }

    /// <summary>Days since 1970-01-01 of a date. Howard Hinnant (2013), chrono-compatible low-level date algorithms, days_from_civil.</summary>
    public static long ToDays(long year, int month, int day)
    {
        if (month <= 2) year--;
        var era = FloorDivide(year, 400);
        var yearOfEra = year - era * 400;
        var dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
    }

    /// <summary>The date of days since 1970-01-01: civil_from_days of the same source.</summary>
    public static (long Year, int Month, int Day) FromDays(long days)
    {
        days += 719_468;
        var era = FloorDivide(days, 146_097);
        var dayOfEra = days - era * 146_097;
        var yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365;
        var dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
        var shifted = (int)(5 * dayOfYear + 2) / 153;
        var month = shifted < 10 ? shifted + 3 : shifted - 9;
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, (int)dayOfYear - (153 * shifted + 2) / 5 + 1);
    }

    /// <summary>The date of a time.</summary>
    public static (long Year, int Month, int Day) DateOf(long microseconds) => FromDays(FloorDivide(microseconds, Day));

    public static bool IsLeap(long year) => year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    public static int DaysInMonth(long year, int month) => month switch { 2 => IsLeap(year) ? 29 : 28, 4 or 6 or 9 or 11 => 30, _ => 31 };

    /// <summary>Adds months; a day that the month does not have becomes its last. False if it is out of range.</summary>
    public static bool TryAddMonths(long microseconds, long months, out long result)
    {
        result = microseconds;
        if (months == 0) return true;
        var days = FloorDivide(microseconds, Day);
        var (year, month, day) = FromDays(days);
        var index = year * 12 + month - 1 + months;
        year = FloorDivide(index, 12);
        month = (int)FloorRemainder(index, 12) + 1;
        var moved = (Int128)ToDays(year, month, Math.Min(day, DaysInMonth(year, month))) * Day + (microseconds - days * Day);
        result = (long)moved;
        return moved == result;
    }

    /// <summary>Adds an interval: months first, then days of 24 hours, then microseconds. False if it is out of range.</summary>
    public static bool TryAdd(long microseconds, Data.Interval interval, int sign, out long result)
    {
        result = microseconds;
        if (IsInfinite(microseconds)) return true;
        if (!TryAddMonths(microseconds, sign * (long)interval.Months, out var moved)) return false;
        var sum = moved + sign * ((Int128)interval.Days * Day + interval.Microseconds);
        result = (long)sum;
        return sum == result && !IsInfinite(result);
    }

    /// <summary>Whether a time stands for before or after all time.</summary>
    public static bool IsInfinite(long microseconds) => microseconds is long.MinValue or long.MaxValue;

    /// <summary>Day of the week, Sunday = 0.</summary>
    public static int DayOfWeek(long days) => (int)FloorRemainder(days + 4, 7);

    /// <summary>Year and week of ISO 8601: week 1 has the year's first Thursday.</summary>
    public static (long Year, int Week) IsoWeek(long days)
    {
        var thursday = days - FloorRemainder(days + 3, 7) + 3;
        var year = FromDays(thursday).Year;
        return (year, (int)((thursday - ToDays(year, 1, 1)) / 7) + 1);
    }

    /// <summary>How far a zone is ahead of UTC at a moment, in microseconds.</summary>
    public static long Offset(TimeZoneInfo zone, long microseconds) =>
        zone.GetUtcOffset(new Time.Timestamp(microseconds).ToDateTimeOffset().UtcDateTime).Ticks / 10;

    /// <summary>The moment at which clocks of a zone show a time: the earlier one where they show it twice; where they skip it, as far past the gap as the time was.</summary>
    public static long ToUtc(TimeZoneInfo zone, long local)
    {
        var before = Offset(zone, local - Day);
        var after = Offset(zone, local + Day);
        if (before == after) return local - before;
        // Around a change: the offset that is consistent with itself, the one before the change first.
        if (Offset(zone, local - before) == before) return local - before;
        if (Offset(zone, local - after) == after) return local - after;
        return local - before;
    }
}

namespace Millrace.Learning.Preparation;

/// <summary>Turns a time into numbers that know the calendar: hour, day of the week, day of the year as places on a circle, weekend and month as categories.</summary>
/// <remarks>
/// Sine and cosine of each place, so that 23 o'clock is near 0 o'clock; the weekend is a category of two, the month one of twelve. The time is taken as it is: give it in the zone whose habits count. Cost: six sines.
/// Hyndman and Athanasopoulos (2021), Forecasting: principles and practice, 7.4.
/// </remarks>
public static class Calendar
{
    /// <summary>The columns: six numbers, then weekend (0, 1) and month (0 to 11) as categories.</summary>
    public static FeatureSet Output { get; } = new(FeatureKind.Numeric, FeatureKind.Numeric, FeatureKind.Numeric, FeatureKind.Numeric, FeatureKind.Numeric, FeatureKind.Numeric, FeatureKind.Nominal, FeatureKind.Nominal);

    /// <summary>Makes the numbers of a time.</summary>
    /// <param name="time">Any time.</param>
    /// <param name="output">Room for eight numbers.</param>
    public static void Transform(DateTime time, Span<double> output)
    {
        Turn(time.TimeOfDay.TotalDays, output);
        Turn(((int)time.DayOfWeek + time.TimeOfDay.TotalDays) / 7, output[2..]);
        Turn((time.DayOfYear - 1) / (DateTime.IsLeapYear(time.Year) ? 366.0 : 365), output[4..]);
        output[6] = time.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday ? 1 : 0;
        output[7] = time.Month - 1;
    }

    static void Turn(double share, Span<double> output) => (output[0], output[1]) = Math.SinCos(share * Math.Tau);
}

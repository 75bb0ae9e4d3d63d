namespace Millrace.Data;

/// <summary>A span of time in months, days and microseconds, kept apart as PostgreSQL does: a month has no fixed length.</summary>
/// <remarks>The default value is no time at all. For comparison and hashing a month counts 30 days and a day 24 hours.</remarks>
public readonly record struct Interval(int Months, int Days, long Microseconds) : IComparable<Interval>
{
    /// <summary>Microseconds in a day.</summary>
    public const long MicrosecondsPerDay = 86_400_000_000;

    /// <summary>The length in microseconds where months count 30 days; exact when there are none.</summary>
    public Int128 ApproximateMicroseconds => ((Int128)Months * 30 + Days) * MicrosecondsPerDay + Microseconds;

    /// <summary>Whether the length does not depend on the calendar.</summary>
    public bool IsFixed => Months == 0;

    /// <summary>The length in microseconds of an interval without months.</summary>
    /// <exception cref="InvalidOperationException">The interval has months.</exception>
    public long FixedMicroseconds => IsFixed
        ? checked(Days * MicrosecondsPerDay + Microseconds)
        : throw new InvalidOperationException("An interval with months has no fixed length.");

    /// <summary>An interval of whole seconds.</summary>
    public static Interval FromSeconds(long seconds) => new(0, 0, checked(seconds * 1_000_000));

    /// <summary>The three parts, for messages.</summary>
    public override string ToString() => $"{Months} months {Days} days {Microseconds} us";

    /// <inheritdoc/>
    public int CompareTo(Interval other) => ApproximateMicroseconds.CompareTo(other.ApproximateMicroseconds);
}

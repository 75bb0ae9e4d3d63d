namespace Millrace.Time;

/// <summary>A moment in UTC, in microseconds since 1970-01-01T00:00:00Z.</summary>
/// <remarks>The default value is 1970-01-01T00:00:00Z. <see cref="MinValue"/> and <see cref="MaxValue"/> mean before and after all time.</remarks>
public readonly record struct Timestamp(long Microseconds) : IComparable<Timestamp>
{
    /// <summary>Before all time: the frontier of a stream that has not begun.</summary>
    public static Timestamp MinValue => new(long.MinValue);

    /// <summary>After all time: the frontier of a stream that has ended.</summary>
    public static Timestamp MaxValue => new(long.MaxValue);

    /// <summary>From .NET's type; its kind must not be local.</summary>
    public static Timestamp From(DateTimeOffset time) => new(time.UtcTicks / 10 - DateTime.UnixEpoch.Ticks / 10);

    /// <summary>As .NET's type; clamped to its range.</summary>
    public DateTimeOffset ToDateTimeOffset()
    {
        var ticks = (Int128)Microseconds * 10 + DateTime.UnixEpoch.Ticks;
        return new DateTimeOffset((long)Int128.Clamp(ticks, 0, DateTime.MaxValue.Ticks), TimeSpan.Zero);
    }

    /// <inheritdoc/>
    public int CompareTo(Timestamp other) => Microseconds.CompareTo(other.Microseconds);

    /// <summary>Earlier than.</summary>
    public static bool operator <(Timestamp left, Timestamp right) => left.Microseconds < right.Microseconds;
    /// <summary>Later than.</summary>
    public static bool operator >(Timestamp left, Timestamp right) => left.Microseconds > right.Microseconds;
    /// <summary>Not later than.</summary>
    public static bool operator <=(Timestamp left, Timestamp right) => left.Microseconds <= right.Microseconds;
    /// <summary>Not earlier than.</summary>
    public static bool operator >=(Timestamp left, Timestamp right) => left.Microseconds >= right.Microseconds;

    /// <summary>The earlier of two.</summary>
    public static Timestamp Min(Timestamp a, Timestamp b) => a < b ? a : b;
    /// <summary>The later of two.</summary>
    public static Timestamp Max(Timestamp a, Timestamp b) => a > b ? a : b;

    /// <summary>ISO 8601 in UTC, with microseconds where they are not zero; "-infinity" and "infinity" at the ends.</summary>
    public override string ToString() => Microseconds switch
    {
        long.MinValue => "-infinity",
        long.MaxValue => "infinity",
        _ => ToDateTimeOffset().UtcDateTime.ToString(Microseconds % 1_000_000 == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'",
            System.Globalization.CultureInfo.InvariantCulture),
    };
}

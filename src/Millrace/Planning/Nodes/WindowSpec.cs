using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>Windows in event time: aligned ones, and sessions.</summary>
/// <param name="Kind">How they lie.</param>
/// <param name="TimeColumn">Index of the time column in the input.</param>
/// <param name="Size">Length; months allowed. Of CUMULATE that of the longest; of SESSION the gap.</param>
/// <param name="Slide">HOP: distance between starts. CUMULATE: the step that windows grow by. Otherwise equal to <paramref name="Size"/>.</param>
/// <param name="Offset">Shifts all windows.</param>
/// <param name="Zone">Time zone (IANA) that days and months are those of; null = UTC.</param>
/// <remarks>Windows of whole days or weeks align to midnight, weeks to Monday, months to the first; others to 1970-01-01T00:00:00 in the zone.</remarks>
public sealed record WindowSpec(WindowKind Kind, int TimeColumn, Interval Size, Interval Slide, Interval Offset, string? Zone)
{
    /// <summary>The windows in the words of SQL.</summary>
    internal string ToSql(Schema input)
    {
        var time = input[TimeColumn].Name;
        var text = $"{Kind.ToString().ToUpperInvariant()}({time}, {(Kind is WindowKind.Hop or WindowKind.Cumulate ? Span(Slide) + ", " : "")}{Span(Size)}";
        if (Offset != default) text += $", offset => {Span(Offset)}";
        if (Zone is not null) text += $", zone => '{Zone}'";
        return text + ")";
    }

    static string Span(Interval interval) => new Literal(interval, DataType.Interval).ToSql();
}

/// <summary>The kinds of window.</summary>
public enum WindowKind
{
    /// <summary>One after the other.</summary>
    Tumble,
    /// <summary>Overlapping.</summary>
    Hop,
    /// <summary>With a common start, growing by a step up to the size; then from a new start.</summary>
    Cumulate,
    /// <summary>From the first row of a key as long as no two rows are further apart than the gap, and a gap more.</summary>
    Session,
}

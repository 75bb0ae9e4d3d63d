using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>Aligned windows in event time.</summary>
/// <param name="Kind">TUMBLE or HOP.</param>
/// <param name="TimeColumn">Index of the time column in the input.</param>
/// <param name="Size">Length; months allowed.</param>
/// <param name="Slide">Distance between starts; equal to <paramref name="Size"/> for TUMBLE.</param>
/// <param name="Offset">Shifts all windows.</param>
/// <param name="Zone">Time zone (IANA) that days and months are those of; null = UTC.</param>
/// <remarks>Windows of whole days or weeks align to midnight, weeks to Monday, months to the first; others to 1970-01-01T00:00:00 in the zone.</remarks>
public sealed record WindowSpec(WindowKind Kind, int TimeColumn, Interval Size, Interval Slide, Interval Offset, string? Zone)
{
    /// <summary>The windows in the words of SQL.</summary>
    internal string ToSql(Schema input)
    {
        var time = input[TimeColumn].Name;
        var text = Kind == WindowKind.Tumble ? $"TUMBLE({time}, {Span(Size)}" : $"HOP({time}, {Span(Slide)}, {Span(Size)}";
        if (Offset != default) text += $", offset => {Span(Offset)}";
        if (Zone is not null) text += $", zone => '{Zone}'";
        return text + ")";
    }

    static string Span(Interval interval) => new Literal(interval, DataType.Interval).ToSql();
}

/// <summary>The kinds of aligned window.</summary>
public enum WindowKind
{
    /// <summary>One after the other.</summary>
    Tumble,
    /// <summary>Overlapping.</summary>
    Hop,
}

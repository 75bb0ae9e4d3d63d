using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>The arguments of TUMBLE, HOP, CUMULATE and SESSION behind the time column, by position or name.</summary>
/// <param name="compilation">What they are resolved against.</param>
/// <param name="function">The window's function.</param>
/// <param name="arguments">What stands behind the time column.</param>
/// <param name="span">The whole call.</param>
/// <param name="isTable">Whether it stands in FROM, where a table comes first; otherwise in GROUP BY.</param>
internal sealed class WindowArguments(Compilation compilation, Name function, ImmutableArray<(Name? Name, Expr Value)> arguments, Span span, bool isTable)
{
    /// <summary>Windows that a row may fall into at most.</summary>
    const int MaxOverlap = 10_000;

    // A thousand years: beyond it sums of microseconds would not fit.
    const int MaxMonths = 12_000;
    const long MaxDays = 366_000;

    readonly Dictionary<string, Expr> _given = new(StringComparer.Ordinal);

    /// <summary>The windows that they describe.</summary>
    /// <param name="time">Index of the time column.</param>
    public WindowSpec Spec(int time)
    {
        var (kind, lengths) = function.Text switch
        {
            "hop" => (WindowKind.Hop, (string[])["slide", "size"]),
            "cumulate" => (WindowKind.Cumulate, ["step", "size"]),
            "session" => (WindowKind.Session, ["gap"]),
            _ => (WindowKind.Tumble, ["size"]),
        };
        string[] positions = kind == WindowKind.Session ? lengths : [.. lengths, "offset", "zone"];
        Read(positions);
        foreach (var needed in lengths)
            if (!_given.ContainsKey(needed)) throw new SqlError(Codes.BadWindow, span, $"the argument {needed} is missing. Usage: {Usage()}.");
        var size = Length(lengths[^1]);
        var slide = lengths.Length == 1 ? size : Length(lengths[0]);
        if (kind == WindowKind.Hop) CheckSlide(size, slide);
        if (kind == WindowKind.Cumulate) CheckStep(size, slide);
        if (kind == WindowKind.Session && !size.IsFixed) throw new SqlError(Codes.BadWindow, _given["gap"].Span, "the gap of a session has no months: their length varies. Use days.");
        var offset = _given.TryGetValue("offset", out var shift) ? Interval(shift, "offset") : default;
        return new WindowSpec(kind, time, size, slide, offset, _given.TryGetValue("zone", out var zone) ? Zone(zone) : null);
    }

    /// <summary>How a window is written.</summary>
    public static string Usage(string function, bool isTable)
    {
        var (table, further) = isTable ? ("table, ", " [, offset => ...] [, zone => '...']") : ("", " [, offset] [, zone]");
        return function switch
        {
            "hop" => $"HOP({table}time, slide, size{further})",
            "cumulate" => $"CUMULATE({table}time, step, size{further})",
            "session" => isTable ? "SESSION(table [PARTITION BY key, ...], time, gap)" : "SESSION(time, gap)",
            _ => $"TUMBLE({table}time, size{further})",
        };
    }

    string Usage() => Usage(function.Text, isTable);

    void Read(string[] positions)
    {
        for (var i = 0; i < arguments.Length; i++)
        {
            var (name, value) = arguments[i];
            var key = name?.Text ?? (i < positions.Length ? positions[i] : throw new SqlError(Codes.BadWindow, value.Span, $"too many arguments. Usage: {Usage()}."));
            if (!positions.Contains(key)) throw new SqlError(Codes.BadWindow, name!.Span, $"no argument '{key}'.{Suggestions.OrList(key, positions, "There are")}");
            if (!_given.TryAdd(key, value)) throw new SqlError(Codes.Repeated, value.Span, $"the argument {key} is given twice. Usage: {Usage()}.");
        }
    }

    void CheckSlide(Interval size, Interval slide)
    {
        var at = _given["slide"].Span;
        if (size.IsFixed != slide.IsFixed) throw new SqlError(Codes.NotYet, at, "a slide in months with a size in days, or the reverse, does not exist yet.");
        var (long_, step) = (size.ApproximateMicroseconds, slide.ApproximateMicroseconds);
        if (step > long_) throw new SqlError(Codes.BadWindow, at, $"the slide is longer than the size: rows between windows would be lost. Arguments are HOP({(isTable ? "table, " : "")}time, slide, size).");
        CheckOverlap(long_ / step, at, "slide");
    }

    /// <summary>Whole steps make a window: of months in months, of days (which in a zone are longer and shorter) in days or in parts of a day.</summary>
    void CheckStep(Interval size, Interval step)
    {
        var at = _given["step"].Span;
        var divides = size.IsFixed == step.IsFixed
            ? size.IsFixed ? size.FixedMicroseconds % step.FixedMicroseconds == 0 && (step.Days == 0 || step.Microseconds == 0) : size.Months % step.Months == 0
            : step.IsFixed && Data.Interval.MicrosecondsPerDay % step.FixedMicroseconds == 0;
        if (!divides)
            throw new SqlError(Codes.BadWindow, at, "whole steps must make the size; a step of a size in months is months, a day or a part of one. Arguments are CUMULATE(table, time, step, size).");
        CheckOverlap(PlanBuilder.LongestMicroseconds(size) / step.ApproximateMicroseconds, at, "step");
    }

    static void CheckOverlap(Int128 windows, Span span, string what)
    {
        if (windows > MaxOverlap) throw new SqlError(Codes.BadWindow, span, $"a row would fall into {windows} windows; at most {MaxOverlap} are allowed. Make the {what} longer.");
    }

    Interval Length(string what)
    {
        var expression = _given[what];
        var interval = Interval(expression, what);
        if (interval.Months != 0 && (interval.Days != 0 || interval.Microseconds != 0)) throw new SqlError(Codes.BadWindow, expression.Span, $"the {what} mixes months with days or time.");
        if (interval.Months < 0 || interval.IsFixed && interval.FixedMicroseconds <= 0) throw new SqlError(Codes.BadWindow, expression.Span, $"the {what} must be longer than nothing.");
        return interval;
    }

    Interval Interval(Expr expression, string what)
    {
        var interval = Constants.Interval(compilation, expression, what);
        if (Math.Abs((long)interval.Months) > MaxMonths || Math.Abs((long)interval.Days) > MaxDays || Int128.Abs(interval.Microseconds) > MaxDays * (Int128)Data.Interval.MicrosecondsPerDay)
            throw new SqlError(Codes.BadWindow, expression.Span, $"the {what} is longer than 1000 years.");
        return interval;
    }

    string Zone(Expr expression)
    {
        var zone = Constants.Text(compilation, expression, "the zone");
        return TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _) ? zone : throw new SqlError(Codes.BadArgument, expression.Span, $"no time zone '{zone}'. Zones are named as in 'Europe/Berlin' or 'UTC'.");
    }
}

using System.Globalization;
using System.Text;
using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Formats;

/// <summary>What the values of one field of a sample have in common.</summary>
/// <param name="Field">Name or path in the input.</param>
/// <param name="Type">The narrowest type that takes all values, with room.</param>
/// <param name="NullShare">Share of records without a value.</param>
/// <param name="TimestampFormat">For TIMESTAMP the pattern, or null for ISO 8601 and epoch numbers.</param>
/// <param name="DisorderMicroseconds">For TIMESTAMP how far a value was behind the largest before it, at most.</param>
/// <param name="TimeScore">For TIMESTAMP how likely it is the time of the event.</param>
/// <param name="Note">Words for people.</param>
sealed record InferredColumn(string Field, DataType Type, double NullShare, string? TimestampFormat, long DisorderMicroseconds, double TimeScore, string? Note)
{
    static readonly string[] s_patterns =
    [
        "dd.MM.yyyy HH:mm:ss", "dd.MM.yyyy HH:mm", "dd.MM.yyyy", "d.M.yyyy H:mm", "d.M.yyyy", "yyyy/MM/dd HH:mm:ss", "yyyy/MM/dd HH:mm", "yyyy/MM/dd", "dd/MM/yyyy HH:mm:ss", "dd/MM/yyyy HH:mm",
        "dd/MM/yyyy", "MM/dd/yyyy HH:mm:ss", "MM/dd/yyyy HH:mm", "MM/dd/yyyy", "M/d/yyyy h:mm:ss tt", "M/d/yyyy h:mm tt", "M/d/yyyy H:mm", "M/d/yyyy", "M/d/yy H:mm", "dd-MM-yyyy HH:mm:ss",
        "dd-MM-yyyy HH:mm", "dd-MM-yyyy", "d MMM yyyy HH:mm:ss", "d MMM yyyy", "d-MMM-yyyy", "MMM d yyyy HH:mm:ss", "MMM d yyyy", "dd/MMM/yyyy:HH:mm:ss zzz", "yyyyMMddHHmmss", "yyyyMMdd'T'HHmmss",
    ];

    static readonly string[] s_timeNames = ["at", "event_time", "timestamp", "time", "ts", "datetime", "date", "created", "created_at", "occurred_at"];

    /// <summary>Looks at the values of a field; null is no value.</summary>
    public static InferredColumn Of(string field, IReadOnlyList<string?> values)
    {
        var present = values.Where(static v => v is { Length: > 0 }).Select(static v => v!).ToList();
        var nulls = values.Count == 0 ? 0 : 1 - present.Count / (double)values.Count;
        InferredColumn Column(DataType type, string? note = null) => new(field, type, nulls, null, 0, 0, note);
        if (present.Count == 0) return Column(DataType.Text, "no value in the sample");
        if (present.TrueForAll(static v => v.ToLowerInvariant() is "true" or "false")) return Column(DataType.Boolean);
        var name = Inference.NameOf(field);
        if (Moments(name, present) is { } moments) return Timed(field, name, nulls, moments.Format, moments.Times);
        var example = $"e.g. {Shown(present[0])}";
        if (!present.TrueForAll(IsNumber)) return Column(DataType.Text, example);
        // 00123 is a code, and so is 17850.0 under a name such as CustomerID.
        if (present.Exists(static v => v.TrimStart('-') is ['0', >= '0' and <= '9', ..])) return Column(DataType.Text, $"{example}, whose leading zeros a number would lose");
        var isCode = name.Split('_')[^1] is "id" or "code" or "no" or "number" or "key" or "zip";
        if (isCode && present.Exists(static v => v.Contains('.', StringComparison.Ordinal))) return Column(DataType.Text, example);
        return Number(present) is var (type, note) ? Column(type, note) : Column(DataType.Text, example);
    }

    static bool IsNumber(string text) => Numbers.Split(Encoding.UTF8.GetBytes(text), out _, out _, out _, out _);

    static (DataType Type, string? Note) Number(List<string> values)
    {
        int whole = 0, scale = 0;
        foreach (var value in values)
        {
            if (value.AsSpan().IndexOfAny('e', 'E') >= 0) return (DataType.Double, null);
            var digits = value.AsSpan().TrimStart("+-");
            var point = digits.IndexOf('.');
            whole = Math.Max(whole, point < 0 ? digits.Length : point);
            if (point >= 0) scale = Math.Max(scale, digits.Length - point - 1);
        }
        if (scale > 8 || whole + scale > 30) return (DataType.Double, scale > 8 ? null : "numbers beyond BIGINT");
        if (scale > 0) return (DataType.Decimal(Math.Max(10, whole + scale + 3), scale), null);
        return whole <= 8 ? (DataType.Integer, null) : whole <= 18 ? (DataType.BigInt, null) : (DataType.Decimal(whole + 4, 0), "numbers beyond BIGINT");
    }

    static (string? Format, List<long> Times)? Moments(string name, List<string> values)
    {
        // Plain numbers are moments only under a name that says so, and of the years 2001 to 2100.
        if (values.TrueForAll(IsNumber))
        {
            var isTime = name.Split('_').Any(static w => w is "at" or "time" or "timestamp" or "ts" or "date" or "datetime" or "epoch");
            if (!isTime || Parse(new TimestampRules(Options.None), values) is not { } epochs) return null;
            return epochs.TrueForAll(static t => t is > 978_307_200_000_000 and < 4_102_444_800_000_000) ? (null, epochs) : null;
        }
        if (values[0].Length < 6 || !values[0].AsSpan().ContainsAnyInRange('0', '9')) return null;
        if (Parse(new TimestampRules(Options.None), values) is { } times) return (null, times);
        foreach (var pattern in s_patterns)
            if (Parse(new TimestampRules(new Options(new Dictionary<string, string> { ["timestamp_format"] = pattern })), values) is { } parsed) return (pattern, parsed);
        return null;
    }

    static List<long>? Parse(TimestampRules rules, List<string> values)
    {
        var times = new List<long>(values.Count);
        foreach (var value in values)
        {
            if (rules.Parse(Encoding.UTF8.GetBytes(value), out var time) != Fit.Fits) return null;
            times.Add(time);
        }
        return times;
    }

    static InferredColumn Timed(string field, string name, double nulls, string? format, List<long> times)
    {
        long largest = long.MinValue, disorder = 0, steps = 0;
        foreach (var time in times)
        {
            if (largest != long.MinValue) disorder = Math.Max(disorder, largest - time);
            if (time > largest) steps++;
            largest = Math.Max(largest, time);
        }
        // A good name counts most, then few NULLs and an order in time: birthdays have none.
        var named = Array.IndexOf(s_timeNames, name) >= 0 ? 2 : s_timeNames.Any(n => name.StartsWith(n, StringComparison.Ordinal) || name.EndsWith(n, StringComparison.Ordinal)) ? 1 : 0;
        var order = times.Count < 2 || largest == times.Min() ? 1 : 1 - disorder / (double)(largest - times.Min());
        return new(field, DataType.Timestamp, nulls, format, disorder, named + (1 - nulls) + 2 * order + (steps > 1 ? 0.5 : 0), null);
    }

    static string Shown(string text)
    {
        var line = text.Length > 30 ? text[..27] + "..." : text;
        return line.ReplaceLineEndings(" ").ToString(CultureInfo.InvariantCulture);
    }
}

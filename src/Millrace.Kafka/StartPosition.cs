using System.Globalization;
using System.Text;
using Millrace.Connectors;
using Millrace.Expressions;

namespace Millrace.Kafka;

/// <summary>Where partitions are read from when there is no checkpoint: the option <c>start</c>.</summary>
/// <param name="Kind">How it is said.</param>
/// <param name="Time">Milliseconds since 1970, where it is a time.</param>
/// <param name="Offsets">By partition, where it is offsets.</param>
sealed record StartPosition(StartKind Kind, long Time, IReadOnlyDictionary<int, long> Offsets)
{
    static readonly Dictionary<int, long> s_none = [];

    /// <summary>Reads the option.</summary>
    /// <exception cref="ConnectorException">It is none of the forms.</exception>
    public static StartPosition Parse(string text)
    {
        switch (text)
        {
            case "earliest": return new(StartKind.Earliest, 0, s_none);
            case "latest" or "now": return new(StartKind.Latest, 0, s_none);
            case "group": return new(StartKind.Group, 0, s_none);
        }
        if (TryOffsets(text) is { } offsets) return new(StartKind.Offsets, 0, offsets);
        if (ValueText.TryParseTimestamp(Encoding.UTF8.GetBytes(text), out var time)) return new(StartKind.Time, time / 1000, s_none);
        throw new ConnectorException(Fault.User, $"start = '{text}': expected 'earliest', 'latest', 'group', a time such as '2024-03-01 10:00:00', or offsets by partition such as '0:1500, 1:1720'.");
    }

    static Dictionary<int, long>? TryOffsets(string text)
    {
        var offsets = new Dictionary<int, long>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var colon = part.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || !int.TryParse(part.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out var partition)
                || !long.TryParse(part.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var offset)) return null;
            offsets[partition] = offset;
        }
        return offsets;
    }
}

/// <summary>Forms of <c>start</c>.</summary>
enum StartKind
{
    Earliest,
    Latest,
    /// <summary>Where the consumer group has committed.</summary>
    Group,
    /// <summary>The first message from a time on.</summary>
    Time,
    Offsets,
}

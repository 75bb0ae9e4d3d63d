using System.Text.RegularExpressions;
using Millrace.Connectors;

namespace Millrace.Cassandra;

/// <summary>A column of the primary key: one of the view's, or the beginning of the hour, day or month that one lies in.</summary>
/// <param name="Column">The view's column.</param>
/// <param name="Unit">"hour", "day" or "month"; "" = the column itself.</param>
/// <param name="IsDescending">Whether rows stand in descending order.</param>
sealed partial record KeyPart(string Column, string Unit, bool IsDescending)
{
    /// <summary>The name in Cassandra: window_start_day for day(window_start).</summary>
    public string Name => Unit.Length == 0 ? Column : $"{Column}_{Unit}";

    /// <summary>Reads a list such as 'product, day(window_start) DESC'.</summary>
    /// <exception cref="ConnectorException">It is none.</exception>
    public static IReadOnlyList<KeyPart> ParseList(string option, string text)
    {
        var parts = new List<KeyPart>();
        foreach (var item in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var match = Item().Match(item);
            if (!match.Success) throw new ConnectorException(Fault.User, $"{option} = '{text}': '{item}' is no column. Write names of columns, or day(c), hour(c) or month(c), each perhaps with DESC, with commas.");
            var part = new KeyPart(match.Groups["column"].Value, match.Groups["unit"].Value.ToLowerInvariant(), match.Groups["order"].Value.Equals("desc", StringComparison.OrdinalIgnoreCase));
            if (part.IsDescending && option == "partition_key") throw new ConnectorException(Fault.User, $"{option} = '{text}': partitions have no order; DESC belongs into clustering_key.");
            parts.Add(part);
        }
        return parts;
    }

    [GeneratedRegex(@"^(?:(?<unit>hour|day|month)\s*\(\s*)?(?<column>[^\s(),]+)(?(unit)\s*\))(?:\s+(?<order>asc|desc))?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Item();
}

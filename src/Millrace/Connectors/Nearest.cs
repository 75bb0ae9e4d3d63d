namespace Millrace.Connectors;

/// <summary>Names that come near a name that does not exist, for "did you mean".</summary>
static class Nearest
{
    /// <summary>Up to some names that differ in a third of the letters at most, nearest first; case does not count.</summary>
    public static IReadOnlyList<string> To(string wanted, IEnumerable<string> names, int most) =>
    [
        .. names.Select(n => (Name: n, Distance: Distance(wanted.ToLowerInvariant(), n.ToLowerInvariant())))
            .Where(n => n.Distance <= Math.Max(2, wanted.Length / 3))
            .OrderBy(static n => n.Distance).ThenBy(static n => n.Name, StringComparer.Ordinal).Take(most).Select(static n => n.Name),
    ];

    /// <summary>Letters to insert, delete, replace or swap with their neighbour (optimal string alignment).</summary>
    internal static int Distance(string a, string b)
    {
        var (before, last, row) = (new int[b.Length + 1], new int[b.Length + 1], new int[b.Length + 1]);
        for (var j = 0; j <= b.Length; j++) last[j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                row[j] = Math.Min(Math.Min(last[j], row[j - 1]) + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = Math.Min(row[j], before[j - 2] + 1);
            }
            (before, last, row) = (last, row, before);
        }
        return last[b.Length];
    }
}

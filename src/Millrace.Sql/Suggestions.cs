namespace Millrace.Sql;

/// <summary>"Did you mean": the known name nearest to one that is not known.</summary>
internal static class Suggestions
{
    /// <summary>" Did you mean 'x'?", or nothing where no name is near.</summary>
    public static string For(string name, IEnumerable<string> known) => Nearest(name, known) is { } nearest ? $" Did you mean '{nearest}'?" : "";

    /// <summary>As <see cref="For"/>, or else what there is.</summary>
    public static string OrList(string name, IEnumerable<string> known, string what)
    {
        var all = known.Distinct().ToList();
        if (Nearest(name, all) is { } nearest) return $" Did you mean '{nearest}'?";
        return all.Count == 0 ? "" : $" {what}: {List(all)}.";
    }

    /// <summary>Names in a row, cut after twenty.</summary>
    public static string List(IEnumerable<string> names)
    {
        var all = names.ToList();
        return string.Join(", ", all.Take(20)) + (all.Count > 20 ? ", ..." : "");
    }

    /// <summary>The nearest by edits (a swap of neighbours is one), at most a third of the length; the first of equals by name.</summary>
    public static string? Nearest(string name, IEnumerable<string> known)
    {
        if (name.Length > 64) return null;
        var limit = Math.Max(1, name.Length / 3);
        return known.Distinct().Where(k => Math.Abs(k.Length - name.Length) <= limit && k.Any(char.IsLetter))
            .Select(k => (Name: k, Distance: Distance(name.ToLowerInvariant(), k.ToLowerInvariant())))
            .Where(k => k.Distance <= limit && k.Distance < name.Length)
            .OrderBy(k => k.Distance).ThenBy(k => k.Name, StringComparer.Ordinal).FirstOrDefault().Name;
    }

    static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }
        return d[a.Length, b.Length];
    }
}

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
            .Select(k => (Name: k, Distance: Connectors.Nearest.Distance(name.ToLowerInvariant(), k.ToLowerInvariant())))
            .Where(k => k.Distance <= limit && k.Distance < name.Length)
            .OrderBy(k => k.Distance).ThenBy(k => k.Name, StringComparer.Ordinal).FirstOrDefault().Name;
    }
}

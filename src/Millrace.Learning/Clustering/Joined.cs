namespace Millrace.Learning.Clustering;

/// <summary>Which of some things belong together, when pairs of them are joined: union by least number.</summary>
static class Joined
{
    /// <summary>Each thing by itself.</summary>
    public static void Begin(Span<int> parents)
    {
        for (var i = 0; i < parents.Length; i++) parents[i] = i;
    }

    /// <summary>The thing that stands for all that are joined with one.</summary>
    public static int Root(Span<int> parents, int i)
    {
        while (parents[i] != i) i = parents[i] = parents[parents[i]];
        return i;
    }

    /// <summary>Joins two.</summary>
    public static void Join(Span<int> parents, int a, int b)
    {
        var (one, two) = (Root(parents, a), Root(parents, b));
        parents[Math.Max(one, two)] = Math.Min(one, two);
    }

    /// <summary>Numbers those that count from 0 in their order, -1 for those that do not.</summary>
    /// <returns>How many there are.</returns>
    public static int Number(Span<int> parents, ReadOnlySpan<bool> counts, Span<int> numbers)
    {
        var next = 0;
        for (var i = 0; i < parents.Length; i++)
        {
            var root = Root(parents, i);
            numbers[i] = !counts[i] ? -1 : root == i ? next++ : numbers[root];
        }
        return next;
    }
}

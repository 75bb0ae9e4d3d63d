using Millrace.Planning;

namespace Millrace.Tests.Operators;

/// <summary>A pattern variable as the oracle sees it.</summary>
/// <param name="Holds">Whether a row fits, given all rows of the partition, for each row before it since the start of the match its variable, the start and the row.</param>
sealed record BruteElement(int Min, int Max, bool IsReluctant, Func<BruteMatcher, int, bool> Holds);

/// <summary>Looks for matches by trying everything, in the order that the standard says, over a whole partition that stands in order: what the operator is compared with.</summary>
sealed class BruteMatcher(IReadOnlyList<object?[]> rows, IReadOnlyList<BruteElement> pattern, long? within)
{
    public IReadOnlyList<object?[]> Rows => rows;
    public int Start { get; private set; }

    /// <summary>For each row since the start of the match its variable; the last is the row at hand while a condition is asked.</summary>
    public List<int> Labels { get; } = [];

    /// <summary>The rows that a variable has taken (-1 = all), the row at hand included.</summary>
    public IEnumerable<int> Of(int variable) => Enumerable.Range(0, Labels.Count).Where(i => variable < 0 || Labels[i] == variable).Select(i => Start + i);

    /// <summary>All matches, each as its start and the variables of its rows.</summary>
    public IEnumerable<(int Start, IReadOnlyList<int> Labels)> Matches(SkipMode skip, int skipTo)
    {
        for (Start = 0; Start < rows.Count;)
        {
            Labels.Clear();
            if (!Next(0, Start))
            {
                Start++;
                continue;
            }
            yield return (Start, [.. Labels]);
            Start = skip switch
            {
                SkipMode.PastLastRow => Start + Labels.Count,
                SkipMode.ToNextRow => Start + 1,
                SkipMode.ToFirst => Math.Max(Start + 1, Start + Labels.IndexOf(skipTo)),
                _ => Math.Max(Start + 1, Start + Labels.LastIndexOf(skipTo)),
            };
        }
    }

    bool Next(int place, int row) => place == pattern.Count || Go(place, 0, row);

    bool Go(int place, int count, int row)
    {
        var element = pattern[place];
        if (element.IsReluctant && count >= element.Min && Next(place + 1, row)) return true;
        if (count < element.Max && row < rows.Count && (within is not { } limit || (long)rows[row][0]! - (long)rows[Start][0]! < limit))
        {
            Labels.Add(place);
            if (element.Holds(this, row) && Go(place, count + 1, row + 1)) return true;
            Labels.RemoveAt(Labels.Count - 1);
        }
        return !element.IsReluctant && count >= element.Min && Next(place + 1, row);
    }
}

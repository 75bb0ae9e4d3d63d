namespace Millrace.Planning;

/// <summary>Whether the rows of one side of a node stand on its other side too: then what is late there is told by one of them, and a late row is counted once.</summary>
static class SameRows
{
    /// <summary>Whether every row of a side comes on the other side as well, with the same times.</summary>
    /// <param name="side">The side.</param>
    /// <param name="times">Columns of the side that lateness goes by, with their lags.</param>
    /// <param name="other">The other side.</param>
    /// <param name="otherTimes">Columns of the other side that lateness goes by, with their lags.</param>
    public static bool AreAmong(PlanNode side, IReadOnlyList<RowTime> times, PlanNode other, IReadOnlyList<RowTime> otherTimes)
    {
        if (times.Count != otherTimes.Count || times.Count == 0) return false;
        if (Below(other, otherTimes, filters: false) is not var (root, columns)) return false;
        return Below(side, times, filters: true) is var (same, own) && ReferenceEquals(root, same) && own.SetEquals(columns);
    }

    /// <summary>The node whose rows these are, but for columns (and for rows that are filtered out), and what the times are there.</summary>
    static (PlanNode Root, HashSet<RowTime> Times)? Below(PlanNode node, IReadOnlyList<RowTime> times, bool filters)
    {
        var columns = times.ToList();
        while (true)
        {
            switch (node)
            {
                case Project project when filters || !project.Expressions.Any(Fallible.Is):
                    for (var i = 0; i < columns.Count; i++)
                    {
                        if (project.Expressions[columns[i].Column] is not Expressions.ColumnReference column) return null;
                        columns[i] = columns[i] with { Column = column.Index };
                    }
                    node = project.Input;
                    break;
                case Filter filter when filters:
                    node = filter.Input;
                    break;
                default: return (node, [.. columns]);
            }
        }
    }
}

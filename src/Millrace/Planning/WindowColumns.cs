using Millrace.Data;

namespace Millrace.Planning;

/// <summary>The three columns of a window tell the same: where one is known, so are the others, as long as the window's size is fixed.</summary>
static class WindowColumns
{
    /// <summary>The columns of a node that always lie at a fixed distance from a column: the others of its window, and itself.</summary>
    public static IEnumerable<(int Column, long Shift)> Siblings(PlanNode node, int column)
    {
        yield return (column, 0);
        if (Origin(node, column) is not { } own) yield break;
        for (var other = 0; other < node.Schema.Count; other++)
        {
            if (other == column || node.Schema[other].Type.Kind != TypeKind.Timestamp) continue;
            if (Origin(node, other) is { } origin && ReferenceEquals(origin.Node, own.Node) && Shift(own.Window, own.Which, origin.Which) is { } shift) yield return (other, shift);
        }
    }

    /// <summary>Where a column comes from as a window's start (0), end (1) or time (2), or null.</summary>
    static (PlanNode Node, WindowSpec Window, int Which)? Origin(PlanNode node, int column)
    {
        while (true)
        {
            switch (node)
            {
                case Project project when project.Expressions[column] is Expressions.ColumnReference reference:
                    (node, column) = (project.Input, reference.Index);
                    break;
                case Filter or Expect or DelayFrontier or DistinctOn:
                    node = node.Inputs[0];
                    break;
                case AssignWindow window:
                    if (column >= window.Input.Schema.Count) return (window, window.Window, column - window.Input.Schema.Count);
                    node = window.Input;
                    break;
                case Aggregate groups:
                    var own = groups.Window is null ? 0 : PlanBuilder.WindowFields.Length;
                    if (column < own) return (groups, groups.Window!, column);
                    if (column >= own + groups.Keys.Length) return null;
                    (node, column) = (groups.Input, groups.Keys[column - own]);
                    break;
                case Join join:
                    (node, column) = column < join.Left.Schema.Count ? (join.Left, column) : (join.Right, column - join.Left.Schema.Count);
                    break;
                default: return null;
            }
        }
    }

    static long? Shift(WindowSpec window, int from, int to)
    {
        if (from == to) return 0;
        if (from == 0 || to == 0)
        {
            if (window.Kind is not (WindowKind.Tumble or WindowKind.Hop) || !window.Size.IsFixed || window.Zone is not null) return null;
        }
        long At(int which) => which == 0 ? 0 : window.Size.IsFixed ? window.Size.FixedMicroseconds - (which - 1) : -(which - 1);
        return At(to) - At(from);
    }
}

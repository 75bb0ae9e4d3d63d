using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>Processing time.</summary>
public static partial class PlanBuilder
{
    /// <summary>Appends a column with the machine's time.</summary>
    public static PlanNode ProcessingTime(PlanNode input, string name, string where = "") => new AssignProcessingTime
    {
        Schema = new Schema(input.Schema.Fields.Append(new(name, DataType.Timestamp))),
        Input = input,
        Key = input.Key,
        Times = input.Times,
        Where = where,
    };

    /// <summary>Whether a column is the machine's time, given below without anything in between that keeps rows.</summary>
    public static bool IsProcessingTime(PlanNode node, int column) => node switch
    {
        AssignProcessingTime when column == node.Schema.Count - 1 => true,
        AssignProcessingTime assign => IsProcessingTime(assign.Input, column),
        Project project => project.Expressions[column] is ColumnReference reference && IsProcessingTime(project.Input, reference.Index),
        Planning.Filter or Planning.Expect => IsProcessingTime(node.Inputs[0], column),
        UnionAll union => union.All.All(i => IsProcessingTime(i, column)),
        _ => false,
    };

    /// <summary>Lets a column of the machine's time be time from here on.</summary>
    public static PlanNode FollowProcessingTime(PlanNode input, int column) => new FollowProcessingTime
    {
        Schema = input.Schema,
        Input = input,
        Key = input.Key,
        Times = [new(column, 0)],
        Where = input.Where,
    };

    /// <summary>Gives the clean rows of a source a column with the machine's time. Sets and returns <see cref="SourceDefinition.Plan"/>.</summary>
    /// <param name="source">The source, whose plan is made.</param>
    /// <param name="name">Name of the column.</param>
    /// <param name="place">Where it stands among the columns.</param>
    /// <param name="follows">Whether it is the source's time (WATERMARK FOR it).</param>
    public static PlanNode SourceProcessingTime(SourceDefinition source, string name, int place, bool follows)
    {
        var timed = ProcessingTime(source.Rows!, name, source.Where);
        var last = timed.Schema.Count - 1;
        var items = Items(timed);
        var moved = items[last];
        items.RemoveAt(last);
        items.Insert(place, moved);
        var node = Project(timed, items, source.Where);
        if (follows) node = FollowProcessingTime(node, place);
        source.Rows = node;
        return source.Plan = node;
    }
}

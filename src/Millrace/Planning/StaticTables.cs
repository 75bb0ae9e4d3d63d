namespace Millrace.Planning;

/// <summary>Tables that end and have no event time: files, VALUES, rows of a program. Whoever looks rows up in one can wait until all of it is there.</summary>
public static class StaticTables
{
    /// <summary>Whether a plan is one: all that it reads is.</summary>
    public static bool Is(PlanNode node) => node switch
    {
        SourceScan scan => scan.Source.IsBounded,
        AssignWatermark => false,
        _ => node.Times.IsEmpty && node.Inputs.All(Is),
    };

    /// <summary>Whether a side of a join is one that rows of the other side are looked up in: of a table that keeps its own rows, each waits for a partner.</summary>
    /// <param name="table">The side.</param>
    /// <param name="isRight">Whether it is the right one.</param>
    /// <param name="kind">The join.</param>
    internal static bool IsLookedUp(PlanNode table, bool isRight, JoinKind kind) =>
        (isRight ? kind is JoinKind.Inner or JoinKind.Left or JoinKind.Semi or JoinKind.Anti : kind is JoinKind.Inner or JoinKind.Right) && Is(table);
}

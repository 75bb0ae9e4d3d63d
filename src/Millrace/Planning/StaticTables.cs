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
}

using System.Globalization;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>About how many rows a table has: as its source declares by WITH (rows = ...), as VALUES says itself, and what filters are likely to leave of it.</summary>
static class Sizes
{
    /// <summary>The rows of a plan; null where nothing is known.</summary>
    public static double? Rows(PlanNode node) => node switch
    {
        SourceScan scan => Declared(scan.Source),
        Values values => values.Rows.Length,
        Filter filter => Rows(filter.Input) * Share(filter.Condition),
        UnionAll union => union.All.Aggregate((double?)0, (sum, part) => sum + Rows(part)),
        LookupJoin { Kind: JoinKind.Semi or JoinKind.Anti } join => Rows(join.Left) / 2,
        LookupJoin join => Rows(join.Left) * Kept(join.Right),
        NumberRows numbered => Rows(numbered.Input),
        UnaryNode { HasState: false } unary and not Unnest and not Expand => Rows(unary.Input),
        _ => null,
    };

    /// <summary>The share of a table's rows that filters leave; 1 where there are none.</summary>
    public static double Kept(PlanNode table) => table switch
    {
        Filter filter => Share(filter.Condition) * Kept(filter.Input),
        NumberRows numbered => Kept(numbered.Input),
        UnaryNode { HasState: false } unary => Kept(unary.Input),
        LookupJoin join => Kept(join.Left) * Kept(join.Right),
        _ => 1,
    };

    /// <summary>What a source declares.</summary>
    public static long? Declared(SourceDefinition source) =>
        source.Options.TextOrNull("rows") is { } text && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var rows) ? rows : null;

    // The usual guesses where nothing is known of the values: one in ten is equal, one in three is less.
    static double Share(Expression condition) => condition switch
    {
        Logical { IsAnd: true } all => all.Conditions.Aggregate(1.0, (share, c) => share * Share(c)),
        Logical any => 1 - any.Conditions.Aggregate(1.0, (share, c) => share * (1 - Share(c))),
        Not not => 1 - Share(not.Operand),
        Call { Function.Name: "=" } or IsNull => 0.1,
        Call { Function.Name: "<" or "<=" or ">" or ">=" } => 1.0 / 3,
        Call { Function.Name: "<>" } => 0.9,
        _ => 0.5,
    };
}

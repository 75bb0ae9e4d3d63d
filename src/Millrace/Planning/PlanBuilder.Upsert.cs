using System.Collections.Immutable;

namespace Millrace.Planning;

/// <summary>Upsert sources.</summary>
public static partial class PlanBuilder
{
    /// <summary>The changes that the rows of an upsert source make.</summary>
    static NormalizeUpsert Upsert(SourceDefinition source, PlanNode rows)
    {
        var keys = source.PrimaryKey.Select(rows.Schema.IndexOf).ToImmutableArray();
        return new()
        {
            Schema = rows.Schema,
            Input = rows,
            Keys = keys,
            Deleted = source.Deleted is { } deleted ? rows.Schema.IndexOf(deleted) : -1,
            Time = rows.TimeColumn,
            StateTtl = source.StateTtl,
            Source = source.Name,
            Late = source.Late,
            Key = keys,
            Times = [.. rows.Times.Where(t => keys.Contains(t.Column))],
            Where = source.Where,
        };
    }
}

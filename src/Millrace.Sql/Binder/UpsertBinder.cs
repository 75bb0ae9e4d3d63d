using System.Collections.Immutable;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>What a source says of how its rows replace each other: PRIMARY KEY, changes, deleted, state_ttl.</summary>
internal sealed record UpsertBinder(ImmutableArray<string> Key, SourceChanges Changes, string? Deleted, Interval? StateTtl)
{
    /// <param name="source">The statement.</param>
    /// <param name="rows">Its columns, generated ones included.</param>
    /// <param name="options">Its options.</param>
    /// <param name="hasTime">Whether it has a WATERMARK.</param>
    public static UpsertBinder Bind(CreateSource source, Schema rows, Options options, bool hasTime)
    {
        OptionSyntax Of(string name) => source.Options.First(o => o.Name.Text == name);
        var key = ImmutableArray.CreateBuilder<string>();
        foreach (var column in source.PrimaryKey)
        {
            if (rows.IndexOf(column.Text) < 0) throw new SqlError(Codes.UnknownColumn, column.Span, $"no column '{column}' in source '{source.Name}'.{Suggestions.OrList(column.Text, rows.Fields.Select(f => f.Name), "Its columns are")}");
            if (key.Contains(column.Text)) throw new SqlError(Codes.DuplicateColumn, column.Span, $"the column '{column}' stands twice in the key.");
            key.Add(column.Text);
        }
        var changes = options.TextOrNull("changes");
        var isUpsert = changes is "upsert" or "cdc";
        if (isUpsert && key.Count == 0)
            throw new SqlError(Codes.UpsertKey, Of("changes").ValueSpan, $"changes = '{changes}' needs a PRIMARY KEY (column, ...): it says which row a row replaces.");
        foreach (var option in (string[])["deleted", "state_ttl"])
            if (!isUpsert && options.TextOrNull(option) is not null)
                throw new SqlError(Codes.UpsertKey, Of(option).Name.Span, $"'{option}' belongs to changes = 'upsert'; the rows of this source are only added.");
        var deleted = options.TextOrNull("deleted");
        if (deleted is not null && (rows.IndexOf(deleted) < 0 || rows[rows.IndexOf(deleted)].Type.Kind != TypeKind.Boolean))
        {
            var booleans = rows.Fields.Where(f => f.Type.Kind == TypeKind.Boolean).Select(f => f.Name);
            throw new SqlError(Codes.UpsertKey, Of("deleted").ValueSpan, $"'{deleted}' is no BOOLEAN column of the source.{Suggestions.OrList(deleted, booleans, "Such are")} One can be generated: gone AS op = 'd'.");
        }
        var ttl = options.TextOrNull("state_ttl") is { } text && OptionsBinder.Duration(text) is { } duration ? new Interval(0, 0, duration.Ticks / TimeSpan.TicksPerMicrosecond) : (Interval?)null;
        if (ttl is not null && !hasTime) throw new SqlError(Codes.UpsertKey, Of("state_ttl").Name.Span, "state_ttl is counted in event time: add WATERMARK FOR column AS column - INTERVAL '...'.");
        return new(key.ToImmutable(), isUpsert ? SourceChanges.Upsert : SourceChanges.Append, changes == "cdc" ? CdcBinder.Deleted : deleted, ttl);
    }
}

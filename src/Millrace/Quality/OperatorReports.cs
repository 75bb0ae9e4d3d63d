using System.Collections.Immutable;
using System.Numerics;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators;
using Millrace.Planning;

namespace Millrace.Quality;

/// <summary>What one operator reports, turned into counters, dead letters, late rows, or the end of the pipeline.</summary>
/// <param name="node">The operator's node.</param>
/// <param name="sources">The sources whose rows reach it, in the order of the plan.</param>
/// <param name="aside">Where its lane keeps what is set aside.</param>
sealed class OperatorReports(PhysicalNode node, ImmutableArray<CleanedSource> sources, SetAsideRows aside) : IReports
{
    /// <inheritdoc/>
    public BadData BadData { get; } =
        sources.IsEmpty ? BadData.Fail : sources.All(s => s.Definition.BadData == BadData.Null) ? BadData.Null : sources.First(s => s.Definition.BadData != BadData.Null).Definition.BadData;

    /// <inheritdoc/>
    public void Failed(Batch batch, RowErrors errors)
    {
        for (var word = 0; word < Bits.Words(batch.RowCount); word++)
            for (var rest = errors.Rows[word]; rest != 0; rest &= rest - 1)
            {
                var row = (word << 6) + BitOperations.TrailingZeroCount(rest);
                if (row < batch.RowCount) Failed(batch, row, errors.MessageOf(row));
            }
        foreach (var source in sources) source.Budget.Check();
    }

    void Failed(Batch batch, int row, string message)
    {
        if (SourceOf(batch) is not { } source) throw new BadDataException($"'{node.Owner}'{Place(batch, row)}: {message}.");
        if (node.IsRepeated && source.Definition.BadData != BadData.Fail) return;
        switch (source.Definition.BadData)
        {
            case BadData.Fail:
                throw End(source, row, () => source.Counters.AddUndecodable(1), $"{Where(source, batch, row)}: {message}. {Shown(source, batch, row)}"
                    + $"Mend the record, or set bad_data = 'dead_letter', 'drop' or 'null' on source '{source.Definition.Name}'.");
            case BadData.Null when BadData == BadData.Null:
                source.Counters.AddNulled(1);
                break;
            case BadData.DeadLetter:
                source.Counters.AddUndecodable(1);
                Bury(source, batch, row, "compute", message);
                break;
            default:
                source.Counters.AddUndecodable(1);
                break;
        }
    }

    /// <summary>The end of the pipeline by a row. While a source is cleaned its feed decides what becomes of the rows before it; above that there is more than one way that rows go.</summary>
    BadDataException End(CleanedSource? source, int row, Action count, string message)
    {
        if (node.Owner == source?.Definition.Name) return new(message) { Row = new(row, count) };
        count();
        return new(message);
    }

    /// <inheritdoc/>
    public void Checked(Constraint constraint, string on, long seen, long violated, long acted)
    {
        if (node.IsRepeated) return;
        foreach (var source in sources)
            foreach (var rule in source.Counters.Rules)
            {
                if (rule.Name != constraint.Name || rule.On != on) continue;
                rule.Add(seen, violated, acted);
                return;
            }
    }

    /// <inheritdoc/>
    public void SetAside(Batch batch, ReadOnlySpan<int> rows, Constraint constraint, string on)
    {
        var source = SourceOf(batch);
        if (constraint.Action == ViolationAction.Fail)
        {
            var row = rows[0];
            var where = source is null ? $"'{node.Owner}'{Place(batch, row)}" : Where(source, batch, row);
            throw End(source, row, () => Checked(constraint, on, 1, 1, 1),
                $"{where}: constraint {constraint.Name} on '{on}' is violated: {constraint.PredicateText}. {(source is null ? "" : Shown(source, batch, row))}"
                + "Mend the record, or change ON VIOLATION FAIL.");
        }
        if (source is null || node.IsRepeated) return;
        foreach (var row in rows) Bury(source, batch, row, constraint.Name, "violates " + constraint.PredicateText);
    }

    /// <inheritdoc/>
    public void Late(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<long> windowEnds, ReadOnlySpan<long> watermarks, string view)
    {
        if (SourceOf(batch) is not { } source) return;
        if (rows.Length == 0) return;
        if (source.Counters.AddLate(rows.Length)) source.Counters.AddSample(new(view, new(windowEnds[0]), new(watermarks[0]), Cut(Values(batch, rows[0]))));
        if (batch.Origin is not { } origin || source.Definition.Late.Table is not { } table) return;
        var writer = aside.Late(table);
        for (var i = 0; i < rows.Length; i++) writer.Add(origin, batch.OriginOf(rows[i]), view, windowEnds[i], watermarks[i]);
    }

    /// <inheritdoc/>
    public void Duplicates(long rows)
    {
        if (!sources.IsEmpty) sources[0].Counters.AddDuplicates(rows);
    }

    /// <inheritdoc/>
    public void Timeless(long rows, string view)
    {
        if (!sources.IsEmpty) sources[0].Counters.AddTimeless(rows);
    }

    CleanedSource? SourceOf(Batch batch)
    {
        if (sources.IsEmpty) return null;
        if (batch.Origin is not { } origin) return sources[0];
        foreach (var source in sources)
            if (source.Definition.Name == origin.Source) return source;
        return sources[0];
    }

    void Bury(CleanedSource source, Batch batch, int row, string rule, string error)
    {
        if (batch.Origin is { } origin)
        {
            var entry = batch.OriginOf(row);
            aside.DeadLetters.Add(source.Counters, source.Raws, origin.Partition, origin.Offsets[entry], rule, error, origin.Raw(entry));
        }
        else aside.DeadLetters.AddUnplaced(source.Counters, node.Owner, aside.Lane, rule, error + Place(batch, row));
    }

    string Where(CleanedSource source, Batch batch, int row)
    {
        if (node.IsAboveState || batch.Origin is not { } origin) return $"'{node.Owner}'{Place(batch, row)}";
        var name = $"Source '{source.Definition.Name}', partition {origin.Partition}, offset {origin.Offsets[batch.OriginOf(row)]}";
        return node.Owner == source.Definition.Name ? name : $"{name}, in '{node.Owner}'";
    }

    /// <summary>The key of a row that lies above state.</summary>
    string Place(Batch batch, int row)
    {
        var key = node.Logical.Inputs.Count == 0 ? [] : node.Logical.Inputs[0].Key;
        return key.IsEmpty ? "" : $", key ({string.Join(", ", key.Select(c => $"{batch.Schema[c].Name} = {ValueText.Format(batch[c], row)}"))})";
    }

    string Shown(CleanedSource source, Batch batch, int row)
    {
        if (batch.Origin is { Chunk: not null } origin) return source.Raws.Show(origin.Raw(batch.OriginOf(row)), origin.Partition);
        if (node.IsAboveState || !source.Raws.IsOpen) return "";
        return $"Row: {Values(batch, row)}. ";
    }

    static string Cut(string text) => text.Length <= 300 ? text : text[..300] + "...";

    static string Values(Batch batch, int row) => string.Join(", ", batch.Schema.Fields.Select((f, c) => $"{f.Name} = {ValueText.Format(batch[c], row)}"));
}

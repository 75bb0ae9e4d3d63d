using System.Collections.Immutable;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>changes = 'cdc': the columns of a source that reads change records (op, before, after).</summary>
/// <remarks>
/// A column is the field of its name in after, or, with FROM, any field of the record. Of a record that deletes only before is known: the columns by which its row is found (PRIMARY KEY) and placed
/// in time (WATERMARK) come from there, the others are NULL, and constraints say nothing of it. Everything else is an upsert source whose hidden column tells deletions.
/// </remarks>
internal sealed class CdcBinder
{
    /// <summary>The hidden column that is true in a record that deletes.</summary>
    public const string Deleted = "$deleted";

    const string After = "after.", Before = "before.";

    readonly CreateSource _source;
    readonly string _envelope;
    readonly List<(ColumnSyntax Syntax, DataType Type)> _physical;
    readonly int[] _twins; // of each column the one from before, or -1

    CdcBinder(CreateSource source, string envelope, List<(ColumnSyntax Syntax, DataType Type)> physical)
    {
        (_source, _envelope, _physical) = (source, envelope, physical);
        var needed = NamesOf([.. source.PrimaryKey.Select(k => k.Text), .. source.Watermark is { } w ? [w.Column.Text] : Array.Empty<string>()]);
        _twins = new int[physical.Count];
        var next = physical.Count + 1; // behind op
        for (var i = 0; i < _twins.Length; i++)
            _twins[i] = needed.Contains(physical[i].Syntax.Name.Text) && physical[i].Syntax.Metadata is null && PathOf(physical[i].Syntax).StartsWith(After, StringComparison.Ordinal) ? next++ : -1;
        Schema = new([.. physical.Select(p => new Field(p.Syntax.Name.Text, p.Type)), new("$op", DataType.Text), .. WithTwin.Select(i => new Field("$before_" + physical[i].Syntax.Name.Text, physical[i].Type))]);
        Paths = [.. physical.Select(p => p.Syntax.Metadata is { } metadata ? MessageMetadata.PathOf(metadata.Text) : _envelope + PathOf(p.Syntax)), _envelope + "op", .. WithTwin.Select(i => _envelope + Before + PathOf(physical[i].Syntax)[After.Length..])];
    }

    /// <summary>How to read a source, or null where it has no change records.</summary>
    /// <param name="source">The statement.</param>
    /// <param name="physical">Its columns that are read.</param>
    /// <param name="options">Its options.</param>
    public static CdcBinder? Of(CreateSource source, List<(ColumnSyntax Syntax, DataType Type)> physical, Options options)
    {
        var isCdc = options.TextOrNull("changes") == "cdc";
        Span At(string option) => source.Options.First(o => o.Name.Text == option).Name.Span;
        if (!isCdc && options.TextOrNull("cdc.envelope") is not null) throw new SqlError(Codes.UpsertKey, At("cdc.envelope"), "'cdc.envelope' belongs to changes = 'cdc'.");
        if (!isCdc) return null;
        if (options.TextOrNull("deleted") is not null) throw new SqlError(Codes.UpsertKey, At("deleted"), "changes = 'cdc' knows from op which records delete. Leave out 'deleted'.");
        return new(source, options.TextOrNull("cdc.envelope") is { Length: > 0 } envelope ? envelope + "." : "", physical);
    }

    /// <summary>What is read: the declared columns, op, and from before what a deletion needs.</summary>
    public Schema Schema { get; }

    /// <summary>The field of each column of <see cref="Schema"/>.</summary>
    public ImmutableArray<string> Paths { get; }

    IEnumerable<int> WithTwin => Enumerable.Range(0, _twins.Length).Where(i => _twins[i] >= 0);

    static string PathOf(ColumnSyntax column) => column.Path ?? After + column.Name.Text;

    /// <summary>Masked columns are masked in before too.</summary>
    public IEnumerable<MaskedColumn> Masked(IEnumerable<MaskedColumn> masked) => masked.SelectMany(m => _twins[m.Column] < 0 ? [m] : new[] { m, m with { Column = _twins[m.Column] } });

    /// <summary>An expression over the declared columns, as it is computed from a record.</summary>
    public Expression Of(Expression expression) => expression is not ColumnReference column ? expression.WithParts(Of)
        : _twins[column.Index] < 0 ? column
        : new Case([new(IsDeletion, Twin(column))], column, column.Type);

    NotDistinct IsDeletion => new(Op, new Literal(ChangeRecords.Deletion, DataType.Text));

    ColumnReference Op => new(_physical.Count, "op", DataType.Text);

    /// <summary>The hidden column.</summary>
    /// <param name="columns">The source's columns, over the declared ones.</param>
    public Expression IsDeleted(IEnumerable<(Expression Expression, string Name)> columns)
    {
        var keys = columns.Where(c => _source.PrimaryKey.Any(k => k.Text == c.Name)).ToList();
        return new Call(ChangeRecords.Deletes([.. keys.Select(k => k.Name)]), [Op, .. keys.SelectMany(k => new[] { k.Expression, OfBefore(k.Expression) })], DataType.Boolean);
    }

    Expression OfBefore(Expression expression) => expression is not ColumnReference column ? expression.WithParts(OfBefore) : _twins[column.Index] < 0 ? column : Twin(column);

    ColumnReference Twin(ColumnReference column) => new(_twins[column.Index], Before + column.Name, column.Type);

    /// <summary>A constraint, which says nothing of deletions.</summary>
    /// <param name="constraint">Over the source's columns.</param>
    /// <param name="deleted">Where the hidden column stands behind them.</param>
    public static Constraint Of(Constraint constraint, int deleted) =>
        constraint with { Predicate = new Logical(false, [new ColumnReference(deleted, Deleted, DataType.Boolean), constraint.Predicate]) };

    /// <summary>The columns of the names, and those that generated ones of them are computed from.</summary>
    HashSet<string> NamesOf(IEnumerable<string> names) =>
        [.. names.SelectMany(n => _source.Columns.FirstOrDefault(c => c.Name.Text == n)?.Generated is { } generated ? SourceBinder.Columns(generated).Select(c => c.Name) : [n])];
}

using System.Collections.Immutable;
using System.Text;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Formats;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>CREATE SOURCE.</summary>
internal sealed class SourceBinder(Compilation compilation)
{
    /// <summary>What every source takes, whatever its connector.</summary>
    public static IReadOnlyList<OptionSpec> EngineOptions { get; } =
    [
        new("connector", "text", null, "Where the data comes from; SHOW CONNECTORS lists them.", Required: true),
        new("format", "text", null, "How bytes become rows; SHOW FORMATS lists them."),
        new("bad_data", "fail|drop|null|dead_letter", "fail", "What happens to records that cannot be read."),
        new("bad_data.max_rate", "number", null, "Share of bad records, 0 to 1, past which the pipeline stops."),
        new("watermark.idle_timeout", "duration", "30 seconds", "After so long without rows a partition no longer holds time back."),
        new("watermark.all_idle", "elapsed|hold", "elapsed", "Whether time moves on by the elapsed time when all partitions are idle."),
        new("rows", "integer", null, "About how many rows there are, of a table that others are joined with: smaller ones are joined first."),
        new("start", "earliest|now", "earliest", "Where reading begins."),
        new("changes", "append|upsert|cdc", "append", "How rows change: they are added, each replaces the row of its PRIMARY KEY (upsert), or they are a database's change records with op, before and after (cdc)."),
        new("deleted", "text", null, "upsert: the BOOLEAN column that is true in a row that deletes its key."),
        new("cdc.envelope", "text", null, "cdc: the field in which op, before and after stand, e.g. payload; none unless given."),
        new("state_ttl", "duration", null, "upsert, cdc: event time after the last row of a key when it is forgotten; never unless given."),
    ];

    public SourceDefinition Bind(CreateSource source)
    {
        if (ProctimeBinder.ColumnOf(source) is { } clock) return ProctimeBinder.Bind(source, clock, Bind);
        var isValid = true;
        var physical = new List<(ColumnSyntax Syntax, DataType Type)>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var column in source.Columns)
        {
            isValid &= compilation.Try(() =>
            {
                if (!names.Add(column.Name.Text)) throw new SqlError(Codes.DuplicateColumn, column.Name.Span, $"the column '{column.Name}' stands twice.");
                if (column.Name.Text.Length == 0 || PlanBuilder.IsHidden(column.Name.Text)) throw new SqlError(Codes.BadColumnName, column.Name.Span, "names of columns are not empty and do not begin with $.");
                if (column.Generated is null) physical.Add((column, TypeNames.Resolve(column.Type!)));
            });
        }
        var hasColumns = isValid;
        if (physical.Count == 0 && isValid)
            throw new SqlError(Codes.NoColumns, source.Name.Span, $"source '{source.Name}' has no column that is read. Declare the columns of the input.");

        var options = new OptionsBinder(compilation);
        var (connector, format, values, optionsValid) = Options(source, options);
        isValid &= optionsValid;
        foreach (var (column, type) in physical)
            isValid &= compilation.Try(() => CheckMetadata(column, type, connector));
        var masked = new List<(int Physical, string Function, byte[] Key)>();
        for (var i = 0; i < physical.Count; i++)
        {
            var index = i;
            if (physical[i].Syntax.Mask is { } mask)
                isValid &= compilation.Try(() => masked.Add(Mask(mask, physical[index].Syntax.Name, index, physical[index].Type, options)));
        }
        foreach (var column in source.Columns)
            if (column is { Generated: not null, Mask: { } mask })
                isValid &= compilation.Try(() => throw new SqlError(Codes.BadMask, mask.Span, $"'{column.Name}' is computed; masks hide physical columns. Mask what it is computed from, or leave it out."));

        // What is computed from columns that failed would fail too.
        if (!hasColumns) throw SqlError.ToldBefore;
        var schema = new Schema(physical.Select(p => new Field(p.Syntax.Name.Text, p.Type)));
        CdcBinder? cdc = null;
        isValid &= compilation.Try(() => cdc = CdcBinder.Of(source, physical, values));
        var columns = new List<(Expression Expression, string Name)>();
        foreach (var column in source.Columns)
            isValid &= compilation.Try(() => columns.Add((Column(column, schema, source, masked), column.Name.Text)));
        if (!isValid) throw SqlError.ToldBefore;

        var rows = new Schema(columns.Select(c => new Field(c.Name, c.Expression.Type)));
        var scope = new Scope($"source '{source.Name}'", [.. rows.Fields.Select((f, i) => new ScopeColumn(source.Name.Text, f.Name, i, f.Type))]);
        var constraints = Constraints.Bind(compilation, source.Constraints, scope);
        var (time, delay) = source.Watermark is { } watermark ? Watermark(watermark, scope) : (-1, 0);

        var upsert = UpsertBinder.Bind(source, rows, values, time >= 0);
        if (cdc is not null)
        {
            columns = [.. columns.Select(c => (cdc.Of(c.Expression), c.Name)), (cdc.IsDeleted(columns), CdcBinder.Deleted)];
            constraints = [.. constraints.Select(c => CdcBinder.Of(c, rows.Count))];
            rows = new Schema(columns.Select(c => new Field(c.Name, c.Expression.Type)));
        }

        var late = source.Late is null ? LatePolicy.Drop : LateBinder.Bind(compilation, source.Late, time >= 0);
        var hidden = masked.Select(m => new MaskedColumn(m.Physical, m.Function));
        var definition = new SourceDefinition
        {
            Name = source.Name.Text,
            Schema = cdc?.Schema ?? schema,
            Paths = cdc?.Paths ?? [.. physical.Select(p => PathOf(p.Syntax))],
            Connector = connector!.Name,
            Format = format,
            Options = values,
            Late = late,
            Where = compilation.Where(source.Name.Span),
            BadData = values.Text("bad_data", "fail") switch { "drop" => BadData.Drop, "null" => BadData.Null, "dead_letter" => BadData.DeadLetter, _ => BadData.Fail },
            BadDataMaxRate = values.TextOrNull("bad_data.max_rate") is null ? null : values.Number("bad_data.max_rate", 0),
            IdleTimeout = values.TextOrNull("watermark.idle_timeout") is { } timeout ? OptionsBinder.Duration(timeout)!.Value : TimeSpan.FromSeconds(30),
            AdvanceWhenAllIdle = values.Text("watermark.all_idle", "elapsed") == "elapsed",
            Masked = [.. cdc?.Masked(hidden) ?? hidden],
            IsBounded = connector.IsBounded(source.Name.Text, values),
            PrimaryKey = upsert.Key,
            Changes = upsert.Changes,
            Deleted = upsert.Deleted,
            StateTtl = upsert.StateTtl,
        };
        var isPlain = cdc is null && source.Columns.All(c => c.Generated is null);
        PlanBuilder.Source(definition, isPlain ? null : columns, constraints, time, delay, masked.Count == 0 ? null : MaskedColumns(rows, physical, masked));
        return definition;
    }

    static string PathOf(ColumnSyntax column) => column.Metadata is { } metadata ? MessageMetadata.PathOf(metadata.Text) : column.Path ?? column.Name.Text;

    static void CheckMetadata(ColumnSyntax column, DataType type, Connector? connector)
    {
        if (column.Metadata is not { } name || connector is null) return;
        if (!connector.HasMessages) throw new SqlError(Codes.BadMetadata, name.Span, $"'{connector.Name}' reads no messages, so there is no METADATA.");
        if (column.Mask is not null) throw new SqlError(Codes.BadMask, column.Mask.Span, "METADATA is not masked; leave out the column, or mask it in a view.");
        if (MessageMetadata.Find(name.Text) is not { } found)
            throw new SqlError(Codes.BadMetadata, name.Span, $"no METADATA '{name.Text}'.{Suggestions.OrList(name.Text, MessageMetadata.All.Select(static m => m.Name), "There are")}");
        if (!found.Types.Contains(type)) throw new SqlError(Codes.BadMetadata, name.Span, $"METADATA '{found.Name}' is {string.Join(" or ", found.Types)}, not {type}. {found.Summary}");
    }

    (Connector? Connector, string? Format, Options Values, bool IsValid) Options(CreateSource source, OptionsBinder options)
    {
        var connector = Named(source.Options, "connector", options) is { } c ? compilation.Options.Connectors.Find(c.Value) : null;
        var format = Named(source.Options, "format", options) is { } f ? compilation.Options.Formats.Find(f.Value) : null;
        var isValid = compilation.Try(() => Check(source, connector, format, options));
        var known = new List<OptionSpec>();
        if (connector?.SourceOptions is { } own) known.AddRange(own);
        if (format is not null) known.AddRange(format.Options);
        known.AddRange(EngineOptions);
        // Without a connector nobody knows which options there are.
        if (connector?.SourceOptions is null) return (null, null, Connectors.Options.None, false);
        // A connector that writes bytes itself may take the options of its own format.
        if (format is null) known.AddRange(compilation.Options.Formats.All.SelectMany(x => x.Options));
        var values = options.Bind(source.Options, known, $"connector '{connector.Name}'", source.Name.Span, out var areValid);
        isValid &= areValid;
        isValid &= compilation.Try(() =>
        {
            OptionSyntax Of(string name) => source.Options.First(o => o.Name.Text == name);
            // A connector that has a start of its own means something else by it.
            if (areValid && values.TextOrNull("start") == "now" && connector.SourceOptions.All(s => s.Name != "start"))
                throw new SqlError(Codes.NotYet, Of("start").ValueSpan, "start = 'now' does not exist yet. Sources are read from the start; filter older rows in a view.");
            if (areValid && values.TextOrNull("bad_data.max_rate") is not null && values.Number("bad_data.max_rate", 0) is < 0 or > 1)
                throw new SqlError(Codes.BadOption, Of("bad_data.max_rate").ValueSpan, "'bad_data.max_rate' is a share from 0 to 1.");
        });
        return (connector, format?.Name, values, isValid);
    }

    static (string Value, Span Span)? Named(IEnumerable<OptionSyntax> all, string name, OptionsBinder options)
    {
        var option = all.FirstOrDefault(o => o.Name.Text == name);
        if (option is null) return null;
        try
        {
            return (options.Value(option), option.ValueSpan);
        }
        catch (SqlError)
        {
            return null; // told where all options are checked
        }
    }

    void Check(CreateSource source, Connector? connector, Format? format, OptionsBinder options)
    {
        var all = compilation.Options.Connectors.All.Where(c => c.SourceOptions is not null).Select(c => c.Name);
        if (Named(source.Options, "connector", options) is not { } name)
            throw new SqlError(Codes.MissingOption, source.Name.Span, $"source '{source.Name}' names no connector: add connector = '...'.{OptionsBinder.Slip("connector", source.Options)} There are: {Suggestions.List(all)}.");
        if (connector is null) throw new SqlError(Codes.UnknownConnector, name.Span, $"no connector '{name.Value}'.{Suggestions.OrList(name.Value, all, "There are")}");
        if (connector.SourceOptions is null) throw new SqlError(Codes.UnknownConnector, name.Span, $"connector '{connector.Name}' is no source. Sources are {Suggestions.List(all)}.");
        var formats = compilation.Options.Formats.All.Select(f => f.Name);
        if (Named(source.Options, "format", options) is { } wanted)
        {
            if (format is null) throw new SqlError(Codes.UnknownConnector, wanted.Span, $"no format '{wanted.Value}'.{Suggestions.OrList(wanted.Value, formats, "There are")}");
        }
        else if (connector.NeedsFormat)
            throw new SqlError(Codes.MissingOption, source.Name.Span, $"connector '{connector.Name}' needs a format: add format = '...'.{OptionsBinder.Slip("format", source.Options)} There are: {Suggestions.List(formats)}.");
    }

    (int, string, byte[]) Mask(MaskSyntax mask, Name column, int index, DataType type, OptionsBinder options)
    {
        OptionSpec[] known = [new("function", string.Join('|', Masks.Names), null, "hash, redact or last4.", Required: true), new("key", "secret", null, "The secret that hash is keyed by.")];
        var values = options.Bind(mask.Options, known, "MASKED WITH", mask.Span, out var isValid);
        if (!isValid) throw SqlError.ToldBefore;
        if (type.Kind != TypeKind.Text) throw new SqlError(Codes.BadMask, mask.Span, $"'{column}' is {type}; masks hide TEXT. Declare it as TEXT.");
        var function = values.Text("function", "");
        var key = values.TextOrNull("key");
        if (key is not null && function != "hash") throw new SqlError(Codes.BadMask, mask.Span, $"'{function}' takes no key; only 'hash' does.");
        if (key is not null && !mask.Options.First(o => o.Name.Text == "key").IsSecret) throw new SqlError(Codes.BadMask, mask.Span, "the key of a mask does not stand in the file. Write key = SECRET name.");
        if (key is null && function == "hash")
        {
            compilation.Findings.Warning(Codes.UnkeyedHash, mask.Span,
                $"the hash of '{column}' has no key: whoever knows a value can compute its hash and find it. Add key = SECRET name.");
        }
        return (index, function, Encoding.UTF8.GetBytes(key ?? ""));
    }

    Expression Column(ColumnSyntax column, Schema schema, CreateSource source, List<(int Physical, string Function, byte[] Key)> masked)
    {
        if (column.Generated is null)
        {
            var index = schema.IndexOf(column.Name.Text);
            return new ColumnReference(index, column.Name.Text, schema[index].Type);
        }
        if (column.Path is not null) throw new SqlError(Codes.Unexpected, column.Name.Span, $"'{column.Name}' is computed, so it comes from no field. Leave out FROM '...'.");
        var scope = new Scope($"source '{source.Name}'", [.. schema.Fields.Select((f, i) => new ScopeColumn(source.Name.Text, f.Name, i, f.Type))]);
        foreach (var (name, span) in Columns(column.Generated))
        {
            if (schema.IndexOf(name) < 0 && source.Columns.Any(c => c.Generated is not null && c.Name.Text == name))
                throw new SqlError(Codes.GeneratedColumn, span, $"'{name}' is a generated column, and '{column.Name}' is computed from physical columns only. Repeat its expression, or compute '{column.Name}' in a view.");
            if (masked.Any(m => schema[m.Physical].Name == name))
                compilation.Findings.Warning(Codes.MaskLeak, span, $"'{column.Name}' is computed from the true value of '{name}', which is masked. Make sure that it does not reveal it.");
        }
        var expression = new ExpressionBinder(compilation, scope, null, "in a generated column").Bind(column.Generated);
        if (column.Type is null) return expression.Type.Kind == TypeKind.Null ? new Literal(null, DataType.Text) : expression;
        var type = TypeNames.Resolve(column.Type);
        if (!Casts.IsPossible(expression.Type, type)) throw new SqlError(Codes.NoCast, column.Generated.Span, $"no conversion from {expression.Type} to {type}.");
        return ExpressionBinder.Convert(expression, type, column.Generated.Span);
    }

    internal static IEnumerable<(string Name, Span Span)> Columns(Expr expression) =>
        expression is ColumnExpr column ? [(column.Column.Text, column.Span)] : expression.Parts.SelectMany(Columns);

    (int Column, long DelayMicroseconds) Watermark(WatermarkSyntax watermark, Scope scope)
    {
        var column = scope.Find(null, watermark.Column) ?? throw scope.Unknown(null, watermark.Column);
        if (column.Type.Kind != TypeKind.Timestamp)
            throw new SqlError(Codes.WrongTypes, watermark.Column.Span, $"'{column.Name}' is {column.Type}; a watermark goes by a TIMESTAMP column.");
        SqlError Form(Span span) => new(Codes.BadWatermark, span, $"a watermark is written WATERMARK FOR {column.Name} AS {column.Name} - INTERVAL '5 seconds', or AS {column.Name}.");
        bool IsColumn(Expr expression) => expression is ColumnExpr { Table: null } c && c.Column.Text == column.Name;
        if (IsColumn(watermark.Expression)) return (column.Index, 0);
        if (watermark.Expression is not BinaryExpr { Operator: "-" } minus || !IsColumn(minus.Left)) throw Form(watermark.Expression.Span);
        var delay = Constants.Interval(compilation, minus.Right, "delay of the watermark");
        if (!delay.IsFixed) throw new SqlError(Codes.BadWatermark, minus.Right.Span, "the delay of a watermark has no months: their length varies. Use days.");
        var microseconds = (Int128)delay.Days * Interval.MicrosecondsPerDay + delay.Microseconds;
        if (microseconds < 0 || microseconds > 366_000 * (Int128)Interval.MicrosecondsPerDay) throw new SqlError(Codes.BadWatermark, minus.Right.Span, "the delay of a watermark is from 0 to 1000 years.");
        return (column.Index, (long)microseconds);
    }

    static List<(Expression, string)> MaskedColumns(Schema rows, List<(ColumnSyntax Syntax, DataType Type)> physical, List<(int Physical, string Function, byte[] Key)> masked)
    {
        var columns = new List<(Expression, string)>();
        for (var i = 0; i < rows.Count; i++)
        {
            Expression column = new ColumnReference(i, rows[i].Name, rows[i].Type);
            foreach (var (index, function, key) in masked)
                if (physical[index].Syntax.Name.Text == rows[i].Name) column = new Call(Masks.Create(function, key), [column], DataType.Text);
            columns.Add((column, rows[i].Name));
        }
        return columns;
    }
}

/// <summary>CONSTRAINT ... EXPECT, on sources and views.</summary>
internal static class Constraints
{
    public static ImmutableArray<Constraint> Bind(Compilation compilation, IEnumerable<ConstraintSyntax> constraints, Scope scope)
    {
        var bound = ImmutableArray.CreateBuilder<Constraint>();
        var isValid = true;
        foreach (var constraint in constraints)
        {
            isValid &= compilation.Try(() =>
            {
                if (bound.Any(b => b.Name == constraint.Name.Text)) throw new SqlError(Codes.TakenName, constraint.Name.Span, $"the constraint '{constraint.Name}' stands twice.");
                var predicate = new ExpressionBinder(compilation, scope, null, "in a constraint").Condition(constraint.Predicate, "EXPECT");
                bound.Add(new Constraint(constraint.Name.Text, predicate, constraint.Text, constraint.Action));
            });
        }
        return isValid ? bound.ToImmutable() : throw SqlError.ToldBefore;
    }
}

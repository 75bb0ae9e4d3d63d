using Millrace.Connectors;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Sql.Binder;

/// <summary>What all binders of one text share: what it is resolved against, what was found, and where expressions stand.</summary>
internal sealed class Compilation(SqlText text, Findings findings, CompileOptions options, bool isQuery)
{
    const int MaxParts = 100_000;

    readonly Dictionary<Expression, Span> _spans = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Expression, int> _sizes = new(ReferenceEqualityComparer.Instance);

    public SqlText Text { get; } = text;
    public Findings Findings { get; } = findings;
    public CompileOptions Options { get; } = options;

    /// <summary>Whether it is asked of stored rows, which end and need no watermark.</summary>
    public bool IsQuery { get; } = isQuery;

    public Dictionary<string, Relation> Relations { get; } = new(StringComparer.Ordinal);

    /// <summary>Models by name; null where the declaration failed.</summary>
    public Dictionary<string, ModelDefinition?> Models { get; } = new(StringComparer.Ordinal);

    /// <summary>Names that statements further down declare, with their lines.</summary>
    public Dictionary<string, int> Later { get; } = new(StringComparer.Ordinal);

    /// <summary>The name that the statement at hand declares.</summary>
    public string? Current { get; set; }

    /// <summary>Whether the plan is to be run for EXPLAIN ANALYZE.</summary>
    public bool IsAnalyzed { get; set; }

    /// <summary>Takes the queries that stand as values in the expressions at hand; null where there may be none.</summary>
    public ScalarQueries? Scalars { get; set; }

    public string Where(Span span) => Text.Where(span);

    /// <summary>Runs a part; a mistake in it is told, and false comes back.</summary>
    public bool Try(Action part)
    {
        try
        {
            part();
            return true;
        }
        catch (SqlError error)
        {
            Findings.Error(error);
            return false;
        }
    }

    /// <summary>Remembers where an expression stands.</summary>
    public Expression At(Expression expression, Span span)
    {
        _spans.TryAdd(expression, span);
        return expression;
    }

    public Span SpanOf(Expression expression, Span otherwise) => _spans.GetValueOrDefault(expression, otherwise);

    /// <summary>Refuses expressions that have grown out of hand: BETWEEN, COALESCE and CASE x repeat their operands.</summary>
    public Expression Measured(Expression expression, Span span)
    {
        if (Size(expression) > MaxParts)
            throw new SqlError(Codes.TooDeep, span, $"the expression has more than {MaxParts} parts. Compute a part of it in a view or a query in FROM.");
        return expression;
    }

    int Size(Expression expression)
    {
        if (_sizes.TryGetValue(expression, out var size)) return size;
        size = 1;
        foreach (var part in expression.Parts()) size = Math.Min(10 * MaxParts, size + Size(part));
        _sizes[expression] = size;
        return size;
    }

    /// <summary>The source or view of a name.</summary>
    public Relation Relation(Name name)
    {
        if (Relations.TryGetValue(name.Text, out var relation))
        {
            if (relation.Plan is not null) return relation;
            if (name.Text == Current) throw new SqlError(Codes.UnknownTable, name.Span, $"'{name}' cannot read itself.");
            if (relation.Kind == "model")
                throw new SqlError(Codes.UnknownTable, name.Span, $"'{name}' is a model, which has no rows of its own. Ask it: FROM ML_PREDICT(MODEL {name}, TABLE rows).");
            if (relation.Kind is "sink" or "dashboard" or "late table")
                throw new SqlError(Codes.UnknownTable, name.Span, $"'{name}' is a {relation.Kind}, which a pipeline cannot read. {(relation.Kind == "late table" ? "Query it with millrace query." : "Read the view below it.")}");
            if (IsQuery && relation.Kind == "source")
                throw new SqlError(Codes.UnknownTable, name.Span, $"'{name}' is a source, which is not stored. Read a view over it, its late table or dead_letters.");
            throw SqlError.ToldBefore;
        }
        var kind = IsQuery ? "table" : "source or view";
        if (Later.TryGetValue(name.Text, out var line))
            throw new SqlError(Codes.UnknownTable, name.Span, $"'{name}' is declared further down, in line {line}. Move its declaration above this statement.");
        throw new SqlError(Codes.UnknownTable, name.Span, $"no {kind} '{name}'.{Suggestions.OrList(name.Text, Relations.Keys.Where(k => k != Current), "There are")}");
    }

    /// <summary>The model of a name.</summary>
    public ModelDefinition Model(Name name)
    {
        if (Models.TryGetValue(name.Text, out var model)) return model ?? throw SqlError.ToldBefore;
        if (Relations.TryGetValue(name.Text, out var relation)) throw new SqlError(Codes.UnknownModel, name.Span, $"'{name}' is a {relation.Kind}, not a model.");
        if (Later.TryGetValue(name.Text, out var line)) throw new SqlError(Codes.UnknownModel, name.Span, $"'{name}' is declared further down, in line {line}. Move its declaration above this statement.");
        throw new SqlError(Codes.UnknownModel, name.Span, Models.Count == 0 ? $"no model '{name}'; the file declares none: CREATE MODEL name WITH (type = '...', target = '...') AS SELECT ..."
            : $"no model '{name}'.{Suggestions.OrList(name.Text, Models.Keys, "There are")}");
    }

    /// <summary>Declares a name; it must be free.</summary>
    public void Declare(Name name, Relation relation)
    {
        if (name.Text == Quality.DeadLetters.TableName)
            throw new SqlError(Codes.TakenName, name.Span, $"'{name}' is the engine's table of records that were set aside. Choose another name.");
        if (name.Text.Length == 0 || name.Text.StartsWith('$')) throw new SqlError(Codes.BadColumnName, name.Span, "names are not empty and do not begin with $, which is the engine's own.");
        if (!Relations.TryAdd(name.Text, relation))
            throw new SqlError(Codes.TakenName, name.Span, $"the name '{name}' is taken: it is declared in line {Relations[name.Text].Line}. Choose another name.");
    }
}

/// <summary>A source, view or stored table that FROM can name.</summary>
/// <param name="Kind">"source", "view", "materialized view", "table", "late table", "sink", "model" or "dashboard".</param>
/// <param name="Plan">Its rows; null where its declaration failed, or where it cannot be read.</param>
/// <param name="Line">Where it is declared.</param>
/// <param name="Emit">The EMIT of a view, or null.</param>
internal sealed record Relation(string Kind, PlanNode? Plan, int Line, Emit? Emit = null)
{
    public bool IsMaterialized => Kind == "materialized view";
}

using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators;
using Millrace.Operators.Matching;

namespace Millrace.Planning;

/// <summary>Finds a pattern of rows in each partition, in the order of their time: MATCH_RECOGNIZE with ONE ROW PER MATCH.</summary>
/// <remarks>
/// Semantics are those of SQL:2016: beginning with the first row, the most preferred way to match is looked for (greedy quantifiers take as many rows as they can, reluctant
/// ones as few), conditions see the rows matched so far; after a match the search goes on where <see cref="Skip"/> says, otherwise with the next row. A row is looked at once the
/// final frontier has passed its time; a match is told once no row to come can make a more preferred one. Schema: the partition columns, then <see cref="Items"/>.
/// </remarks>
public sealed class MatchRecognize : UnaryNode
{
    /// <summary>Columns of the input that partition it; none = all rows are one partition.</summary>
    public required ImmutableArray<int> Partition { get; init; }
    /// <summary>The order of rows: first the time column, ascending; rows that are equal in all of it are ordered by their other columns.</summary>
    public required ImmutableArray<SortKey> Order { get; init; }
    /// <summary>The pattern: variables in a row, each with its quantifier and condition.</summary>
    public required ImmutableArray<PatternElement> Pattern { get; init; }
    /// <summary>What is told of a match.</summary>
    public required ImmutableArray<PatternItem> Items { get; init; }
    /// <summary>Where the search goes on after a match.</summary>
    public required SkipMode Skip { get; init; }
    /// <summary>The variable of <see cref="SkipMode.ToFirst"/> and <see cref="SkipMode.ToLast"/>, by its place in <see cref="Pattern"/>; -1 otherwise.</summary>
    public required int SkipTo { get; init; }
    /// <summary>All rows of a match come in less than so many microseconds after its first; null = no limit.</summary>
    public required long? WithinMicroseconds { get; init; }
    /// <summary>Name of the view it belongs to, for late rows and messages.</summary>
    public required string View { get; init; }
    /// <summary>The late policy of the source below.</summary>
    public required LatePolicy Late { get; init; }

    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;

    /// <inheritdoc/>
    public override string StateBound =>
        Items.Any(i => i.Kind == PatternItemKind.MatchNumber) ? "unbounded"
        : WithinMicroseconds is not null ? "rows of partial matches, by time"
        : Pattern.All(e => e.Max != int.MaxValue) ? "rows of partial matches, by length" : "unbounded";

    /// <inheritdoc/>
    public override string Details => $"({string.Join(" ", Pattern)})"
        + (WithinMicroseconds is { } within ? $" within {new Literal(new Interval(0, 0, within), DataType.Interval).ToSql()}" : "")
        + (Partition.IsEmpty ? "" : $" by {string.Join(", ", Partition.Select(p => Input.Schema[p].Name))}") + $" order by {Input.Schema[Order[0].Column].Name}"
        + (Skip switch
        {
            SkipMode.PastLastRow => "",
            SkipMode.ToNextRow => " skip to next row",
            SkipMode.ToFirst => $" skip to first {Pattern[SkipTo].Variable}",
            _ => $" skip to last {Pattern[SkipTo].Variable}",
        });

    internal override bool HasState => true;
    internal override bool ReadsFinal => true;
    internal override Exchange ExchangeOf(int input) => Exchange.By(Partition);
    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs) => inputs[0].AsSpan().Fill(true); // ties are decided by the whole row
    internal override IOperator CreateOperator(OperatorContext context) => new MatchOperator(this, context);
}

/// <summary>A variable of a pattern: how many rows it takes, and which.</summary>
/// <param name="Variable">Its name.</param>
/// <param name="Min">Rows at least.</param>
/// <param name="Max">Rows at most; <see cref="int.MaxValue"/> = no limit.</param>
/// <param name="IsReluctant">Whether it takes as few rows as it can rather than as many.</param>
/// <param name="Condition">What a row must fulfil, over columns that are <paramref name="Items"/>; null = any row fits.</param>
/// <param name="Items">What the condition reads; the row at hand counts as the variable's last.</param>
public sealed record PatternElement(string Variable, int Min, int Max, bool IsReluctant, Expression? Condition, ImmutableArray<PatternItem> Items)
{
    /// <inheritdoc/>
    public override string ToString() => Variable + ((Min, Max) switch
    {
        (1, 1) => "",
        (0, 1) => "?",
        (0, int.MaxValue) => "*",
        (1, int.MaxValue) => "+",
        (_, int.MaxValue) => $"{{{Min},}}",
        _ => Min == Max ? $"{{{Min}}}" : $"{{{Min},{Max}}}",
    }) + (IsReluctant ? "?" : "");
}

/// <summary>A value that a condition or a measure takes from the rows of a match.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Variable">Of which variable's rows, by its place in the pattern; -1 = of all.</param>
/// <param name="Column">Column of the input; -1 where there is none.</param>
/// <param name="Offset">Rows to go on from the first, or back from the last.</param>
/// <param name="Call">For <see cref="PatternItemKind.Aggregate"/> the aggregate over columns of the input.</param>
/// <param name="Type">Its type.</param>
public sealed record PatternItem(PatternItemKind Kind, int Variable, int Column, int Offset, AggregateCall? Call, DataType Type)
{
    /// <summary>Whether it is a column of the row at hand in the condition of a variable.</summary>
    internal bool IsOfRowAtHand(int place) => Kind == PatternItemKind.Last && Offset == 0 && (Variable < 0 || Variable == place);
}

/// <summary>The kinds of <see cref="PatternItem"/>.</summary>
public enum PatternItemKind
{
    /// <summary>LAST(v.x, offset): counted back among the variable's rows; NULL where there are not so many.</summary>
    Last,
    /// <summary>FIRST(v.x, offset): counted on among the variable's rows.</summary>
    First,
    /// <summary>PREV(v.x, offset): counted back from the variable's last row among all rows of the partition.</summary>
    Previous,
    /// <summary>An aggregate over the variable's rows.</summary>
    Aggregate,
    /// <summary>CLASSIFIER(): name of the variable of the last row.</summary>
    Classifier,
    /// <summary>MATCH_NUMBER(): 1, 2, ... in each partition.</summary>
    MatchNumber,
}

/// <summary>AFTER MATCH SKIP: with which row the search goes on. Where that would be the first row of the match, or the variable has no row, it goes on with the row after the first.</summary>
public enum SkipMode
{
    /// <summary>PAST LAST ROW: the row after the match.</summary>
    PastLastRow,
    /// <summary>TO NEXT ROW: the row after the match's first.</summary>
    ToNextRow,
    /// <summary>TO FIRST v.</summary>
    ToFirst,
    /// <summary>TO LAST v, or TO v.</summary>
    ToLast,
}

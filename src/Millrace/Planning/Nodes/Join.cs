using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators;
using Millrace.Operators.Joins;

namespace Millrace.Planning;

/// <summary>Brings together the rows of two inputs that belong together: by equal keys, by times that are near each other, by any other condition.</summary>
/// <remarks>
/// <para>
/// Both sides remember their rows and a row that comes looks for its partners among those of the other side, so order does not matter and rows that are taken back take
/// their pairs back. Where the condition bounds the distance of event times, a row is forgotten as soon as the other side's time says that no partner can come any more.
/// </para>
/// <para>
/// A row of a preserved side (LEFT, RIGHT, FULL, anti) that has no partner is told at once and taken back when one comes, unless its time is bounded: then it waits until
/// its time is over and is told once. Schema: the columns of the left side, then (but for semi and anti) those of the right.
/// </para>
/// </remarks>
public sealed class Join : BinaryNode
{
    /// <summary>Which rows go on.</summary>
    public required JoinKind Kind { get; init; }
    /// <summary>Columns that must be equal; none = every row meets every row, in one lane.</summary>
    public required ImmutableArray<JoinKey> Keys { get; init; }
    /// <summary>Bounds of times.</summary>
    public required ImmutableArray<TimeBound> Bounds { get; init; }
    /// <summary>What else must be true of a pair, over the left columns and then the right ones; null = nothing.</summary>
    public required Expression? Residual { get; init; }
    /// <summary>Name of the view, for late rows.</summary>
    public required string View { get; init; }
    /// <summary>What happens to late rows of the left side.</summary>
    public required LatePolicy LeftLate { get; init; }
    /// <summary>What happens to late rows of the right side.</summary>
    public required LatePolicy RightLate { get; init; }

    /// <summary>When rows of the left side can be forgotten: when the right side's final frontier is past any of these.</summary>
    public ImmutableArray<RowTime> LeftDeadlines => TimeBound.Deadlines(Bounds, Right, ofLeft: true);
    /// <summary>When rows of the right side can be forgotten: when the left side's final frontier is past any of these.</summary>
    public ImmutableArray<RowTime> RightDeadlines => TimeBound.Deadlines(Bounds, Left, ofLeft: false);

    /// <summary>Whether a side tells its late rows: not where the other side tells the same, as when a table is joined with itself.</summary>
    internal bool TellsLate(bool isLeft)
    {
        var (left, right) = (TimeBound.Arrivals(Bounds, Left, ofLeft: true), TimeBound.Arrivals(Bounds, Right, ofLeft: false));
        return isLeft ? !SameRows.AreAmong(Left, left, Right, right) || SameRows.AreAmong(Right, right, Left, left) : !SameRows.AreAmong(Right, right, Left, left);
    }

    /// <inheritdoc/>
    public override ChangeMode Mode
    {
        get
        {
            var isAppend = Left.Mode == ChangeMode.Append && Right.Mode == ChangeMode.Append;
            if (Kind == JoinKind.Anti) return LeftDeadlines.IsEmpty ? ChangeMode.Retract : Left.Mode;
            if (Kind.KeepsLeft && LeftDeadlines.IsEmpty || Kind.KeepsRight && RightDeadlines.IsEmpty) isAppend = false;
            return isAppend ? ChangeMode.Append : ChangeMode.Retract;
        }
    }

    /// <inheritdoc/>
    public override string StateBound => (LeftDeadlines.IsEmpty, RightDeadlines.IsEmpty) switch
    {
        (false, false) => "rows within the time bounds",
        (true, true) => "unbounded",
        (true, _) => "unbounded on the left",
        _ => "unbounded on the right",
    };

    /// <inheritdoc/>
    public override string Details
    {
        get
        {
            var parts = Keys.Select(k => $"{Left.Schema[k.Left].Name} {(k.IsNullSafe ? "IS NOT DISTINCT FROM" : "=")} {Right.Schema[k.Right].Name}")
                .Concat(Bounds.Where(b => !b.IsImplied).Select(b => b.ToText(Left.Schema, Right.Schema)));
            if (Residual is not null) parts = parts.Append(Residual.ToSql());
            var condition = string.Join(" AND ", parts);
            return condition.Length == 0 ? Kind.ToString().ToUpperInvariant() : $"{Kind.ToString().ToUpperInvariant()} on {condition}";
        }
    }

    internal override IEnumerable<object?> Parameters =>
        [Kind, Residual, Keys.Length, .. Keys.Cast<object?>(), .. Bounds.Cast<object?>(), LeftLate, RightLate, Bounds.IsEmpty ? null : View];

    internal override bool HasState => true;

    internal override Exchange ExchangeOf(int input) => Exchange.By([.. Keys.Select(k => input == 0 ? k.Left : k.Right)]);

    /// <summary>The same join whose rows other columns tell apart.</summary>
    internal Join WithKey(ImmutableArray<int> key) => new()
    {
        Schema = Schema,
        Left = Left,
        Right = Right,
        Kind = Kind,
        Keys = Keys,
        Bounds = Bounds,
        Residual = Residual,
        View = View,
        LeftLate = LeftLate,
        RightLate = RightLate,
        Key = key,
        Times = Times,
        Where = Where,
    };

    /// <summary>The columns of both sides, whatever flows out.</summary>
    internal Schema PairSchema => Kind.GivesPairs ? Schema : new Schema(Left.Schema.Fields.Concat(Right.Schema.Fields));

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        var left = Left.Schema.Count;
        for (var i = 0; i < output.Length; i++)
        {
            if (!output[i]) continue;
            if (i < left) inputs[0][i] = true;
            else inputs[1][i - left] = true;
        }
        MarkConditions(inputs[0], inputs[1]);
        foreach (var time in LeftDeadlines) inputs[0][time.Column] = true;
        foreach (var time in RightDeadlines) inputs[1][time.Column] = true;
        foreach (var time in TimeBound.Arrivals(Bounds, Left, ofLeft: true)) inputs[0][time.Column] = true;
        foreach (var time in TimeBound.Arrivals(Bounds, Right, ofLeft: false)) inputs[1][time.Column] = true;
    }

    /// <summary>Marks the columns that conditions read of pairs.</summary>
    internal void MarkConditions(bool[] left, bool[] right)
    {
        foreach (var key in Keys) (left[key.Left], right[key.Right]) = (true, true);
        MarkTests(left, right);
    }

    /// <summary>Marks the columns that are read once partners by key are found.</summary>
    internal void MarkTests(bool[] left, bool[] right)
    {
        foreach (var bound in Bounds)
            if (!bound.IsImplied) (left[bound.Left], right[bound.Right]) = (true, true);
        if (Residual is null) return;
        var both = new bool[left.Length + right.Length];
        ColumnUse.Mark(Residual, both);
        for (var i = 0; i < both.Length; i++)
        {
            if (!both[i]) continue;
            if (i < left.Length) left[i] = true;
            else right[i - left.Length] = true;
        }
    }

    internal override IOperator CreateOperator(OperatorContext context) => new JoinOperator(this, context);
}

/// <summary>A column of each side that must be equal.</summary>
/// <param name="Left">Column of the left side.</param>
/// <param name="Right">Column of the right side, of the same type.</param>
/// <param name="IsNullSafe">Whether NULL equals NULL; otherwise a NULL matches nothing.</param>
public readonly record struct JoinKey(int Left, int Right, bool IsNullSafe);

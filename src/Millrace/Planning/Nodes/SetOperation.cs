using System.Collections.Immutable;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Counts equal rows of one or two inputs and gives each as often as the operation says: DISTINCT, INTERSECT and EXCEPT over rows that may be taken back.</summary>
/// <remarks>
/// Inputs have the same types; names are the first's. Rows are equal where no column is distinct (NULL equals NULL). With <see cref="NumbersCopies"/> a last column
/// <see cref="CopyColumn"/> numbers the copies of a row from 0, so that all columns together are a key.
/// </remarks>
public sealed class SetOperation : PlanNode
{
    /// <summary>Name of the column that numbers copies, INTEGER.</summary>
    public const string CopyColumn = "$copy";

    ImmutableArray<PlanNode> _all;

    /// <summary>What decides how often a row is given.</summary>
    public required SetKind Kind { get; init; }

    /// <summary>One input, or the left and the right one.</summary>
    public required ImmutableArray<PlanNode> All
    {
        get => _all;
        init => _all = value;
    }

    /// <summary>Whether copies are numbered.</summary>
    public required bool NumbersCopies { get; init; }

    /// <summary>Name of the view it belongs to.</summary>
    public required string View { get; init; }

    /// <summary>The late policy of the source below.</summary>
    public required LatePolicy Late { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => All;

    /// <inheritdoc/>
    public override ChangeMode Mode => Kind is SetKind.Except or SetKind.ExceptAll || All.Any(i => i.Mode == ChangeMode.Retract) ? ChangeMode.Retract : ChangeMode.Append;

    /// <inheritdoc/>
    public override string StateBound => Times.IsEmpty ? "unbounded" : "rows younger than the watermark";

    /// <inheritdoc/>
    public override string Details => Kind switch
    {
        SetKind.Distinct => "DISTINCT",
        SetKind.Intersect => "INTERSECT",
        SetKind.IntersectAll => "INTERSECT ALL",
        SetKind.Except => "EXCEPT",
        SetKind.ExceptAll => "EXCEPT ALL",
        _ => "copies",
    };

    internal override IEnumerable<object?> Parameters => [View, Late, Kind, NumbersCopies, .. Schema.Fields];

    internal override PlanNode WithInputs(ImmutableArray<PlanNode> inputs)
    {
        var copy = (SetOperation)MemberwiseClone();
        copy._all = inputs;
        return copy;
    }

    internal override bool HasState => true;
    internal override Exchange ExchangeOf(int input) => Exchange.By([.. Enumerable.Range(0, All[0].Schema.Count)]);

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        foreach (var input in inputs) input.AsSpan().Fill(true);
    }

    internal override IOperator CreateOperator(OperatorContext context) => new SetOperator(this, context);
}

/// <summary>How often a row is given that stands l times on the left and r times on the right.</summary>
public enum SetKind
{
    /// <summary>Once where l &gt; 0: DISTINCT, and UNION over UNION ALL.</summary>
    Distinct,
    /// <summary>Once where both are above 0.</summary>
    Intersect,
    /// <summary>The lesser of both.</summary>
    IntersectAll,
    /// <summary>Once where l is above 0 and r is not.</summary>
    Except,
    /// <summary>l - r, if that is above 0.</summary>
    ExceptAll,
    /// <summary>l: for the numbers of copies alone.</summary>
    Copies,
}

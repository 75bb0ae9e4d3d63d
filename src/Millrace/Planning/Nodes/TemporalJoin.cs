using System.Collections.Immutable;
using Millrace.Expressions;
using Millrace.Operators;
using Millrace.Operators.Lookups;

namespace Millrace.Planning;

/// <summary>Joins each row of the left side with the row of the right side that was the newest of its key at the row's time: FOR SYSTEM_TIME AS OF, ASOF JOIN.</summary>
/// <remarks>
/// Schema: the left columns, then the right ones. A left row is told when the final frontier of both sides has passed its time, once: so the answer does not depend on who came first.
/// A row of the right side is forgotten when the frontier has passed its successor. Both sides are read final; a row behind the frontier is late on either.
/// </remarks>
public sealed class TemporalJoin : BinaryNode
{
    /// <summary>Columns of the left side that must equal <see cref="RightKeys"/>, of the same types.</summary>
    public required ImmutableArray<int> LeftKeys { get; init; }
    /// <summary>Columns of the right side.</summary>
    public required ImmutableArray<int> RightKeys { get; init; }
    /// <summary>The left side's column of event time, and its lag.</summary>
    public required EventTime LeftTime { get; init; }
    /// <summary>The right side's column of event time: from then on its row holds.</summary>
    public required EventTime RightTime { get; init; }
    /// <summary>Whether the right row must be earlier; otherwise it may have the same time.</summary>
    public required bool IsStrict { get; init; }
    /// <summary>A BOOLEAN column of the right side that is true where the key holds no row from then on; -1 = none.</summary>
    public required int Deleted { get; init; }
    /// <summary>Whether of right rows with one key and time the last to come holds (an upsert source); otherwise the least row.</summary>
    public required bool LastWins { get; init; }
    /// <summary>What must be true besides, over the columns of the node; or null.</summary>
    public required Expression? Condition { get; init; }
    /// <summary>LEFT JOIN: rows without a match go on with NULLs.</summary>
    public required bool KeepsLeft { get; init; }
    /// <summary>How much older than the left row the right one may be, in microseconds (state_ttl); null = any.</summary>
    public required long? ToleranceMicroseconds { get; init; }
    /// <summary>Name of the view, for late rows.</summary>
    public required string View { get; init; }
    /// <summary>The late policy of the left side.</summary>
    public required LatePolicy LeftLate { get; init; }
    /// <summary>The late policy of the right side.</summary>
    public required LatePolicy RightLate { get; init; }
    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;
    /// <inheritdoc/>
    public override string StateBound => ToleranceMicroseconds is null ? "rows younger than the watermark, and one row a key of the right side" : "rows younger than the watermark, and state_ttl";
    /// <inheritdoc/>
    public override string Details => LookupText.Of(KeepsLeft ? JoinKind.Left : JoinKind.Inner, Left.Schema, LeftKeys, Right.Schema, RightKeys, Condition,
        $"{Left.Schema[LeftTime.Column].Name} {(IsStrict ? ">" : ">=")} {Right.Schema[RightTime.Column].Name}");

    internal override IEnumerable<object?> Parameters =>
        [KeepsLeft, Condition, LeftTime, RightTime, IsStrict, Deleted, LastWins, ToleranceMicroseconds, View, LeftLate, RightLate, LeftKeys.Length, .. LeftKeys, .. RightKeys];
    internal override bool HasState => true;
    internal override bool ReadsFinal => true;
    internal override Exchange ExchangeOf(int input) => Exchange.By(input == 0 ? LeftKeys : RightKeys);

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        ColumnUse.Split(output, Condition, inputs);
        ColumnUse.Mark(LeftKeys, inputs[0]);
        ColumnUse.Mark(RightKeys, inputs[1]);
        (inputs[0][LeftTime.Column], inputs[1][RightTime.Column]) = (true, true);
        if (Deleted >= 0) inputs[1][Deleted] = true;
        if (!LastWins) inputs[1].AsSpan().Fill(true); // ties are decided by the whole row
    }

    internal override IOperator CreateOperator(OperatorContext context) => new TemporalJoinOperator(this, context);
}

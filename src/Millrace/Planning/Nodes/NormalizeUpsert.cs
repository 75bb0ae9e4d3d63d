using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Rows that each replace the row of their key become changes: the row that held is taken back, the new one added. A row that says so deletes.</summary>
/// <remarks>
/// Which row is the newest is decided by arrival. An update may take back a row of any age, so only times that are part of the key say anything of changes to come:
/// a row behind them is late, and its key is forgotten when they are past. With <see cref="StateTtl"/> a key is forgotten when no row of it has come for so long in event time: its
/// last row stays, the next one is added beside it.
/// </remarks>
public sealed class NormalizeUpsert : UnaryNode
{
    /// <summary>PRIMARY KEY: columns of the input.</summary>
    public required ImmutableArray<int> Keys { get; init; }
    /// <summary>A BOOLEAN column; where it is true the row of the key is deleted. -1 = none.</summary>
    public required int Deleted { get; init; }
    /// <summary>The column of event time that <see cref="StateTtl"/> goes by, or -1.</summary>
    public required int Time { get; init; }
    /// <summary>How long after its last row a key is remembered; null = for ever, or until the time in the key is past.</summary>
    public required Interval? StateTtl { get; init; }
    /// <summary>Name of the source, for late rows.</summary>
    public required string Source { get; init; }
    /// <summary>The late policy of the source.</summary>
    public required LatePolicy Late { get; init; }
    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Retract;
    /// <inheritdoc/>
    public override string StateBound => !Times.IsEmpty ? "keys younger than the watermark" : StateTtl is not null ? "state_ttl" : "one row a key";
    /// <inheritdoc/>
    public override string Details => $"by {string.Join(", ", Keys.Select(k => Schema[k].Name))}{(Deleted < 0 ? "" : $", deleted by {Schema[Deleted].Name}")}";

    internal override IEnumerable<object?> Parameters => [Source, Deleted, Time, StateTtl, Late, .. Keys];
    internal override bool HasState => true;
    internal override Exchange ExchangeOf(int input) => Exchange.By(Keys);

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs)
    {
        ColumnUse.Pass(output, inputs[0]);
        ColumnUse.Mark(Keys, inputs[0]);
        if (Deleted >= 0) inputs[0][Deleted] = true;
        if (Time >= 0 && StateTtl is not null) inputs[0][Time] = true;
        foreach (var time in Times) inputs[0][time.Column] = true;
    }

    internal override IOperator CreateOperator(OperatorContext context) => new NormalizeUpsertOperator(this, context);
}

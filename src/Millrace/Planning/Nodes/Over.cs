using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>f(...) OVER (PARTITION BY ... ORDER BY ... frame): every row with results computed from the rows before it.</summary>
/// <remarks>
/// Reads final rows and gives each once, when the final frontier has passed its time: then all rows before it are there, in order. Rows that the order does not tell apart are
/// peers; ROWS takes them in the order of whole rows. Schema: the columns of the input, then one a call.
/// </remarks>
public sealed class Over : UnaryNode
{
    /// <summary>Columns that tell partitions apart; none = all rows are one.</summary>
    public required ImmutableArray<int> Partition { get; init; }
    /// <summary>The order within a partition; none = all rows are peers.</summary>
    public required ImmutableArray<SortKey> Order { get; init; }
    /// <summary>The column of event time that says when rows are complete; null = when the input ends.</summary>
    public required EventTime? Release { get; init; }
    /// <summary>What is computed.</summary>
    public required ImmutableArray<OverCall> Calls { get; init; }
    /// <summary>Event time without a new row after which a partition begins anew; null = never.</summary>
    public required Interval? StateTtl { get; init; }
    /// <summary>Name of the view it belongs to.</summary>
    public required string View { get; init; }
    /// <summary>The late policy of the source below.</summary>
    public required LatePolicy Late { get; init; }

    /// <summary>Whether partitions end with their time, so that nothing of them is needed afterwards.</summary>
    internal bool PartitionsPass => Release is { } release && Partition.Contains(release.Column);

    /// <summary>Whether partitions are known to be whole some time before the input ends, or rows wait for that end anyhow.</summary>
    public bool PartitionsEnd => Release is null || PartitionsPass;

    /// <summary>How long after its last row a partition may still be needed, in microseconds; null = for ever.</summary>
    internal long? Reach
    {
        get
        {
            if (StateTtl is { } ttl) return PlanBuilder.LongestMicroseconds(ttl);
            if (Release is not { } release || Order.IsEmpty || Order[0].Column != release.Column) return null;
            long reach = 0;
            foreach (var call in Calls)
            {
                if (call.Function is not (OverFunction.Aggregate or OverFunction.FirstValue or OverFunction.LastValue or OverFunction.NthValue) || call.Frame.IsRows || call.Frame.Start is not { } start) return null;
                reach = Math.Max(reach, start);
            }
            return reach;
        }
    }

    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;

    /// <inheritdoc/>
    public override string StateBound => PartitionsPass ? "rows younger than the watermark" : Release is null ? "all rows" : StateTtl is not null ? "state_ttl" : Reach is not null ? "rows of the frame" : "unbounded";

    /// <inheritdoc/>
    public override string Details => string.Join(" ", new[]
    {
        string.Join(", ", Calls.Select(Text)),
        Partition.IsEmpty ? "" : "by " + string.Join(", ", Partition.Select(c => Input.Schema[c].Name)),
        Order.IsEmpty ? "" : "order by " + SortKey.ToSql(Order, Input.Schema),
    }.Where(t => t.Length > 0));

    string Text(OverCall call)
    {
        var name = call.Aggregate?.Name.ToUpperInvariant() ?? call.Function switch
        {
            OverFunction.RowNumber => "ROW_NUMBER",
            OverFunction.DenseRank => "DENSE_RANK",
            OverFunction.FirstValue => "FIRST_VALUE",
            OverFunction.LastValue => "LAST_VALUE",
            OverFunction.NthValue => "NTH_VALUE",
            var other => other.ToString().ToUpperInvariant(),
        };
        var text = $"{name}({(call.Distinct ? "DISTINCT " : "")}{string.Join(", ", call.Arguments.Select(a => Input.Schema[a].Name))})";
        return call.Frame == OverFrame.Default ? text : $"{text} {(call.Frame.IsRows ? "ROWS" : "RANGE")} {Bound(call.Frame, call.Frame.Start, "PRECEDING")} to {Bound(call.Frame, call.Frame.End, "FOLLOWING")}";
    }

    string Bound(OverFrame frame, long? offset, string unbounded) => offset switch
    {
        null or OverFrame.Unbounded => "UNBOUNDED " + unbounded,
        0 => "CURRENT ROW",
        { } distance => $"{(frame.IsRows || Input.Schema[Order[0].Column].Type.Kind != TypeKind.Timestamp ? Math.Abs(distance) : new Literal(new Interval(0, 0, Math.Abs(distance)), DataType.Interval).ToSql())} {(distance > 0 ? "PRECEDING" : "FOLLOWING")}",
    };

    internal override IEnumerable<object?> Parameters => [View, Late, StateTtl, Release, Partition.Length, .. Partition.Cast<object?>(), Order.Length, .. Order, .. Calls.SelectMany(c => c.Parameters)];

    internal override bool HasState => true;
    internal override bool ReadsFinal => true;
    internal override Exchange ExchangeOf(int input) => Exchange.By(Partition);

    internal override void MarkUse(ReadOnlySpan<bool> output, IReadOnlyList<bool[]> inputs) => inputs[0].AsSpan().Fill(true); // ties are decided by the whole row

    internal override IOperator CreateOperator(OperatorContext context) => new OverOperator(this, context);
}

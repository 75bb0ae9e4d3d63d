using System.Collections.Immutable;

namespace Millrace.Planning;

/// <summary>The stored rows of a materialized view at one version; in ad-hoc queries only.</summary>
public sealed class StoredScan : PlanNode
{
    /// <summary>Name of the table.</summary>
    public required string Table { get; init; }
    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => [];
    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;

    /// <inheritdoc/>
    public override string Name => "Stored";

    /// <inheritdoc/>
    public override string Details => Table;

    internal override PlanNode WithInputs(ImmutableArray<PlanNode> inputs) => this;
}

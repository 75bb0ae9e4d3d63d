using System.Collections.Immutable;

namespace Millrace.Planning;

/// <summary>The rows of a source as its format decodes them: the declared physical columns.</summary>
public sealed class SourceScan : PlanNode
{
    /// <summary>The source.</summary>
    public required SourceDefinition Source { get; init; }
    /// <inheritdoc/>
    public override IReadOnlyList<PlanNode> Inputs => [];
    /// <inheritdoc/>
    public override ChangeMode Mode => ChangeMode.Append;

    /// <inheritdoc/>
    public override string Name => "Source";

    /// <inheritdoc/>
    public override string Details => $"{Source.Name} ({Source.Connector}{(Source.Format is { } format ? ", " + format : "")}{(Sizes.Declared(Source) is { } rows ? $", {rows} rows" : "")})";

    internal override PlanNode WithInputs(ImmutableArray<PlanNode> inputs) => this;
}

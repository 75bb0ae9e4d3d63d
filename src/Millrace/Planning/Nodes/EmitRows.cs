using Millrace.Operators;

namespace Millrace.Planning;

/// <summary>Changes become rows that are told when they are closed, or once when they are final. The physical planner puts it above nodes that tell changes alone.</summary>
sealed class EmitRows : UnaryNode
{
    /// <summary><see cref="Ports.OnClose"/> or <see cref="Ports.Final"/>.</summary>
    public required int Port { get; init; }

    /// <inheritdoc/>
    public override ChangeMode Mode => Port == Ports.Final ? ChangeMode.Append : ChangeMode.Retract;

    /// <inheritdoc/>
    public override string StateBound => Times.IsEmpty ? "unbounded" : "rows younger than the watermark";

    internal override bool HasState => true;

    /// <summary>The node above a node's changes.</summary>
    public static EmitRows Of(PlanNode changes, int port) => new() { Schema = changes.Schema, Input = changes, Port = port, Key = changes.Key, Times = changes.Times, Where = changes.Where };

    internal override IOperator CreateOperator(OperatorContext context) => new EmitOperator(this, context);
}

namespace Millrace.Planning.Rules;

/// <summary>One rewrite of plans that changes no answer: the same rows, the same errors of rows.</summary>
/// <remarks>
/// A rule is one file and one line in <see cref="PlanRules"/>. It is made anew for each pipeline, so it may remember what it has seen. It sees every node once, inputs before
/// what reads them, then is asked for each node whose inputs are rewritten already. Plans of sources (up to their clean rows) are not rewritten: everybody shares them.
/// </remarks>
abstract class PlanRule
{
    /// <summary>Its name, as it is switched off by.</summary>
    public abstract string Name { get; }

    /// <summary>Whether it can be switched off: not where a plan says of its event times what holds only once it is rewritten.</summary>
    public virtual bool IsOptional => true;

    /// <summary>For each node, rewritten already or not, how many read it: nodes, views and sinks.</summary>
    public Dictionary<PlanNode, int> Readers { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>The nodes that something stored or sunk is made of; the others do not run.</summary>
    public HashSet<PlanNode> Running { get; } = new(ReferenceEqualityComparer.Instance);

    /// <summary>Whether a node has one reader alone, so that changing it below that reader makes nobody else compute anything twice.</summary>
    protected bool IsReadOnce(PlanNode node) => Readers.GetValueOrDefault(node) <= 1;

    /// <summary>Looks at a node before anything is rewritten.</summary>
    public virtual void See(PlanNode node) { }

    /// <summary>The node that shall stand in its place; the node itself where there is nothing to do.</summary>
    /// <param name="node">The node over inputs that are rewritten already.</param>
    /// <param name="seen">The same node as it was seen.</param>
    public virtual PlanNode Apply(PlanNode node, PlanNode seen) => Apply(node);

    /// <summary>As <see cref="Apply(PlanNode, PlanNode)"/>, for rules that look at one node at a time.</summary>
    protected virtual PlanNode Apply(PlanNode node) => node;
}

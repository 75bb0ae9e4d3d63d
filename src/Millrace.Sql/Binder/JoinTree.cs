using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Sql.Binder;

/// <summary>FROM as it was written, before it is decided what is joined first: leaves are rows, inner nodes are joins with their conditions.</summary>
/// <remarks>All columns of all leaves are numbered through from left to right; scopes and conditions go by these numbers until the plan is made.</remarks>
/// <param name="Scope">The columns that can be named.</param>
/// <param name="Name">What to call it in messages.</param>
internal abstract record JoinTree(Scope Scope, string Name)
{
    /// <summary>Rows.</summary>
    /// <param name="Node">The rows.</param>
    /// <param name="Start">The number of its first column.</param>
    /// <param name="Scope">The columns that can be named.</param>
    /// <param name="Name">What to call it.</param>
    public sealed record Leaf(PlanNode Node, int Start, Scope Scope, string Name) : JoinTree(Scope, Name);

    /// <summary>A join of two.</summary>
    /// <param name="Kind">Which rows go on.</param>
    /// <param name="Left">The left side.</param>
    /// <param name="Right">The right side.</param>
    /// <param name="On">Conditions that must all be true.</param>
    /// <param name="Merged">Columns that USING of a FULL JOIN computes, with their numbers.</param>
    /// <param name="Word">Where JOIN stands.</param>
    /// <param name="Scope">The columns that can be named.</param>
    /// <param name="Name">What to call it.</param>
    public sealed record Pair(JoinKind Kind, JoinTree Left, JoinTree Right, IReadOnlyList<Expression> On, IReadOnlyList<(Expression Expression, string Name, int Number)> Merged, Span Word, Scope Scope,
        string Name) : JoinTree(Scope, Name);
}

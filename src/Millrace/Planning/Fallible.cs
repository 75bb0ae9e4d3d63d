using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>Whether computing an expression can fail on a row: then somebody may have to say which record it was.</summary>
static class Fallible
{
    // Comparisons never fail, nor do sums and products of DOUBLE; of every other function nothing is known.
    static readonly HashSet<string> s_safe = new(StringComparer.Ordinal) { "=", "<>", "<", "<=", ">", ">=", "in" };

    /// <summary>Whether it can.</summary>
    public static bool Is(Expression expression) => expression switch
    {
        Call { Function.Name: "+" or "-" or "*", Type.Kind: TypeKind.Double } sum => sum.Arguments.Any(Is),
        Cast { Soft: false, Type.Kind: TypeKind.Double, Operand.Type.IsNumeric: true } widened => Is(widened.Operand),
        Call call when !s_safe.Contains(call.Function.Name) => true,
        Cast { Soft: false } cast when cast.Operand is not Literal => true,
        _ => expression.Parts().Any(Is),
    };

    /// <summary>Whether a node can set rows aside or fail on them.</summary>
    public static bool SetsAside(PlanNode node) => node switch
    {
        Project project => project.Expressions.Any(Is),
        Filter filter => Is(filter.Condition),
        Unnest => true,
        Expect expect => expect.Constraints.Any(c => c.Action is ViolationAction.Quarantine or ViolationAction.Fail || Is(c.Predicate)),
        LookupJoin { Condition: { } condition } => Is(condition),
        TemporalJoin { Condition: { } condition } => Is(condition),
        _ => false,
    };
}

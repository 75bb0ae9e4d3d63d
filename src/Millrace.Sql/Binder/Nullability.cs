using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Sql.Binder;

/// <summary>What is known to be never NULL: NOT IN needs less where it is.</summary>
internal static class Nullability
{
    /// <summary>Whether an expression over a plan's columns can be NULL, as far as can be seen.</summary>
    public static bool CanBeNull(PlanNode node, Expression expression) => expression switch
    {
        Literal literal => literal.Value is null,
        IsNull or NotDistinct => false,
        ColumnReference column => CanBeNull(node, column.Index),
        Cast { Soft: false } cast => CanBeNull(node, cast.Operand),
        _ => true,
    };

    static bool CanBeNull(PlanNode node, int column)
    {
        while (true)
        {
            switch (node)
            {
                case Filter filter:
                    if (JoinCondition.Parts(filter.Condition).Any(c => Refuses(c, column))) return false;
                    node = filter.Input;
                    break;
                case Project project:
                    if (project.Expressions[column] is not ColumnReference reference) return CanBeNull(project.Input, project.Expressions[column]);
                    (node, column) = (project.Input, reference.Index);
                    break;
                case DistinctOn or Expect or AssignWatermark or SingleRow:
                    node = node.Inputs[0];
                    break;
                case Join { Kind: JoinKind.Semi or JoinKind.Anti } join:
                    node = join.Left;
                    break;
                case Aggregate groups:
                    var windows = groups.Window is null ? 0 : PlanBuilder.WindowFields.Length;
                    if (column < windows) return false;
                    if (column >= windows + groups.Keys.Length) return groups.Calls[column - windows - groups.Keys.Length].Function.Name != "count";
                    (node, column) = (groups.Input, groups.Keys[column - windows]);
                    break;
                default: return true;
            }
        }
    }

    /// <summary>Whether a condition is never true of a row where the column is NULL.</summary>
    static bool Refuses(Expression condition, int column) => condition switch
    {
        Not { Operand: IsNull { Operand: ColumnReference tested } } => tested.Index == column,
        Call { Function.Name: "=" or "<" or "<=" or ">" or ">=" or "<>" } call => call.Arguments.Any(a => a is ColumnReference compared && compared.Index == column),
        _ => false,
    };
}

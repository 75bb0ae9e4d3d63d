using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning;

public static partial class PlanBuilder
{
    /// <summary>SELECT DISTINCT: every row of the input once.</summary>
    public static PlanNode Distinct(PlanNode input, Interval? stateTtl, string view, LatePolicy late, string where = "") => input.Mode == ChangeMode.Retract
        ? Set(SetKind.Distinct, [input], view, late, where) : DistinctOn(input, [.. Enumerable.Range(0, input.Schema.Count)], [], stateTtl, view, late, where);

    /// <summary>INTERSECT and EXCEPT of inputs whose columns have the same types; names are the first's.</summary>
    /// <param name="kind">What decides how often a row is given.</param>
    /// <param name="inputs">One input for DISTINCT, otherwise two.</param>
    /// <param name="view">Name of the view.</param>
    /// <param name="late">Policy of the source below.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Set(SetKind kind, ImmutableArray<PlanNode> inputs, string view, LatePolicy late, string where = "") => new SetOperation
    {
        Schema = inputs[0].Schema,
        Kind = kind,
        All = inputs,
        NumbersCopies = false,
        View = view,
        Late = late,
        Times = [.. CommonTimes(inputs)],
        Where = where,
        Key = kind is SetKind.Distinct or SetKind.Intersect or SetKind.Except ? [.. Enumerable.Range(0, inputs[0].Schema.Count)] : [],
    };

    /// <summary>A plan with a key: one that takes rows back and has none gets a hidden column that numbers the copies of equal rows.</summary>
    public static PlanNode Keyed(PlanNode plan)
    {
        if (plan.Mode == ChangeMode.Append || !plan.Key.IsEmpty) return plan;
        var set = plan as SetOperation;
        var count = plan.Schema.Count;
        return new SetOperation
        {
            Schema = new Schema(plan.Schema.Fields.Append(new(FreeName(plan.Schema, SetOperation.CopyColumn), DataType.Integer))),
            Kind = set?.Kind ?? SetKind.Copies,
            All = set?.All ?? [plan],
            NumbersCopies = true,
            View = set?.View ?? "",
            Late = set?.Late ?? LatePolicy.Drop,
            Times = plan.Times,
            Key = [.. Enumerable.Range(0, count + 1)],
            Where = plan.Where,
        };
    }

    /// <summary>Computes columns and no others: where the input is keyed and takes rows back the key may get lost. For operations that look at whole rows.</summary>
    public static PlanNode Bare(PlanNode input, IReadOnlyList<(Expression Expression, string Name)> items, string where = "")
    {
        var project = (Project)Project(input, items, where);
        return project.Schema.Count == items.Count ? project : new Project
        {
            Schema = new Schema(project.Schema.Fields.Take(items.Count)),
            Input = input,
            Expressions = project.Expressions[..items.Count],
            Key = [],
            Times = [.. project.Times.Where(t => t.Column < items.Count)],
            Where = where,
        };
    }

    /// <summary>The event times that all inputs have, with the greatest lag.</summary>
    static IEnumerable<EventTime> CommonTimes(ImmutableArray<PlanNode> inputs) => inputs[0].Times.Where(t => inputs.All(i => LagOf(i, t.Column) is not null))
        .Select(t => t with { LagMicroseconds = inputs.Max(i => LagOf(i, t.Column)!.Value) });
}

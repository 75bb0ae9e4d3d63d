using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Planning;

public static partial class PlanBuilder
{
    const string TimeName = "$time";

    /// <summary>A plan that says when its rows are known: itself where a column of it does, otherwise with a hidden column behind the others; null where nothing below is known of time.</summary>
    public static PlanNode? WithTime(PlanNode plan)
    {
        if (!plan.Times.IsEmpty) return plan;
        if (plan is not Project project || WithTime(project.Input) is not { } input) return null;
        var time = KnownAt(input);
        var items = project.Expressions.Select((e, i) => (e, project.Schema[i].Name)).ToList();
        items.Add((new ColumnReference(time.Column, input.Schema[time.Column].Name, DataType.Timestamp), HiddenName(TimeName, items)));
        return Project(input, items, project.Where);
    }

    /// <summary>The column of event time that lets a row be known first.</summary>
    /// <param name="plan">A plan with one.</param>
    public static EventTime KnownAt(PlanNode plan) => plan.Times.MinBy(t => t.LagMicroseconds);

    /// <summary>Rows with what a model says of them.</summary>
    /// <param name="rows">The rows, with a column of event time.</param>
    /// <param name="model">The model.</param>
    /// <param name="features">For each feature of the model the column of the rows that has it, of the same type.</param>
    /// <param name="view">Name of the view, for late rows.</param>
    /// <param name="late">Policy of the sources below.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Predict(PlanNode rows, ModelDefinition model, ImmutableArray<int> features, string view, LatePolicy late, string where = "") => new PredictModel
    {
        Schema = new Schema(rows.Schema.Fields.Concat(model.Answers)),
        Left = rows,
        Right = model.Rows,
        Model = model,
        Features = features,
        Time = KnownAt(rows),
        View = view,
        Late = late,
        Key = rows.Key,
        // Rows wait for this time: what other columns say of time no longer holds.
        Times = [KnownAt(rows)],
        Where = where,
    };

    /// <summary>The rows that a model learns from, with what it said of each before.</summary>
    /// <param name="model">The model.</param>
    /// <param name="view">Name of the view, for late rows.</param>
    /// <param name="late">Policy of the source below.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Learn(ModelDefinition model, string view, LatePolicy late, string where = "") => new LearnModel
    {
        Schema = new Schema(model.Rows.Schema.Fields.Concat(model.Answers)),
        Input = model.Rows,
        Model = model,
        View = view,
        Late = late,
        Key = model.Rows.Key,
        Times = [model.Time],
        Where = where,
    };
}

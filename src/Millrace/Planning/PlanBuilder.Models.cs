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
    /// <param name="explains">Whether each row stands once for each feature, with what that did to the answer.</param>
    /// <param name="view">Name of the view, for late rows.</param>
    /// <param name="late">Policy of the sources below.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Predict(PlanNode rows, ModelDefinition model, ImmutableArray<int> features, bool explains, string view, LatePolicy late, string where = "") => new PredictModel
    {
        Schema = new Schema(rows.Schema.Fields.Concat(model.Answers).Concat(explains ? PredictModel.Explanation : [])),
        Left = rows,
        Right = model.Rows,
        Model = model,
        Features = features,
        Explains = explains,
        Time = KnownAt(rows),
        View = view,
        Late = late,
        Key = rows.Key.IsEmpty || !explains ? rows.Key : rows.Key.Add(rows.Schema.Count + model.Answers.Length),
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

    /// <summary>How well a model does.</summary>
    /// <param name="tested">The rows that it learns from, with what it said of each before: see <see cref="Learn"/>.</param>
    /// <param name="model">The model; it has a target.</param>
    /// <param name="everyMicroseconds">Length of the stretches of event time at whose end metrics are told, above 0.</param>
    /// <param name="rolling">How many of the last rows rolling metrics look at, above 0.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Evaluate(PlanNode tested, ModelDefinition model, long everyMicroseconds, int rolling, string where = "") => new EvaluateModel
    {
        Schema = new Schema(EvaluateModel.Metrics(model.Kind.Answer)),
        Input = tested,
        Model = model,
        EveryMicroseconds = everyMicroseconds,
        Rolling = rolling,
        Key = [0],
        Times = [new(0, everyMicroseconds), new(1, 0)],
        Where = where,
    };

    /// <summary>Follows the series of numbers of each partition.</summary>
    /// <param name="input">Its rows.</param>
    /// <param name="partition">Columns that tell series apart.</param>
    /// <param name="value">The column of the numbers.</param>
    /// <param name="time">The column of event time that orders them.</param>
    /// <param name="horizon">Steps ahead that are told; 0 = what is unusual is told instead.</param>
    /// <param name="season">Steps of a season, 1 where there is none.</param>
    /// <param name="everyMicroseconds">Time from one number to the next; 0 = every row is a step.</param>
    /// <param name="missing">What a missing number counts as; NaN = nobody knows.</param>
    /// <param name="confidence">The share of numbers within the bounds, above 0 and below 1.</param>
    /// <param name="view">Name of the view, for late rows.</param>
    /// <param name="late">Policy of the source below.</param>
    /// <param name="where">Position in the text.</param>
    public static PlanNode Follow(PlanNode input, ImmutableArray<int> partition, int value, EventTime time, int horizon, int season, long everyMicroseconds, double missing,
        double confidence, string view, LatePolicy late, string where = "") => new FollowSeries
    {
        Schema = new Schema(input.Schema.Fields.Concat(horizon > 0 ? FollowSeries.Forecasts : FollowSeries.Findings)),
        Input = input,
        Partition = partition,
        Value = value,
        Time = time,
        Horizon = horizon,
        Season = season,
        EveryMicroseconds = everyMicroseconds,
        Missing = missing,
        Confidence = confidence,
        View = view,
        Late = late,
        Key = input.Key.IsEmpty || horizon == 0 ? input.Key : input.Key.Add(input.Schema.Count),
        Times = [time],
        Where = where,
    };
}

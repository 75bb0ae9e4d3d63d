using Millrace.Learning;

namespace Millrace.Functions;

/// <summary>The kinds of model that CREATE MODEL can make: those of Millrace.Learning, by their names.</summary>
public static class ModelKinds
{
    /// <summary>All of them, in the order of the documentation.</summary>
    public static IReadOnlyList<ModelKind> All { get; } = [.. Models.All.Select(m => new ModelKind(m.Name, AnswerOf(m.Task), m.Summary))];

    /// <summary>The kind of a name, or null.</summary>
    public static ModelKind? Find(string name) => All.FirstOrDefault(k => k.Name == name);

    static ModelAnswer AnswerOf(ModelTask task) => task switch
    {
        ModelTask.Classification => ModelAnswer.Class,
        ModelTask.Regression => ModelAnswer.Number,
        _ => ModelAnswer.Score,
    };
}

/// <summary>A kind of model.</summary>
/// <param name="Name">Its name in SQL and in images.</param>
/// <param name="Answer">What it tells of a row.</param>
/// <param name="Summary">What it is, in one sentence.</param>
public sealed record ModelKind(string Name, ModelAnswer Answer, string Summary);

/// <summary>What a model tells of a row.</summary>
public enum ModelAnswer
{
    /// <summary>To which class it belongs: columns prediction and probability.</summary>
    Class,
    /// <summary>A number: columns prediction, lower_bound and upper_bound.</summary>
    Number,
    /// <summary>How unusual it is: columns score and is_anomaly.</summary>
    Score,
}

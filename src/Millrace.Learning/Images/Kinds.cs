using Millrace.Learning.Clustering;
using Millrace.Learning.Decisions;
using Millrace.Learning.Drift;
using Millrace.Learning.Evaluation;
using Millrace.Learning.Forecasting;
using Millrace.Learning.Metrics;
using Millrace.Learning.Outputs;
using Millrace.Learning.Preparation;

namespace Millrace.Learning.Images;

/// <summary>The names under which learners and transforms stand in images, for ever.</summary>
static class Kinds
{
    // What is made of other models has no line in Models; its parts have.
    static readonly (string Name, Type Type, Func<ILearner> Blank)[] s_learners =
    [
        .. Models.All.Select(m => (m.Name, m.Type, (Func<ILearner>)m.Blank)),
        .. DriftDetectors.All.Select(d => (d.Name, d.Type, (Func<ILearner>)d.Create)),
        .. Bandits.All.Select(b => (b.Name, b.Type, (Func<ILearner>)b.Blank)),
        .. Clusterers.All.Select(c => (c.Name, c.Type, (Func<ILearner>)c.Blank)),
        .. Forecasters.All.Select(f => (f.Name, f.Type, f.Blank)),
        ("classification_metrics", typeof(ClassificationMetrics), () => new ClassificationMetrics()),
        ("regression_metrics", typeof(RegressionMetrics), () => new RegressionMetrics()),
        ("error_band", typeof(ErrorBand), () => new ErrorBand()),
        ("prepared_classifier", typeof(PreparedClassifier), () => new PreparedClassifier()),
        ("multi_output_regressor", typeof(MultiOutputRegressor), () => new MultiOutputRegressor()),
        ("prepared_regressor", typeof(PreparedRegressor), () => new PreparedRegressor()),
    ];

    static readonly (string Name, Type Type, Func<ITransform> Blank)[] s_transforms = [.. Transforms.All.Select(t => (t.Name, t.Type, t.Blank))];

    public static string NameOf(ILearner learner) => Array.Find(s_learners, m => m.Type == learner.GetType()).Name
        ?? throw new NotSupportedException($"{learner.GetType().Name} is in no list: only learners of this library are saved.");

    public static string NameOf(ITransform transform) => Array.Find(s_transforms, t => t.Type == transform.GetType()).Name
        ?? throw new NotSupportedException($"{transform.GetType().Name} is not in Transforms.All: only transforms of this library are saved.");

    public static ILearner Blank(string kind) => Array.Find(s_learners, m => m.Name == kind).Blank?.Invoke() ?? throw Unknown(kind);

    public static ITransform BlankTransform(string kind) => Array.Find(s_transforms, t => t.Name == kind).Blank?.Invoke() ?? throw Unknown(kind);

    static ModelFormatException Unknown(string kind) => new($"The image has a '{(kind.Length > 40 ? kind[..40] + "..." : kind)}', which this version does not know.");
}

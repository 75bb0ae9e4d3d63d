using Millrace.Learning;
using Millrace.Learning.Bayes;
using Millrace.Learning.Evaluation;
using Millrace.Learning.Linear;
using Millrace.Learning.Metrics;
using Millrace.Learning.Preparation;

namespace Millrace.Tests.Learning;

/// <summary>Models reach what River and MOA reach on the shared sets (shared/data/ml/README.md), with the same settings and the same protocol.</summary>
public sealed class ClassifierScoreTests
{
    static double Accuracy(LabelledRows rows, IClassifier model)
    {
        var evaluation = new PrequentialClassification(model, Horizon.Total);
        for (var i = 0; i < rows.Count; i++) evaluation.Step(rows[i], (int)rows.Targets[i]);
        return evaluation.Metrics.Accuracy;
    }

    static double Accuracy(string set, string model)
    {
        var rows = LearningData.Classified(set);
        return Accuracy(rows, (IClassifier)Models.Find(model).Create(new(rows.Features, rows.Classes)));
    }

    [Theory]
    [InlineData("elec2", 0.9108)]
    [InlineData("phishing", 0.8584)]
    [InlineData("bananas", 0.5172)]
    public void The_perceptron_scores_as_Rivers(string set, double expected) => Assert.Equal(expected, Accuracy(set, "perceptron"), 0.005);

    [Theory]
    [InlineData("elec2", 0.8601)]
    [InlineData("phishing", 0.8952)]
    [InlineData("bananas", 0.5506)]
    [InlineData("image_segments", 0.8103)]
    public void Passive_aggressive_scores_as_Rivers(string set, double expected) => Assert.Equal(expected, Accuracy(set, "passive_aggressive_classifier"), 0.005);

    [Theory]
    [InlineData("elec2", 0.7287)]
    [InlineData("phishing", 0.8847)]
    [InlineData("bananas", 0.6153)]
    [InlineData("sea_abrupt", 0.8447)]
    [InlineData("adult_train", 0.8347)]
    [InlineData("outdoor", 0.5735)]
    public void Naive_Bayes_scores_as_Rivers_or_MOAs(string set, double expected) => Assert.Equal(expected, Accuracy(set, "naive_bayes"), 0.005);

    [Theory]
    [InlineData("elec2", 0.005, 0.8221)]
    [InlineData("elec2", 0.05, 0.8768)]
    [InlineData("phishing", 0.05, 0.8928)]
    [InlineData("sea_abrupt", 0.005, 0.8898)]
    [InlineData("image_segments", 0.05, 0.8346)]
    public void Logistic_regression_scores_at_least_as_Rivers(string set, double rate, double expected)
    {
        var rows = LearningData.Classified(set);
        var model = new PreparedClassifier(new LogisticRegression(rows.Features, rows.Classes, new() { Rate = rate }), new StandardScaler(rows.Features));
        Assert.InRange(Accuracy(rows, model), expected - 0.005, 1);
    }

    [Fact]
    public void Repeating_the_last_label_is_told_beside_the_accuracy()
    {
        var rows = LearningData.Classified("elec2");
        var evaluation = new PrequentialClassification(new NaiveBayes(rows.Features), Horizon.Total);
        for (var i = 0; i < rows.Count; i++) evaluation.Step(rows[i], (int)rows.Targets[i]);
        Assert.Equal(0.8533, evaluation.Metrics.NoChangeAccuracy, 0.0005);
        Assert.True(evaluation.Metrics.KappaTemporal < 0);
    }

    [Theory]
    [InlineData("elec2", 0.7983)]
    [InlineData("phishing", 0.8799)]
    [InlineData("bananas", 0.6428)]
    [InlineData("sea_abrupt", 0.8479)]
    [InlineData("adult_train", 0.8389)]
    [InlineData("outdoor", 0.5733)]
    public void A_Hoeffding_tree_scores_as_Rivers_or_MOAs(string set, double expected) => Assert.Equal(expected, Accuracy(set, "hoeffding_tree"), 0.005);

    [Theory]
    [InlineData("elec2", 0.8334)]
    [InlineData("phishing", 0.8752)]
    [InlineData("bananas", 0.6528)]
    [InlineData("image_segments", 0.7827)]
    [InlineData("sea_abrupt", 0.8675)]
    public void An_adaptive_tree_scores_at_least_as_Rivers_and_MOAs(string set, double expected) => Assert.InRange(Accuracy(set, "hoeffding_adaptive_tree"), expected - 0.005, 1);

    [Theory]
    [InlineData("elec2", 0.89)]
    [InlineData("phishing", 0.90)]
    [InlineData("image_segments", 0.82)]
    [InlineData("bananas", 0.88)]
    public void An_adaptive_forest_reaches_what_was_set_for_it(string set, double least) => Assert.InRange(Accuracy(set, "adaptive_random_forest"), least, 1);
}

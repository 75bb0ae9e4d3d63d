using System.Text.RegularExpressions;
using Millrace.Learning;
using Millrace.Learning.Anomalies;
using Millrace.Learning.Batch;
using Millrace.Learning.Bayes;
using Millrace.Learning.Clustering;
using Millrace.Learning.Decisions;
using Millrace.Learning.Drift;
using Millrace.Learning.Evaluation;
using Millrace.Learning.Forecasting;
using Millrace.Learning.Forests;
using Millrace.Learning.Linear;
using Millrace.Learning.Metrics;
using Millrace.Learning.Neighbours;
using Millrace.Learning.Numerics;
using Millrace.Learning.Outputs;
using Millrace.Learning.Preparation;
using Millrace.Learning.Trees;

namespace Millrace.Tests.Learning;

/// <summary>The examples of docs/reference/learning, word for word, on made-up data: each compiles, runs, and does what its page says.</summary>
public sealed partial class PageExamplesTests
{
    static readonly List<(double[] Row, double Target)> s_history = [.. Enumerable.Range(0, 500).Select(i => (Row(i, 10), Row(i, 10)[0] * 3))];

    [Fact]
    public void Every_example_of_the_pages_stands_here()
    {
        var here = Words(File.ReadAllText(Repository.Path("tests/Millrace.Tests/Learning/PageExamplesTests.cs")));
        foreach (var page in Directory.EnumerateFiles(Repository.Path("docs/reference/learning"), "*.md"))
            foreach (Match block in Example().Matches(File.ReadAllText(page)))
                Assert.True(here.Contains(Words(block.Groups[1].Value), StringComparison.Ordinal), $"{Path.GetFileName(page)}:\n{block.Groups[1].Value}");
    }

    [Fact]
    public void Anomalies_of_rows()
    {
        var row = new double[6];
        var detector = new HalfSpaceTrees(FeatureSet.Numeric(6), trees: 25, height: 8, window: 250, seed: 42);
        var score = detector.Score(row);        // 0 to 1
        detector.Learn(row);
        Assert.Equal(0, score);
    }

    [Fact]
    public void Anomalies_by_random_cuts()
    {
        var cuts = new RandomCutForest(FeatureSet.Numeric(6), trees: 30, size: 256, seed: 42);
        for (var i = 0; i < 1000; i++) cuts.Learn(Row(i, 6));
        Assert.True(cuts.Score([3, 3, 3, 3, 3, 3]) > 2 * cuts.Score(Row(1, 6)));
    }

    [Fact]
    public void Anomalies_of_a_metric()
    {
        var value = 3.0;
        var detector = new MetricDetector(FeatureSet.Numeric(1));
        var score = detector.Score([value]);
        detector.Learn([value]);
        Assert.Equal(0, score);
    }

    [Fact]
    public void Anomalies_of_columns_that_depend_on_each_other()
    {
        var detector = new MewmaDetector(FeatureSet.Numeric(8), share: 0.1, training: 400);
        for (var i = 0; i < 400; i++) detector.Learn(Row(i, 8));
        for (var i = 0; i < 50; i++) detector.Learn([9, 9, 9, 9, 9, 9, 9, 9]);
        Assert.True(detector.Score([9, 9, 9, 9, 9, 9, 9, 9]) > 0.75);
    }

    [Fact]
    public void Trained_on_history()
    {
        var (history, row, rows) = (s_history, Row(7, 10), s_history.SelectMany(r => r.Row).ToArray());
        var forest = new RandomForestRegressor(FeatureSet.Numeric(10), new() { Trees = 100, TrainsItself = false });
        foreach (var (features, target) in history) forest.Learn(features, target);
        forest.Train(threads: 2);                     // the same forest for any number of threads
        var one = forest.Predict(row);
        var many = forest.PredictAll(rows);           // row behind row: some times faster
        Assert.Equal(one, many[7]);
        Assert.Equal(3 * row[0], one, 0.3);
    }

    [Fact]
    public void Clusters()
    {
        var rows = Enumerable.Range(0, 1000).Select(i => Array.ConvertAll(Row(i, 2), x => x * 0.1 + i % 2)).ToList();
        var row = rows[0];
        var clusterer = new DbStream(FeatureSet.Numeric(2), radius: 0.3);
        foreach (var one in rows) clusterer.Learn(one);
        var cluster = clusterer.Predict(row);             // -1: none yet
        var middle = clusterer.Center(cluster);
        Assert.Equal(0.05, middle[0], 0.1);
    }

    [Fact]
    public void Decisions()
    {
        var bandit = new ThompsonSampling(arms: 3, seed: 7);
        var arm = bandit.Choose();
        bandit.Learn(arm, reward: 0.8);
        Assert.Equal(0.8, bandit.Expected(arm));
    }

    [Fact]
    public void Drift()
    {
        var told = 0;
        var errors = Enumerable.Range(0, 4000).Select(i => i < 2000 || i % 2 == 0 ? 0.0 : 1);
        var detector = new Adwin();
        foreach (var error in errors)
            if (detector.Update(error)) told++;
        Assert.InRange(told, 1, 20);
        Assert.Equal(0.5, detector.Mean, 0.05);
    }

    [Fact]
    public void Evaluation()
    {
        var (model, features, label, time) = (new NaiveBayes(FeatureSet.Numeric(2)), new double[2], 1, 10L);
        var test = new PrequentialClassification(model, Horizon.Rolling(1000), delay: 3600);
        test.Step(features, label, time);        // learned before the first row of time + 3600 or more
        Assert.Equal(0, test.Metrics.Accuracy);
    }

    [Fact]
    public void Forecasts()
    {
        var series = Enumerable.Range(0, 24 * 10).Select(i => 50 + 10 * Math.Sin(i * Math.Tau / 24));
        var forecaster = new ForecastMixture(season: 24, horizon: 24);
        foreach (var value in series) forecaster.Learn(value);          // NaN: missing, time passes
        var (said, lower, upper) = (new double[24], new double[24], new double[24]);
        forecaster.Forecast(said, lower, upper, coverage: 0.9);
        Assert.Equal(60, said[6], 0.5);
        Assert.True(lower[6] <= said[6] && said[6] <= upper[6]);
    }

    [Fact]
    public void Linear()
    {
        var columns = FeatureSet.Numeric(3);
        var model = new PreparedRegressor(new LinearRegression(columns, new() { Method = StepMethod.Adam, L2 = 1e-4 }), new StandardScaler(columns));
        Assert.Equal(0, model.Predict([1, 2, 3]));
    }

    [Fact]
    public void Explanations()
    {
        var linear = new LinearRegression(FeatureSet.Numeric(2));
        var tree = new HoeffdingTree(FeatureSet.Numeric(2));
        var random = new SeededRandom(1);
        for (var i = 0; i < 5000; i++)
        {
            double[] learned = [random.NextNormal(), random.NextNormal()];
            linear.Learn(learned, 2 * learned[0]);
            tree.Learn(learned, learned[0] > 0 ? 1 : 0);
        }
        double[] row = [1, 1];
        var parts = new double[2];
        linear.Explain(row, parts);                  // what each feature adds, in the target's unit
        var questions = tree.Explain(row);           // the way down: column, bound, answer, bits gained
        tree.Importance(parts);                      // what each column told, as shares of 1
        Assert.Equal(0, questions[0].Column);
        Assert.True(parts[0] > 0.9);
        linear.Explain(row, parts);
        Assert.Equal(2, parts[0], 0.2);
        Assert.Equal(linear.Predict(row) - linear.Predict([0, 0]), parts[0] + parts[1], 1e-9);
    }

    [Fact]
    public void Bayes()
    {
        var model = new NaiveBayes(new FeatureSet(FeatureKind.Numeric, FeatureKind.Nominal), classes: 3);
        Assert.Equal(3, model.Classes);
    }

    [Fact]
    public void Neighbours()
    {
        var columns = FeatureSet.Numeric(3);
        var model = new PreparedClassifier(new NearestNeighbours(columns, neighbours: 5, window: 1000), new StandardScaler(columns));
        Assert.Equal(2, model.Classes);
    }

    [Fact]
    public void Preparation_of_rows()
    {
        var columns = new FeatureSet(FeatureKind.Numeric, FeatureKind.Nominal);
        var scaler = new StandardScaler(columns);
        var codes = new OneHot(columns, slots: 40);
        var model = new PreparedClassifier(new LogisticRegression(codes.Output), scaler, codes);
        Assert.Equal(2, model.Features.Count);
    }

    [Fact]
    public void Preparation_of_text()
    {
        var text = new HashedText(slots: 4096, words: 2);
        var row = new double[text.Output.Count];
        text.Transform("Red lamp, small", row);
        Assert.Equal(5, row.Count(x => x != 0)); // three words, two runs of two
    }

    [Fact]
    public void Several_outputs()
    {
        var columns = FeatureSet.Numeric(2);
        var model = new MultiOutputRegressor(columns, outputs: 2, f => new PreparedRegressor(new BayesianLinearRegression(f), new StandardScaler(f)), isChained: true);
        var random = new SeededRandom(2);
        for (var i = 0; i < 500; i++)
        {
            double[] row = [random.NextNormal(), random.NextNormal()];
            model.Learn(row, [row[0] + row[1], 3 * (row[0] + row[1])]);
        }
        var answers = new double[2];
        model.Copy().Predict([1, 1], answers);
        Assert.Equal(2, answers[0], 0.1);
        Assert.Equal(6, answers[1], 0.3);
    }

    [Fact]
    public void Trees()
    {
        var forest = new AdaptiveRandomForest(FeatureSet.Numeric(8), classes: 2, new() { Trees = 20 }, seed: 7);
        Assert.Equal(8, forest.Features.Count);
    }

    static double[] Row(int seed, int columns)
    {
        var random = new SeededRandom((ulong)seed);
        return [.. Enumerable.Range(0, columns).Select(_ => random.NextDouble())];
    }

    // Comments and blanks do not count.
    static string Words(string code) => Blanks().Replace(Comment().Replace(code, ""), " ").Trim();

    [GeneratedRegex(@"^```csharp[^\n]*\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"//[^\n]*")]
    private static partial Regex Comment();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();
}

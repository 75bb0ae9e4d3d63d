using Millrace.Learning.Anomalies;
using Millrace.Learning.Batch;
using Millrace.Learning.Bayes;
using Millrace.Learning.Forests;
using Millrace.Learning.Linear;
using Millrace.Learning.Neighbours;
using Millrace.Learning.Preparation;
using Millrace.Learning.Trees;

namespace Millrace.Learning;

/// <summary>All models. A new one is a file and a line here; the tests, the images and the documentation follow from the line.</summary>
public static class Models
{
    /// <summary>The list, in the order of the documentation.</summary>
    public static IReadOnlyList<ModelEntry> All { get; } =
    [
        Classifier<LogisticRegression>("logistic_regression", "Weighted sums of the features; straight borders.", s => Scaled(s, f => new LogisticRegression(f, s.Classes, new() { Rate = 0.05 })), () => new LogisticRegression()),
        Classifier<Perceptron>("perceptron", "A line that moves with every mistake; follows labels that come in runs.", s => Scaled(s, f => new Perceptron(f, s.Classes)), () => new Perceptron()),
        Classifier<PassiveAggressiveClassifier>("passive_aggressive_classifier", "A line that moves just enough.", s => Scaled(s, f => new PassiveAggressiveClassifier(f, s.Classes)), () => new PassiveAggressiveClassifier()),
        Classifier<Alma>("alma", "A line close to the widest margin.", s => Scaled(s, f => new Alma(f, s.Classes)), () => new Alma()),
        Classifier<NaiveBayes>("naive_bayes", "How usual each value is in each class; numbers and codes.", s => new NaiveBayes(s.Features, s.Classes), () => new NaiveBayes()),
        Classifier<HoeffdingTree>("hoeffding_tree", "Questions about columns, added when enough rows say which is best.", s => new HoeffdingTree(s.Features, s.Classes), () => new HoeffdingTree()),
        Classifier<HoeffdingAdaptiveTree>("hoeffding_adaptive_tree", "A Hoeffding tree that replaces branches that have become worse.", s => new HoeffdingAdaptiveTree(s.Features, s.Classes), () => new HoeffdingAdaptiveTree()),
        Classifier<AdaptiveRandomForest>("adaptive_random_forest", "Twenty trees that see rows and columns differently; worse ones are replaced.", s => new AdaptiveRandomForest(s.Features, s.Classes, seed: s.Seed), () => new AdaptiveRandomForest()),
        Classifier<StreamingRandomPatches>("streaming_random_patches", "Ten trees with columns of their own; worse ones are replaced.", s => new StreamingRandomPatches(s.Features, s.Classes, seed: s.Seed), () => new StreamingRandomPatches()),
        Classifier<LeveragingBagging>("leveraging_bagging", "Ten trees that see rows with different weight; the worst is replaced.", s => new LeveragingBagging(s.Features, s.Classes, seed: s.Seed), () => new LeveragingBagging()),
        Classifier<MondrianForest>("mondrian_forest", "Ten trees of random splits, each weighing all its prunings.", s => new MondrianForest(s.Features, s.Classes, seed: s.Seed), () => new MondrianForest()),
        Classifier<NearestNeighbours>("nearest_neighbours", "Votes of the five nearest of the last 1,000 rows.", s => Scaled(s, f => new NearestNeighbours(f, s.Classes)), () => new NearestNeighbours()),
        Classifier<RandomForestClassifier>("random_forest", "A hundred deep trees of the kept rows vote; trained at times.", s => new RandomForestClassifier(s.Features, s.Classes, seed: s.Seed), () => new RandomForestClassifier()),
        Classifier<GradientBoostingClassifier>("gradient_boosting", "Small trees, each mending what those before left wrong; trained at times.", s => new GradientBoostingClassifier(s.Features, s.Classes), () => new GradientBoostingClassifier()),
        Regressor<LinearRegression>("linear_regression", "A weighted sum of the features; cannot diverge.", s => Scaled(s, f => new LinearRegression(f, new() { Rate = 0.03 })), () => new LinearRegression()),
        Regressor<PassiveAggressiveRegressor>("passive_aggressive_regressor", "A weighted sum that moves just enough.", s => Scaled(s, f => new PassiveAggressiveRegressor(f)), () => new PassiveAggressiveRegressor()),
        Regressor<BayesianLinearRegression>("bayesian_linear_regression", "The weighted sum that fits all rows best, older ones fading if asked.", s => Scaled(s, f => new BayesianLinearRegression(f)), () => new BayesianLinearRegression()),
        Regressor<FactorisationMachine>("factorisation_machine", "A weighted sum of the features and of their products.", s => Scaled(s, f => new FactorisationMachine(f, seed: s.Seed)), () => new FactorisationMachine()),
        Regressor<MondrianForestRegressor>("mondrian_forest_regressor", "The mean of ten trees of random splits, each weighing all its prunings.", s => new MondrianForestRegressor(s.Features, seed: s.Seed), () => new MondrianForestRegressor()),
        Regressor<NearestNeighboursRegressor>("nearest_neighbours_regressor", "The mean target of the five nearest of the last 1,000 rows.", s => Scaled(s, f => new NearestNeighboursRegressor(f)), () => new NearestNeighboursRegressor()),
        Regressor<RandomForestRegressor>("random_forest_regressor", "The mean of a hundred deep trees of the kept rows; trained at times.", s => new RandomForestRegressor(s.Features, seed: s.Seed), () => new RandomForestRegressor()),
        Regressor<GradientBoostingRegressor>("gradient_boosting_regressor", "Small trees, each mending what those before left wrong; trained at times.", s => new GradientBoostingRegressor(s.Features), () => new GradientBoostingRegressor()),
        Detector<HalfSpaceTrees>("half_space_trees", "Random cells that held few of the last rows.", s => new HalfSpaceTrees(s.Features, seed: s.Seed), () => new HalfSpaceTrees()),
        Detector<RandomCutForest>("random_cut_forest", "Random cuts over samples of the rows: what is cut off early lies apart.", s => new RandomCutForest(s.Features, seed: s.Seed), () => new RandomCutForest()),
        Detector<MetricDetector>("metric_detector", "Jumps, values beyond the range and breaks of the season, measured by their own past.", s => new MetricDetector(s.Features), () => new MetricDetector()),
        Detector<MewmaDetector>("mewma_detector", "Faded rows that lie far from where they usually are, in all columns together.", s => new MewmaDetector(s.Features), () => new MewmaDetector()),
    ];

    /// <summary>The model of a name.</summary>
    /// <param name="name">A name of the list.</param>
    /// <exception cref="ArgumentException">No model has that name; the message lists those that are.</exception>
    public static ModelEntry Find(string name) => All.FirstOrDefault(m => m.Name == name)
        ?? throw new ArgumentException($"No model is called '{name}'; there are {string.Join(", ", All.Select(m => m.Name))}.", nameof(name));

    // Gradients want numbers of one size and no codes.
    static PreparedClassifier Scaled(ModelShape shape, Func<FeatureSet, IClassifier> create)
    {
        var transforms = ScaledNumbers(shape.Features);
        return new(create(transforms[^1].Output), transforms);
    }

    static PreparedRegressor Scaled(ModelShape shape, Func<FeatureSet, IRegressor> create)
    {
        var transforms = ScaledNumbers(shape.Features);
        return new(create(transforms[^1].Output), transforms);
    }

    static ITransform[] ScaledNumbers(FeatureSet features)
    {
        var scaler = new StandardScaler(features);
        return features.NominalColumns.Length == 0 ? [scaler] : [scaler, new OneHot(features)];
    }

    static ModelEntry Classifier<T>(string name, string summary, Func<ModelShape, IClassifier> create, Func<T> blank) where T : class, IClassifier =>
        new(name, ModelTask.Classification, summary, typeof(T), create, blank);

    static ModelEntry Regressor<T>(string name, string summary, Func<ModelShape, IRegressor> create, Func<T> blank) where T : class, IRegressor =>
        new(name, ModelTask.Regression, summary, typeof(T), create, blank);

    static ModelEntry Detector<T>(string name, string summary, Func<ModelShape, IAnomalyDetector> create, Func<T> blank) where T : class, IAnomalyDetector =>
        new(name, ModelTask.AnomalyDetection, summary, typeof(T), create, blank);
}

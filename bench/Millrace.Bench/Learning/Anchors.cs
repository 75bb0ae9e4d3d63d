namespace Millrace.Bench.Learning;

/// <summary>What River 0.24.2 and MOA (2025-09) reached on the shared sets, on two shared cores of an AMD EPYC: accuracy or mean absolute error, and rows a second on elec2.</summary>
/// <remarks>Figures of shared/data/ml/README.md. River's ARF and others were stopped early on some sets; those lines are left out.</remarks>
static class Anchors
{
    static readonly Dictionary<(string Set, string Model), (double? River, double? Moa)> s_scores = new()
    {
        [("elec2", "logistic_regression")] = (0.8768, null), [("elec2", "perceptron")] = (0.9108, 0.7778), [("elec2", "passive_aggressive_classifier")] = (0.8601, null),
        [("elec2", "alma")] = (0.9064, null), [("elec2", "naive_bayes")] = (0.7287, 0.7329), [("elec2", "hoeffding_tree")] = (0.7983, 0.8033),
        [("elec2", "hoeffding_adaptive_tree")] = (0.8319, 0.8334), [("elec2", "adaptive_random_forest")] = (0.8868, 0.8929),
        [("phishing", "logistic_regression")] = (0.8928, null), [("phishing", "perceptron")] = (0.8584, 0.8736), [("phishing", "passive_aggressive_classifier")] = (0.8952, null),
        [("phishing", "alma")] = (0.8256, null), [("phishing", "naive_bayes")] = (0.8847, 0.8840), [("phishing", "hoeffding_tree")] = (0.8799, 0.8768),
        [("phishing", "hoeffding_adaptive_tree")] = (0.8743, 0.8752), [("phishing", "adaptive_random_forest")] = (0.9103, 0.9072),
        [("bananas", "logistic_regression")] = (0.5277, null), [("bananas", "perceptron")] = (0.5172, 0.5309), [("bananas", "passive_aggressive_classifier")] = (0.5506, null),
        [("bananas", "alma")] = (0.5064, null), [("bananas", "naive_bayes")] = (0.6152, 0.6153), [("bananas", "hoeffding_tree")] = (0.6431, 0.6428),
        [("bananas", "hoeffding_adaptive_tree")] = (0.6165, 0.6528), [("bananas", "adaptive_random_forest")] = (0.8826, 0.8843),
        [("image_segments", "logistic_regression")] = (0.8346, null), [("image_segments", "perceptron")] = (0.7917, null), [("image_segments", "passive_aggressive_classifier")] = (0.8103, null),
        [("image_segments", "alma")] = (0.6843, null), [("image_segments", "naive_bayes")] = (0.7319, 0.7788), [("image_segments", "hoeffding_tree")] = (0.7783, 0.7783),
        [("image_segments", "hoeffding_adaptive_tree")] = (0.7770, 0.7827), [("image_segments", "adaptive_random_forest")] = (0.7938, 0.7909),
        [("sea_abrupt", "logistic_regression")] = (0.8898, null), [("sea_abrupt", "perceptron")] = (null, 0.7905), [("sea_abrupt", "naive_bayes")] = (0.8447, 0.8447),
        [("sea_abrupt", "hoeffding_tree")] = (0.8479, 0.8494), [("sea_abrupt", "hoeffding_adaptive_tree")] = (0.8665, 0.8675), [("sea_abrupt", "adaptive_random_forest")] = (null, 0.8847),
        [("adult_train", "logistic_regression")] = (0.8419, null), [("adult_train", "perceptron")] = (null, 0.7592), [("adult_train", "naive_bayes")] = (null, 0.8347),
        [("adult_train", "hoeffding_tree")] = (0.8323, 0.8389), [("adult_train", "hoeffding_adaptive_tree")] = (0.8268, 0.8332), [("adult_train", "adaptive_random_forest")] = (null, 0.8416),
        [("outdoor", "logistic_regression")] = (0.3883, null), [("outdoor", "perceptron")] = (null, 0.2060), [("outdoor", "naive_bayes")] = (0.4999, 0.5735),
        [("outdoor", "hoeffding_tree")] = (0.5959, 0.5733), [("outdoor", "hoeffding_adaptive_tree")] = (null, 0.5727), [("outdoor", "adaptive_random_forest")] = (null, 0.6390),
        [("trump_approval", "linear_regression")] = (0.2914, null), [("trump_approval", "passive_aggressive_regressor")] = (4.984, null), [("trump_approval", "bayesian_linear_regression")] = (1.585, null),
        [("chick_weights", "linear_regression")] = (23.6, null), [("chick_weights", "passive_aggressive_regressor")] = (24.34, null), [("chick_weights", "bayesian_linear_regression")] = (49.97, null),
        [("bike_sharing_hour", "linear_regression")] = (1.064e10, null), [("bike_sharing_hour", "passive_aggressive_regressor")] = (90.74, null), [("bike_sharing_hour", "bayesian_linear_regression")] = (124, null),
        [("metro_traffic", "linear_regression")] = (1.2e10, null),
    };

    static readonly Dictionary<string, (double Score, string By)> s_best = new()
    {
        ["elec2"] = (0.9108, "River Perceptron"), ["phishing"] = (0.9119, "River SRP"), ["bananas"] = (0.8889, "MOA kNN"), ["image_segments"] = (0.9030, "River kNN"),
        ["sea_abrupt"] = (0.8898, "River LogisticRegression"), ["adult_train"] = (0.8419, "River LogisticRegression"), ["outdoor"] = (0.8398, "River kNN, first 2,816 rows"),
        ["trump_approval"] = (0.2914, "River LinearRegression(TSS)"), ["chick_weights"] = (20.44, "River AMFReg"), ["bike_sharing_hour"] = (62.65, "River kNN, first 8,320 rows"),
        ["metro_traffic"] = (464.6, "River HoeffdingTreeReg, first 33,536 rows"),
    };

    static readonly Dictionary<string, (double? River, double? Moa)> s_speeds = new()
    {
        ["logistic_regression"] = (44_393, null), ["perceptron"] = (41_854, 699_162), ["passive_aggressive_classifier"] = (32_889, null), ["alma"] = (48_547, null),
        ["naive_bayes"] = (31_385, 749_207), ["hoeffding_tree"] = (23_512, 343_429), ["hoeffding_adaptive_tree"] = (5_191, 131_205), ["adaptive_random_forest"] = (1_050, 6_075),
    };

    /// <summary>Scores of the same model on a set.</summary>
    public static (double? River, double? Moa) Score(string set, string model) => s_scores.GetValueOrDefault((set, model));

    /// <summary>The best line of River and MOA on a set, the no-change line aside.</summary>
    public static (double Score, string By)? Best(string set) => s_best.TryGetValue(set, out var best) ? best : null;

    /// <summary>Rows a second of the same model on elec2.</summary>
    public static (double? River, double? Moa) Speed(string model) => s_speeds.GetValueOrDefault(model);
}

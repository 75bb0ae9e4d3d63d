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
        [("trump_approval", "adaptive_model_rules")] = (1.398, 0.3868), [("chick_weights", "adaptive_model_rules")] = (24.19, null), [("bike_sharing_hour", "adaptive_model_rules")] = (113, 80.36), [("metro_traffic", "adaptive_model_rules")] = (null, 549.3),
        [("trump_approval", "adaptive_random_forest_regressor")] = (0.7808, 3.997), [("chick_weights", "adaptive_random_forest_regressor")] = (26.32, null), [("bike_sharing_hour", "adaptive_random_forest_regressor")] = (70.19, 66.46), [("metro_traffic", "adaptive_random_forest_regressor")] = (null, 662.9),
        [("trump_approval", "mondrian_forest_regressor")] = (0.5473, null), [("chick_weights", "mondrian_forest_regressor")] = (20.44, null),
        [("trump_approval", "hoeffding_tree_regressor")] = (0.9561, 1.204), [("chick_weights", "hoeffding_tree_regressor")] = (23.16, null), [("bike_sharing_hour", "hoeffding_tree_regressor")] = (78.15, 77.85), [("metro_traffic", "hoeffding_tree_regressor")] = (null, 6901),
        [("trump_approval", "nearest_neighbours_regressor")] = (0.6404, null), [("chick_weights", "nearest_neighbours_regressor")] = (24.41, null),
        [("elec2", "nearest_neighbours")] = (null, 0.8370), [("phishing", "nearest_neighbours")] = (0.8815, null), [("bananas", "nearest_neighbours")] = (0.8849, 0.8889), [("image_segments", "nearest_neighbours")] = (0.9030, null),
        [("elec2", "leveraging_bagging")] = (null, 0.8935), [("phishing", "leveraging_bagging")] = (0.8943, null), [("bananas", "leveraging_bagging")] = (0.8283, 0.8230),
        [("elec2", "streaming_random_patches")] = (null, 0.8892), [("phishing", "streaming_random_patches")] = (0.9119, null), [("bananas", "streaming_random_patches")] = (0.8770, 0.8726),
        [("phishing", "mondrian_forest")] = (0.8951, null), [("bananas", "mondrian_forest")] = (0.8866, null),
        [("elec2", "efdt")] = (0.8303, 0.8044), [("phishing", "efdt")] = (null, 0.8872), [("bananas", "efdt")] = (null, 0.6259), [("image_segments", "efdt")] = (null, 0.7974), [("sea_abrupt", "efdt")] = (null, 0.8453),
        [("adult_train", "efdt")] = (null, 0.8282), [("outdoor", "efdt")] = (null, 0.5958),
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
        ["leveraging_bagging"] = (623, 15_746), ["streaming_random_patches"] = (489, 4_652), ["mondrian_forest"] = (2_891, null), ["efdt"] = (3_623, 236_716), ["nearest_neighbours"] = (1_173, 11_428),
        ["linear_regression"] = (38_022, 749_242), ["passive_aggressive_regressor"] = (31_928, null), ["bayesian_linear_regression"] = (6_257, null), ["adaptive_model_rules"] = (9_776, 16_762),
        ["adaptive_random_forest_regressor"] = (617, 16_674), ["hoeffding_tree_regressor"] = (10_389, 81_441), ["half_space_trees"] = (8_105, null),
        ["adwin"] = (3_831_148, null), ["ddm"] = (1_817_068, null), ["eddm"] = (2_334_591, null), ["hddm_a"] = (302_523, null), ["hddm_w"] = (231_913, null), ["page_hinkley"] = (1_745_024, null), ["kswin"] = (15_074, null),
        ["seasonal_naive"] = (2_786_801, null), ["exponential_smoothing"] = (692_591, null),
    };

    /// <summary>Scores of the same model on a set.</summary>
    public static (double? River, double? Moa) Score(string set, string model) => s_scores.GetValueOrDefault((set, model));

    /// <summary>The best line of River and MOA on a set, the no-change line aside.</summary>
    public static (double Score, string By)? Best(string set) => s_best.TryGetValue(set, out var best) ? best : null;

    /// <summary>Rows or values a second of the same model, detector or forecaster.</summary>
    public static (double? River, double? Moa) Speed(string name) => s_speeds.GetValueOrDefault(name);
}

namespace Millrace.Learning.Preparation;

/// <summary>A line of the list of transforms.</summary>
/// <param name="Name">Its name in images.</param>
/// <param name="Summary">What it does, in one sentence.</param>
/// <param name="Type">Its class.</param>
/// <param name="Create">Makes one with usual settings for given columns; whether the targets are classes matters to some.</param>
/// <param name="Blank">Makes one for an image to be read into.</param>
public sealed record TransformEntry(string Name, string Summary, Type Type, Func<FeatureSet, ITransform> Create, Func<ITransform> Blank);

/// <summary>All transforms. A new one is a file and a line here.</summary>
public static class Transforms
{
    /// <summary>The list, in the order of the documentation.</summary>
    public static IReadOnlyList<TransformEntry> All { get; } =
    [
        Of<StandardScaler>("standard_scaler", "Mean 0 and deviation 1, within a bound.", f => new StandardScaler(f), () => new StandardScaler()),
        Of<MinMaxScaler>("min_max_scaler", "0 to 1.", f => new MinMaxScaler(f), () => new MinMaxScaler()),
        Of<RobustScaler>("robust_scaler", "Median 0 and quartiles 1 apart, within a bound.", f => new RobustScaler(f), () => new RobustScaler()),
        Of<OneHot>("one_hot", "A column for each category; with few columns the hashing trick.", f => new OneHot(f), () => new OneHot()),
        Of<TargetEncoder>("target_encoder", "The mean target of a category in place of its code.", f => new TargetEncoder(f), () => new TargetEncoder()),
        Of<Imputer>("imputer", "The mean or the last number where one is missing.", f => new Imputer(f), () => new Imputer()),
        Of<Polynomial>("polynomial", "Products of every two numbers.", f => new Polynomial(f), () => new Polynomial()),
        Of<TargetHistory>("target_history", "The last known targets and their mean.", f => new TargetHistory(f, areClasses: false), () => new TargetHistory()),
        Of<Lags>("lags", "What each number was some rows ago.", f => new Lags(f), () => new Lags()),
        Of<Rolling>("rolling", "Mean and deviation of each number over the last rows.", f => new Rolling(f), () => new Rolling()),
    ];

    static TransformEntry Of<T>(string name, string summary, Func<FeatureSet, ITransform> create, Func<ITransform> blank) where T : ITransform => new(name, summary, typeof(T), create, blank);
}

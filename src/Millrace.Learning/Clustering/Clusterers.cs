namespace Millrace.Learning.Clustering;

/// <summary>A line of the list of clusterers.</summary>
/// <param name="Name">Its name in images and in SQL.</param>
/// <param name="Summary">What it is, in one sentence.</param>
/// <param name="Type">Its class.</param>
/// <param name="Create">Makes one with usual settings for given columns, a number of clusters (where it asks for one) and a seed.</param>
/// <param name="Blank">Makes one for an image to be read into.</param>
public sealed record ClustererEntry(string Name, string Summary, Type Type, Func<FeatureSet, int, ulong, IClusterer> Create, Func<IClusterer> Blank);

/// <summary>All clusterers. A new one is a file and a line here.</summary>
public static class Clusterers
{
    /// <summary>The list, in the order of the documentation.</summary>
    public static IReadOnlyList<ClustererEntry> All { get; } =
    [
        new("k_means", "Middles that move towards the rows nearest to them.", typeof(KMeans), (f, k, seed) => new KMeans(f, k, seed: seed), () => new KMeans()),
        new("clu_stream", "Small clusters that hold sums, and k-means over them when asked.", typeof(CluStream), (f, k, seed) => new CluStream(f, k, seed: seed), () => new CluStream()),
        new("db_stream", "Small clusters that share rows belong together; any shape.", typeof(DbStream), (f, _, _) => new DbStream(f), () => new DbStream()),
        new("den_stream", "Dense small clusters that touch belong together; sparse ones fade away.", typeof(DenStream), (f, _, _) => new DenStream(f), () => new DenStream()),
    ];
}

namespace Millrace.Learning.Clustering;

/// <summary>Learns which rows belong together, without labels.</summary>
public interface IClusterer : IModel
{
    /// <summary>Number of clusters known now.</summary>
    int Clusters { get; }

    /// <summary>Takes a row.</summary>
    /// <param name="features">One value for each column; missing ones count as 0, codes of categories as numbers. Scale columns first.</param>
    void Learn(ReadOnlySpan<double> features);

    /// <summary>The cluster that a row belongs to, 0 or more; -1 before there is one, or where a model knows noise.</summary>
    /// <param name="features">One value for each column.</param>
    int Predict(ReadOnlySpan<double> features);

    /// <summary>The middle of a cluster.</summary>
    /// <param name="cluster">Its number, below <see cref="Clusters"/>.</param>
    ReadOnlySpan<double> Center(int cluster);
}

namespace Millrace.Learning;

/// <summary>Learns to tell classes apart.</summary>
/// <remarks>Classes are numbers from 0. A label that was never seen before makes <see cref="Classes"/> larger; it is no error below 65,536.</remarks>
public interface IClassifier : IModel
{
    /// <summary>Labels are below this number.</summary>
    const int ClassesMax = 65_536;

    /// <summary>Number of classes known: that of the constructor, or more after labels beyond it.</summary>
    int Classes { get; }

    /// <summary>Learns one row.</summary>
    /// <param name="features">One value for each column.</param>
    /// <param name="target">The row's class, 0 or more.</param>
    /// <param name="weight">How many rows it counts for, more than 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The class is negative or above 65,535.</exception>
    void Learn(ReadOnlySpan<double> features, int target, double weight = 1);

    /// <summary>Tells how likely each class is.</summary>
    /// <param name="features">One value for each column.</param>
    /// <param name="probabilities">Room for <see cref="Classes"/> numbers at least; they sum to 1, what is beyond is 0. Before anything was learned all classes are equally likely.</param>
    void Predict(ReadOnlySpan<double> features, Span<double> probabilities);
}

namespace Millrace.Learning.Preparation;

/// <summary>Makes rows fit for a model, and learns from every row how.</summary>
/// <remarks>Two verbs as for models. What every transform keeps: its input is unchanged, numbers beyond ±1e100 count as that, and its output holds NaN only for what is missing.</remarks>
public interface ITransform : ILearner
{
    /// <summary>The columns that go in.</summary>
    FeatureSet Input { get; }

    /// <summary>The columns that come out.</summary>
    FeatureSet Output { get; }

    /// <summary>Takes a row into what it knows; before <see cref="Transform"/> of the same row where a model learns, not at all where it predicts.</summary>
    /// <param name="features">One value for each column of the input.</param>
    /// <param name="target">The row's label or number; NaN where there is none.</param>
    void Learn(ReadOnlySpan<double> features, double target);

    /// <summary>Makes a row.</summary>
    /// <param name="features">One value for each column of the input.</param>
    /// <param name="output">Room for one value for each column of the output.</param>
    void Transform(ReadOnlySpan<double> features, Span<double> output);
}

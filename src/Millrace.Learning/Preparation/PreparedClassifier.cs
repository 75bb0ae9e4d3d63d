using Millrace.Learning.Images;

namespace Millrace.Learning.Preparation;

/// <summary>Transforms and a classifier as one classifier: rows are prepared, then learned or predicted.</summary>
public sealed class PreparedClassifier : IClassifier
{
    readonly Steps _steps;
    IClassifier _model;

    /// <summary>Puts transforms before a model.</summary>
    /// <param name="model">The model, made for the columns that the last transform gives.</param>
    /// <param name="transforms">The transforms in order, one at least.</param>
    /// <exception cref="ArgumentException">The columns of two that follow each other do not fit.</exception>
    public PreparedClassifier(IClassifier model, params ReadOnlySpan<ITransform> transforms)
    {
        _steps = new(transforms);
        _model = model;
        if (_steps.Output.Count != model.Features.Count) throw new ArgumentException($"The transforms give {_steps.Output.Count} columns; the model takes {model.Features.Count}.", nameof(model));
    }

    internal PreparedClassifier() => (_steps, _model) = (new(), null!);

    /// <inheritdoc/>
    public FeatureSet Features => _steps.Input;

    /// <inheritdoc/>
    public int Classes => _model.Classes;

    /// <summary>The model behind the transforms.</summary>
    public IClassifier Model => _model;

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, int target, double weight = 1)
    {
        ClassLabels.Check(target);
        _model.Learn(_steps.Learn(features, target), target, weight);
    }

    /// <inheritdoc/>
    public void Predict(ReadOnlySpan<double> features, Span<double> probabilities) => _model.Predict(_steps.Transform(features), probabilities);

    /// <inheritdoc/>
    public void Reset()
    {
        _steps.Reset();
        _model.Reset();
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        _steps.Transfer(archive);
        archive.Learner(ref _model);
        archive.Require(_steps.Output.Count == _model.Features.Count, "its transforms do not fit its model");
    }
}

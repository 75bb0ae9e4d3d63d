using Millrace.Learning.Images;

namespace Millrace.Learning.Preparation;

/// <summary>Transforms and a regressor as one regressor: rows are prepared, then learned or predicted.</summary>
public sealed class PreparedRegressor : IRegressor
{
    readonly Steps _steps;
    IRegressor _model;

    /// <summary>Puts transforms before a model.</summary>
    /// <param name="model">The model, made for the columns that the last transform gives.</param>
    /// <param name="transforms">The transforms in order, one at least.</param>
    /// <exception cref="ArgumentException">The columns of two that follow each other do not fit.</exception>
    public PreparedRegressor(IRegressor model, params ReadOnlySpan<ITransform> transforms)
    {
        _steps = new(transforms);
        _model = model;
        if (_steps.Output.Count != model.Features.Count) throw new ArgumentException($"The transforms give {_steps.Output.Count} columns; the model takes {model.Features.Count}.", nameof(model));
    }

    internal PreparedRegressor() => (_steps, _model) = (new(), null!);

    /// <inheritdoc/>
    public FeatureSet Features => _steps.Input;

    /// <summary>The model behind the transforms.</summary>
    public IRegressor Model => _model;

    /// <inheritdoc/>
    public void Learn(ReadOnlySpan<double> features, double target, double weight = 1) => _model.Learn(_steps.Learn(features, target), target, weight);

    /// <inheritdoc/>
    public double Predict(ReadOnlySpan<double> features) => _model.Predict(_steps.Transform(features));

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

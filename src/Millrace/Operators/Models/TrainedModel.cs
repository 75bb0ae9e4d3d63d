using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Learning;
using Millrace.Learning.Evaluation;
using Millrace.Planning;

namespace Millrace.Operators.Models;

/// <summary>A model of the library with what it takes to ask it about columns: the categories of its texts, its labels, and how far off it was lately.</summary>
sealed class TrainedModel
{
    const byte Version = 1;

    readonly ModelDefinition _definition;
    readonly Categories?[] _categories;
    readonly Categories _labels = new();
    IModel _model;
    ErrorBand _band = new();
    double[] _probabilities = [];

    /// <summary>A model that has learned nothing.</summary>
    public TrainedModel(ModelDefinition definition)
    {
        _definition = definition;
        var types = definition.Features.Select(f => definition.Rows.Schema[f].Type).ToArray();
        _categories = [.. types.Select(t => t.Kind == TypeKind.Text ? new Categories() : null)];
        var features = new FeatureSet([.. types.Select(t => t.Kind == TypeKind.Text ? FeatureKind.Nominal : FeatureKind.Numeric)]);
        _model = Learning.Models.Find(definition.Kind.Name).Create(new(features, Seed: definition.Seed));
    }

    /// <summary>Rows learned.</summary>
    public long Rows { get; private set; }

    /// <summary>Bytes that the model itself takes. Costs a walk over it.</summary>
    public long MemorySize => _model.MemorySize();

    /// <summary>Reads its features out of batches.</summary>
    /// <param name="columns">For each the column.</param>
    public FeatureRows FeaturesOf(ImmutableArray<int> columns) => new(columns, _categories);

    /// <summary>The number of a row's label; -1 where it is NULL, or where there are too many.</summary>
    public int LabelOf(Column column, int row) => _labels.Of(column, row, takesNew: true);

    /// <summary>Appends a label to a column.</summary>
    public void AppendLabel(Column column, int label) => _labels.AppendTo(column, label);

    /// <summary>What it says of a row.</summary>
    public Answer Ask(ReadOnlySpan<double> features)
    {
        if (Rows == 0) return Answer.None;
        switch (_model)
        {
            case IClassifier classifier:
                if (_probabilities.Length < classifier.Classes) _probabilities = new double[classifier.Classes];
                classifier.Predict(features, _probabilities);
                var best = 0;
                for (var label = 1; label < _labels.Count; label++)
                    if (_probabilities[label] > _probabilities[best]) best = label;
                return new(best, _probabilities[best], double.NaN, double.NaN);
            case IRegressor regressor:
                var value = regressor.Predict(features);
                var width = _band.Width(_definition.Confidence);
                return new(-1, value, value - width, value + width);
            default: return new(-1, ((IAnomalyDetector)_model).Score(features), _band.Width(_definition.Confidence), double.NaN);
        }
    }

    /// <summary>By how much what it says of a row would be less if a feature were missing; NaN where it says nothing.</summary>
    /// <param name="features">The row; the feature is put back.</param>
    /// <param name="feature">Which one.</param>
    /// <param name="said">What it says of the row.</param>
    public double Contribution(Span<double> features, int feature, in Answer said)
    {
        if (Rows == 0) return double.NaN;
        var value = features[feature];
        features[feature] = double.NaN;
        var without = _model switch
        {
            IClassifier classifier => Probability(classifier, features, said.Label),
            IRegressor regressor => regressor.Predict(features),
            _ => ((IAnomalyDetector)_model).Score(features),
        };
        features[feature] = value;
        return said.Value - without;
    }

    double Probability(IClassifier classifier, ReadOnlySpan<double> features, int label)
    {
        classifier.Predict(features, _probabilities);
        return _probabilities[label];
    }

    /// <summary>Learns a row; one without a target is passed over.</summary>
    /// <param name="features">Its features.</param>
    /// <param name="target">Its label's number, or the number to be told.</param>
    /// <param name="said">What it said of the row before; what that was worth is remembered for bounds.</param>
    public void Learn(ReadOnlySpan<double> features, double target, in Answer said)
    {
        switch (_model)
        {
            case IClassifier classifier:
                if (target < 0) return;
                classifier.Learn(features, (int)target);
                break;
            case IRegressor regressor:
                if (!double.IsFinite(target)) return;
                _band.Add(target - said.Value);
                regressor.Learn(features, target);
                break;
            default:
                _band.Add(said.Value);
                ((IAnomalyDetector)_model).Learn(features);
                break;
        }
        Rows++;
    }

    /// <summary>Writes all of it.</summary>
    public void Save(StateWriter writer)
    {
        writer.Write(Version);
        writer.Write(Rows);
        writer.WriteBytes(_model.Save());
        writer.WriteBytes(_band.Save());
        _labels.Save(writer);
        foreach (var categories in _categories) categories?.Save(writer);
    }

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It was written by another version.</exception>
    public void Load(ref StateReader reader)
    {
        var version = reader.Read<byte>();
        if (version != Version) throw new InvalidDataException($"The model '{_definition.Name}' was saved in version {version}; this version of Millrace reads {Version}.");
        Rows = reader.Read<long>();
        _model = ModelImages.Load<IModel>(reader.ReadBytes());
        _band = ModelImages.Load<ErrorBand>(reader.ReadBytes());
        _labels.Load(ref reader);
        foreach (var categories in _categories) categories?.Load(ref reader);
    }
}

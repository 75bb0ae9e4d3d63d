using Millrace.Data;
using Millrace.Functions;
using Millrace.Learning;
using Millrace.Learning.Drift;
using Millrace.Learning.Metrics;

namespace Millrace.Operators.Models;

/// <summary>The metrics of a model: over all rows and over the last ones, beside those of saying that nothing changes; and whether its errors drift (ADWIN).</summary>
sealed class Scores
{
    readonly ModelAnswer _answer;
    readonly Categories _labels = new();
    ClassificationMetrics _classes, _lastClasses;
    RegressionMetrics _numbers, _lastNumbers, _unchanged, _lastUnchanged;
    Adwin _drift = new();
    double _before = double.NaN; // the number that was true before
    long _drifts;
    bool _hasDrifted;

    public Scores(ModelAnswer answer, int rolling)
    {
        _answer = answer;
        var last = Horizon.Rolling(rolling);
        (_classes, _lastClasses) = (new(2, Horizon.Total), new(2, last));
        (_numbers, _lastNumbers, _unchanged, _lastUnchanged) = (new(Horizon.Total), new(last), new(Horizon.Total), new(last));
    }

    /// <summary>Rows counted.</summary>
    public long Rows => _answer == ModelAnswer.Class ? _classes.Rows : _numbers.Rows;

    /// <summary>Counts a row of a classifier.</summary>
    public void Add(ReadOnlySpan<byte> truth, ReadOnlySpan<byte> said)
    {
        var (label, guess) = (_labels.Of(truth, takesNew: true), _labels.Of(said, takesNew: true));
        if (label < 0 || guess < 0) return;
        _classes.Add(label, guess, 1);
        _lastClasses.Add(label, guess, 1);
        Watch(label == guess ? 0 : 1);
    }

    /// <summary>Counts a row of a regressor.</summary>
    public void Add(double truth, double said)
    {
        _numbers.Add(truth, said);
        _lastNumbers.Add(truth, said);
        if (!double.IsNaN(_before))
        {
            _unchanged.Add(truth, _before);
            _lastUnchanged.Add(truth, _before);
        }
        _before = truth;
        Watch(Math.Abs(truth - said));
    }

    void Watch(double error)
    {
        if (!_drift.Update(error)) return;
        _hasDrifted = true;
        _drifts++;
    }

    /// <summary>Appends the metrics to columns, and begins to look for drift anew.</summary>
    public void AppendTo(IReadOnlyList<Column> columns, int first)
    {
        ReadOnlySpan<double> values = _answer == ModelAnswer.Class
            ?
            [
                _classes.Accuracy, _classes.Kappa, _classes.KappaTemporal, _classes.NoChangeAccuracy,
                _lastClasses.Accuracy, _lastClasses.Kappa, _lastClasses.KappaTemporal, _lastClasses.NoChangeAccuracy,
            ]
            :
            [
                _numbers.MeanAbsoluteError, _numbers.RootMeanSquareError, _numbers.R2, _unchanged.MeanAbsoluteError,
                _lastNumbers.MeanAbsoluteError, _lastNumbers.RootMeanSquareError, _lastNumbers.R2, _lastUnchanged.MeanAbsoluteError,
            ];
        for (var i = 0; i < values.Length; i++)
        {
            if (double.IsFinite(values[i])) ((Column<double>)columns[first + i]).Append(values[i]);
            else columns[first + i].AppendNull();
        }
        ((Column<byte>)columns[first + values.Length]).Append(_hasDrifted ? (byte)1 : (byte)0);
        ((Column<long>)columns[first + values.Length + 1]).Append(_drifts);
        _hasDrifted = false;
    }

    public void Save(StateWriter writer)
    {
        foreach (var learner in (ILearner[])[_classes, _lastClasses, _numbers, _lastNumbers, _unchanged, _lastUnchanged, _drift]) writer.WriteBytes(learner.Save());
        _labels.Save(writer);
        writer.Write(_before);
        writer.Write(_drifts);
        writer.Write(_hasDrifted);
    }

    public void Load(ref StateReader reader)
    {
        _classes = ModelImages.Load<ClassificationMetrics>(reader.ReadBytes());
        _lastClasses = ModelImages.Load<ClassificationMetrics>(reader.ReadBytes());
        _numbers = ModelImages.Load<RegressionMetrics>(reader.ReadBytes());
        _lastNumbers = ModelImages.Load<RegressionMetrics>(reader.ReadBytes());
        _unchanged = ModelImages.Load<RegressionMetrics>(reader.ReadBytes());
        _lastUnchanged = ModelImages.Load<RegressionMetrics>(reader.ReadBytes());
        _drift = ModelImages.Load<Adwin>(reader.ReadBytes());
        _labels.Load(ref reader);
        _before = reader.Read<double>();
        _drifts = reader.Read<long>();
        _hasDrifted = reader.Read<bool>();
    }
}

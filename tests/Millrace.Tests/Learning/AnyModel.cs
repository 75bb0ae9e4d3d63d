using Millrace.Learning;

namespace Millrace.Tests.Learning;

/// <summary>A classifier, regressor or anomaly detector behind one face, for laws that hold for all.</summary>
sealed class AnyModel(IModel model)
{
    double[] _answers = new double[2];

    public AnyModel(string name, FeatureSet features) : this(Models.Find(name).Create(new(features))) { }

    public IModel Model => model;

    public bool IsClassifier => model is IClassifier;

    public void Learn(ReadOnlySpan<double> row, double target)
    {
        if (model is IClassifier classifier) classifier.Learn(row, (int)target);
        else if (model is IRegressor regressor) regressor.Learn(row, target);
        else ((IAnomalyDetector)model).Learn(row);
    }

    /// <summary>Shares of the classes, or the number, or the score. The array is another one only where classes were added.</summary>
    public double[] Predict(ReadOnlySpan<double> row)
    {
        var count = model is IClassifier classifier ? classifier.Classes : 1;
        if (_answers.Length != count) _answers = new double[count];
        if (model is IClassifier c) c.Predict(row, _answers);
        else _answers[0] = model is IRegressor regressor ? regressor.Predict(row) : ((IAnomalyDetector)model).Score(row);
        return _answers;
    }
}

using Millrace.Learning;

namespace Millrace.Tests.Learning;

/// <summary>A classifier or regressor behind one face, for laws that hold for both.</summary>
sealed class AnyModel(IModel model)
{
    double[] _answers = new double[2];

    public AnyModel(string name, FeatureSet features) : this(Models.Find(name).Create(new(features))) { }

    public IModel Model => model;

    public bool IsClassifier => model is IClassifier;

    public void Learn(ReadOnlySpan<double> row, double target)
    {
        if (model is IClassifier classifier) classifier.Learn(row, (int)target);
        else ((IRegressor)model).Learn(row, target);
    }

    /// <summary>Shares of the classes, or the number. The array is another one only where classes were added.</summary>
    public double[] Predict(ReadOnlySpan<double> row)
    {
        var count = model is IClassifier classifier ? classifier.Classes : 1;
        if (_answers.Length != count) _answers = new double[count];
        if (model is IClassifier c) c.Predict(row, _answers);
        else _answers[0] = ((IRegressor)model).Predict(row);
        return _answers;
    }
}

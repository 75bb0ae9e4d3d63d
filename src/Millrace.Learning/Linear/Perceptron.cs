namespace Millrace.Learning.Linear;

/// <summary>A line between classes that moves by each row on its wrong side, and by no other.</summary>
/// <remarks>
/// <para>On a mistake the weights move by the row itself. Cost: one pass over the features per class. Put a <see cref="Preparation.StandardScaler"/> before it.</para>
/// <para>Weakness: it never settles. Where labels come in runs that is a strength: it follows the last rows (0.91 on elec2); where they do not, its accuracy is low.</para>
/// <para>Rosenblatt (1958), The perceptron, Psychological Review 65, 386-408.</para>
/// </remarks>
public sealed class Perceptron : MarginClassifier
{
    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    public Perceptron(FeatureSet features, int classes = 2) : base(features, classes, biasInput: 1) { }

    internal Perceptron() : base(biasInput: 1) { }

    private protected override void Learn(WeightTable table, int row, int side, double squared, double weight)
    {
        if (side * table.Score(row) <= 0) table.Move(row, side * weight);
    }
}

using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Linear;

/// <summary>A line between classes that comes close to the one with the widest margin; steps and margin shrink with the number of corrections.</summary>
/// <remarks>
/// <para>
/// Rows count by direction only (x / ‖x‖, no bias). The k-th correction is due where y w·x ≤ (1 - α) B / √k and moves by C / √k; weights are kept within length 1. B = 1/α, C = √2.
/// Cost: one pass over the features per class, two on a correction. Put a <see cref="Preparation.StandardScaler"/> before it.
/// </para>
/// <para>Weakness: the line goes through the origin, and after many corrections it hardly moves any more.</para>
/// <para>Gentile (2001), A new approximate maximal margin classification algorithm, JMLR 2, 213-242, with p = 2.</para>
/// </remarks>
public sealed class Alma : MarginClassifier
{
    double _alpha;
    double[] _corrections; // one more than there were, for each line

    /// <summary>A model that has learned nothing.</summary>
    /// <param name="features">The columns.</param>
    /// <param name="classes">Classes to begin with, 2 or more; later ones are taken.</param>
    /// <param name="alpha">How close to the widest margin it aims: above 0, at most 1; lower is closer.</param>
    public Alma(FeatureSet features, int classes = 2, double alpha = 0.9) : base(features, classes, biasInput: 0)
    {
        if (!(alpha > 0 && alpha <= 1)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "alpha is above 0 and at most 1.");
        _alpha = alpha;
        _corrections = Ones(classes == 2 ? 1 : classes);
    }

    internal Alma() : base(biasInput: 0) => _corrections = [];

    /// <inheritdoc/>
    public override void Reset()
    {
        base.Reset();
        _corrections = Ones(Classes == 2 ? 1 : Classes);
    }

    private protected override void Learn(WeightTable table, int row, int side, double squared, double weight)
    {
        if (squared <= 0) return;
        var length = Math.Sqrt(squared);
        var root = Math.Sqrt(_corrections[row]);
        if (side * table.Score(row) / length > (1 - _alpha) / (_alpha * root)) return;
        table.Move(row, side * Math.Sqrt(2) / root / length);
        var weights = table.Weights(row);
        var norm = Math.Sqrt(Lanes.Dot(weights, weights));
        if (norm > 1) foreach (ref var w in weights) w /= norm;
        _corrections[row]++;
    }

    private protected override void Grow(int classes)
    {
        base.Grow(classes);
        var before = _corrections.Length;
        Array.Resize(ref _corrections, classes);
        _corrections.AsSpan(before).Fill(1);
    }

    /// <inheritdoc/>
    public override void Transfer(Archive archive)
    {
        base.Transfer(archive);
        archive.Value(ref _alpha);
        archive.Array(ref _corrections, Classes == 2 ? 1 : Classes);
    }

    static double[] Ones(int count)
    {
        var ones = new double[count];
        Array.Fill(ones, 1);
        return ones;
    }
}

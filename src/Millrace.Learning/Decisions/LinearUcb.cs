using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Decisions;

/// <summary>Takes the arm whose reward may be highest in this context, the reward of each arm being a weighted sum of the context's numbers.</summary>
/// <remarks>
/// <para>
/// For each arm A = I + Σ x xᵀ and b = Σ reward x; each arm once, then argmax of bᵀA⁻¹x + α s √(xᵀA⁻¹x), where s is the deviation of all rewards. A⁻¹ is kept up by Sherman and Morrison's formula. A 1 is added to the context. Cost: d² an arm; 8 d² bytes an arm.
/// </para>
/// <para>Weakness: straight dependence only; contexts should be of size 1: scale them; it forgets nothing.</para>
/// <para>Li, Chu, Langford and Schapire (2010), A contextual-bandit approach to personalized news article recommendation, WWW.</para>
/// </remarks>
public sealed class LinearUcb : IBandit
{
    const double ContextMax = 1e6;

    readonly ArmRewards _all = new(1);
    ArmRewards _tried = new(1);
    int _arms, _context;
    double _alpha;
    double[] _inverses = [], _sums = [], _row = [], _product = [];

    /// <summary>A bandit that has learned nothing.</summary>
    /// <param name="arms">How many arms, 1 to 65,536.</param>
    /// <param name="context">Numbers of a context, 1 to 4,096.</param>
    /// <param name="alpha">α: how much doubt counts, 0 or more.</param>
    public LinearUcb(int arms, int context, double alpha = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(context, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(context, 4096);
        if (!(alpha >= 0) || !double.IsFinite(alpha)) throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "Alpha is 0 or more.");
        (_arms, _context, _alpha) = (ArmRewards.Checked(arms), context, alpha);
        Begin();
    }

    /// <inheritdoc/>
    public int Arms => _arms;

    int Width => _context + 1;

    /// <inheritdoc/>
    public int Choose(ReadOnlySpan<double> context = default)
    {
        Take(context);
        var untried = _tried.Untried();
        if (untried >= 0) return untried;
        var doubt = _alpha * Math.Sqrt(_all.Variance(0));
        var (best, most) = (0, double.NegativeInfinity);
        for (var arm = 0; arm < _arms; arm++)
        {
            var bound = Known(arm, out var spread) + doubt * Math.Sqrt(Math.Max(0, spread));
            if (bound > most) (best, most) = (arm, bound);
        }
        return best;
    }

    /// <inheritdoc/>
    public void Learn(int arm, double reward, ReadOnlySpan<double> context = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(arm);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(arm, _arms);
        Take(context);
        if (!double.IsFinite(reward)) return;
        reward = Lanes.Bounded(reward);
        _all.Add(0, reward);
        _tried.Add(arm, reward);
        Known(arm, out var spread);
        var inverse = _inverses.AsSpan(arm * Width * Width, Width * Width);
        for (var i = 0; i < Width; i++)
        {
            for (var j = 0; j < Width; j++) inverse[i * Width + j] -= _product[i] * _product[j] / (1 + Math.Max(0, spread));
            _sums[arm * Width + i] = Lanes.Bounded(_sums[arm * Width + i] + reward * _row[i]);
        }
    }

    /// <inheritdoc/>
    public double Expected(int arm, ReadOnlySpan<double> context = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(arm);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(arm, _arms);
        Take(context);
        return Known(arm, out _);
    }

    /// <inheritdoc/>
    public void Reset()
    {
        Begin();
        _all.Clear();
        _tried.Clear();
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        archive.Value(ref _arms, 1, ArmRewards.ArmsMax);
        archive.Value(ref _context, 1, 4096);
        archive.Value(ref _alpha);
        archive.Require(_alpha >= 0 && double.IsFinite(_alpha), "its settings are out of range");
        archive.Require(!archive.IsReading || archive.CanHold(8L * _arms * Width * Width), "it is too short for its arms");
        if (archive.IsReading) Begin();
        archive.Array(ref _inverses, _arms * Width * Width);
        archive.Array(ref _sums, _arms * Width);
        _all.Transfer(archive);
        _tried.Transfer(archive);
        archive.Require(_all.Arms == 1 && _tried.Arms == _arms, "its rewards do not fit");
        foreach (var number in _inverses) archive.Require(double.IsFinite(number), "an arm holds no number");
    }

    void Begin()
    {
        (_inverses, _sums) = (new double[_arms * Width * Width], new double[_arms * Width]);
        (_row, _product, _tried) = (new double[Width], new double[Width], new(_arms));
        for (var arm = 0; arm < _arms; arm++)
            for (var i = 0; i < Width; i++) _inverses[(arm * Width + i) * Width + i] = 1;
    }

    void Take(ReadOnlySpan<double> context)
    {
        if (context.Length != _context) throw new ArgumentException($"A context has {context.Length} numbers; the bandit was made for {_context}.", nameof(context));
        for (var i = 0; i < _context; i++) _row[i] = double.IsNaN(context[i]) ? 0 : Math.Clamp(context[i], -ContextMax, ContextMax);
        _row[_context] = 1;
    }

    double Known(int arm, out double spread)
    {
        double expected = 0;
        spread = 0;
        for (var i = 0; i < Width; i++)
        {
            var sum = 0.0;
            for (var j = 0; j < Width; j++) sum += _inverses[(arm * Width + i) * Width + j] * _row[j];
            _product[i] = sum;
            expected += sum * _sums[arm * Width + i];
            spread += sum * _row[i];
        }
        return Lanes.Bounded(expected);
    }
}

using Millrace.Sketches.Images;

namespace Millrace.Sketches.OverTime;

/// <summary>Weights of forward decay as numbers of ordinary size: 2^(log g − base), where the base moves up with time.</summary>
struct DecayScale(Decay decay)
{
    double _base = double.NaN; // none yet

    public readonly Decay Decay => decay;

    /// <summary>Weight of an item of a time; before that a factor, if not 1, by which all earlier weights must be multiplied.</summary>
    /// <param name="time">Time of the item.</param>
    /// <param name="most">Weights above 2^most move the base.</param>
    /// <param name="factor">What earlier weights must be multiplied by.</param>
    public double Weight(long time, int most, out double factor)
    {
        factor = 1;
        var log = decay.Log2(time);
        if (double.IsNegativeInfinity(log)) return 0;
        if (double.IsNaN(_base)) _base = log;
        if (log - _base > most)
        {
            factor = Math.Pow(2, _base - log);
            _base = log;
        }
        return Math.Pow(2, log - _base);
    }

    /// <summary>What sums of weights are multiplied by to be those at a time.</summary>
    public readonly double FactorAt(long now)
    {
        if (double.IsNaN(_base)) return 0;
        var log = decay.Log2(now);
        return double.IsNegativeInfinity(log) ? 0 : Math.Pow(2, _base - log);
    }

    /// <summary>Takes the higher of two bases; gives the factors for both sides.</summary>
    public void Merge(in DecayScale other, out double factor, out double otherFactor)
    {
        factor = otherFactor = 1;
        if (double.IsNaN(other._base)) return;
        if (double.IsNaN(_base)) _base = other._base;
        var target = Math.Max(_base, other._base);
        factor = Math.Pow(2, _base - target);
        otherFactor = Math.Pow(2, other._base - target);
        _base = target;
    }

    /// <summary>Throws unless two decays are equal.</summary>
    public readonly void RequireSame(in DecayScale other)
    {
        if (other.Decay != Decay) throw new ArgumentException($"Sketches merge if they decay in the same way: {Decay} and {other.Decay}.");
    }

    /// <summary>Bytes of its image.</summary>
    public const int ImageSize = 28;

    public readonly void Save(ref ImageWriter writer)
    {
        writer.Int32(Decay.IsExponential ? 1 : 0);
        writer.Double(Decay.Parameter);
        writer.Int64(Decay.Landmark);
        writer.Double(_base);
    }

    public static DecayScale Load(ref ImageReader reader)
    {
        var kind = reader.Int32();
        var parameter = reader.Double();
        var landmark = reader.Int64();
        SketchFormatException.ThrowUnless(kind == 1 ? Decay.IsHalfLife(parameter) : kind == 0 && parameter is >= 0 and <= 20, $"The decay has kind {kind} and parameter {parameter}.");
        var start = reader.Double();
        SketchFormatException.ThrowUnless(double.IsNaN(start) || Math.Abs(start) < 1e30, $"The base of the decay is {start}.");
        return new DecayScale(kind == 1 ? Decay.Exponential(parameter) : Decay.Polynomial(parameter, landmark)) { _base = start };
    }
}

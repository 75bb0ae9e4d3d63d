using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Linear;

/// <summary>Brings targets to mean 0 and deviation 1 while they come, and predictions back, never far outside of what was seen.</summary>
/// <remarks>A prediction may leave the range of the targets by the width of that range on each side, no further: whatever the rows hold, errors stay of the targets' own size.</remarks>
struct TargetScale(bool isOn)
{
    bool _isOn = isOn;
    double _count, _mean, _squares, _least, _greatest;

    /// <summary>Takes a target into mean, deviation and range.</summary>
    public void Learn(double target)
    {
        if (_count == 0) (_least, _greatest) = (target, target);
        _least = Math.Min(_least, target);
        _greatest = Math.Max(_greatest, target);
        var distance = target - _mean;
        _mean += distance / ++_count;
        _squares += distance * (target - _mean);
    }

    readonly double Deviation => _count > 0 ? Math.Sqrt(_squares / _count) : 0;

    /// <summary>The target in deviations from the mean.</summary>
    public readonly double Scaled(double target)
    {
        if (!_isOn) return target;
        var deviation = Deviation;
        return deviation > 0 ? (target - _mean) / deviation : 0;
    }

    /// <summary>What a scaled number is multiplied by to be one of the target's unit.</summary>
    public readonly double Factor => _isOn ? Deviation : 1;

    /// <summary>Mean and deviation so far.</summary>
    public readonly (double Mean, double Deviation) Unit => (_mean, Deviation);

    /// <summary>A scaled prediction in the target's unit.</summary>
    public readonly double Unscaled(double prediction)
    {
        if (_count == 0) return 0;
        return Bounded(_isOn ? _mean + prediction * Deviation : prediction);
    }

    /// <summary>A prediction in the target's unit, kept near the range of the targets.</summary>
    public readonly double Bounded(double value)
    {
        var width = _greatest - _least;
        return Math.Clamp(value, _least - width, _greatest + width);
    }

    public void Transfer(Archive archive)
    {
        archive.Value(ref _isOn);
        archive.Value(ref _count);
        archive.Value(ref _mean);
        archive.Value(ref _squares);
        archive.Value(ref _least);
        archive.Value(ref _greatest);
        archive.Require(_least <= _greatest && double.IsFinite(_mean) && _squares >= 0, "its targets have no range");
    }

    /// <summary>Forgets the targets.</summary>
    public void Clear() => this = new(_isOn);

    /// <summary>The target within ±1e100, or NaN where it is to be passed over.</summary>
    public static double Usable(double target) => double.IsFinite(target) ? Lanes.Bounded(target) : double.NaN;
}

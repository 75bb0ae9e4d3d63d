using Millrace.Functions;
using Millrace.Learning;
using Millrace.Learning.Evaluation;
using Millrace.Learning.Forecasting;
using Millrace.Planning;

namespace Millrace.Operators.Models;

/// <summary>One series of numbers: what was learned of it, and the numbers since it was last written whole.</summary>
sealed class Series(FollowSeries node)
{
    /// <summary>Missing numbers that are let pass at once at most.</summary>
    const int GapMost = 10_000;

    /// <summary>Numbers after which it is written whole again.</summary>
    const int RecentMost = 128;

    readonly List<(long Time, double Value)> _recent = [];
    ForecastMixture _model = new(node.Season, Math.Max(1, node.Horizon));
    ErrorBand _band = new();
    long _count, _lastTime;

    /// <summary>Whether it stands in the list of what has changed.</summary>
    public bool IsListed { get; set; }

    /// <summary>Whether it must be written whole.</summary>
    public bool IsDue { get; private set; } = true;

    /// <summary>Bytes of memory that it takes. Costs a walk over it.</summary>
    public long MemorySize => _model.MemorySize() + _band.MemorySize();

    /// <summary>Lets the time pass that lies between the number before and one that comes.</summary>
    public void PassTo(long time)
    {
        if (_count == 0 || node.EveryMicroseconds == 0) return;
        var missing = Int128.Min(GapMost, ((Int128)time - _lastTime) / node.EveryMicroseconds - 1);
        for (Int128 i = 0; i < missing; i++) _model.Learn(node.Missing);
    }

    /// <summary>What is expected of the next number, and how far from it one may lie; NaN where nothing is known yet.</summary>
    public (double Expected, double Width) Expect()
    {
        if (_count == 0) return (double.NaN, double.NaN);
        Span<double> next = stackalloc double[1];
        _model.Forecast(next);
        return (next[0], _band.Width(node.Confidence));
    }

    /// <summary>The share of errors so far that were smaller.</summary>
    public double Score(double error) => _band.ShareBelow(error);

    /// <summary>Tells the next numbers.</summary>
    /// <returns>Whether bounds are known: errors as far ahead were seen.</returns>
    public bool Forecast(Span<double> values, Span<double> lower, Span<double> upper)
    {
        _model.Forecast(values, lower, upper, node.Confidence);
        return _count > node.Horizon;
    }

    /// <summary>Learns a number.</summary>
    public void Learn(long time, double value, double expected)
    {
        if (!IsDue)
        {
            _recent.Add((time, value));
            if (_recent.Count > RecentMost) IsDue = true;
        }
        Take(time, value, expected);
    }

    void Take(long time, double value, double expected)
    {
        _band.Add(value - expected);
        _model.Learn(value);
        _count++;
        _lastTime = time;
    }

    /// <summary>Writes it whole.</summary>
    public void SaveWhole(StateWriter writer)
    {
        writer.Write(_count);
        writer.Write(_lastTime);
        writer.WriteBytes(_model.Save());
        writer.WriteBytes(_band.Save());
        _recent.Clear();
        IsDue = false;
    }

    /// <summary>Writes the numbers since it was written whole.</summary>
    public void SaveRecent(StateWriter writer)
    {
        foreach (var (time, value) in _recent)
        {
            writer.Write(time);
            writer.Write(value);
        }
    }

    /// <summary>Reads back what <see cref="SaveWhole"/> wrote.</summary>
    public void LoadWhole(ref StateReader reader)
    {
        _count = reader.Read<long>();
        _lastTime = reader.Read<long>();
        _model = ModelImages.Load<ForecastMixture>(reader.ReadBytes());
        _band = ModelImages.Load<ErrorBand>(reader.ReadBytes());
        IsDue = false;
    }

    /// <summary>Learns again what <see cref="SaveRecent"/> wrote.</summary>
    public void LearnAgain(ref StateReader reader)
    {
        while (reader.Remaining > 0)
        {
            var (time, value) = (reader.Read<long>(), reader.Read<double>());
            PassTo(time);
            _recent.Add((time, value));
            Take(time, value, Expect().Expected);
        }
    }
}

using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Forecasting;

/// <summary>Many ways of exponential smoothing and the seasonal naive forecast, weighed by how well each did lately at the steps ahead that are asked for.</summary>
/// <remarks>
/// <para>
/// Some 80 members differ in trend, season and shares. Each remembers what it said for one step, a quarter, a half and the whole of the horizon ahead; when the value comes, its fading mean absolute errors tell its
/// worth at each of these. The forecast is the mean of members weighed by (least error / error)^32, errors at the steps ahead in question and a quarter of those at the others, so that poor ones do not count and close ones share; the seasonal naive forecast is a member like others. Intervals: quantiles of the
/// mixture's own past errors at the same distances (conformal), straight between them. Cost: some 10 µs a value; 70 kB for a season of 24.
/// </para>
/// <para>Weakness: one season only; change of the pattern is followed at the pace at which errors fade (some 1,000 values).</para>
/// <para>Hyndman et al. (2008), Forecasting with exponential smoothing; Cesa-Bianchi and Lugosi (2006), Prediction, learning, and games; Vovk et al. (2005), Algorithmic learning in a random world.</para>
/// </remarks>
public sealed class ForecastMixture : IForecaster
{
    const double Fading = 0.999, OtherLeads = 0.25;
    const int Power = 32;
    const int ErrorsKept = 256;

    int _season, _horizon;
    int[] _leads = [];
    SeasonalNaive _naive = null!;
    ExponentialSmoothing[] _members = [];
    double[] _said = [];      // for each lead a ring of what each member said
    double[] _errors = [];    // members x leads
    double[] _weights = [];   // leads x members, each lead's sum to 1
    RecentValues[] _misses = [];
    double[] _saidTogether = [];
    double[] _errorWeight = [];
    double[] _pooled = [];
    long _count;

    /// <summary>A forecaster that has seen nothing.</summary>
    /// <param name="season">Steps of a season; 1 for none.</param>
    /// <param name="horizon">Steps ahead that matter, 1 or more; further ones are told too.</param>
    public ForecastMixture(int season, int horizon)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(season, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        (_season, _horizon) = (season, horizon);
        Reset();
    }

    internal ForecastMixture() { }

    /// <inheritdoc/>
    public void Reset()
    {
        _leads = [.. new[] { 1, (_horizon + 3) / 4, (_horizon + 1) / 2, _horizon }.Distinct()];
        _naive = new(_season);
        _members = [.. Ways(_season).Select(o => new ExponentialSmoothing(o))];
        var members = _members.Length + 1;
        _said = new double[_leads.Sum() * members];
        _errors = new double[_leads.Length * members];
        _weights = new double[_leads.Length * members];
        _errorWeight = new double[_leads.Length];
        _pooled = new double[members];
        _saidTogether = new double[_leads.Sum()];
        _misses = [.. _leads.Select(_ => new RecentValues(ErrorsKept))];
        _count = 0;
    }

    /// <inheritdoc/>
    public void Learn(double value)
    {
        value = Lanes.Bounded(value);
        if (!double.IsNaN(value)) Judge(value);
        _naive.Learn(value);
        foreach (var member in _members) member.Learn(value);
        _count++;
        Weigh();
        Promise();
    }

    /// <inheritdoc/>
    public void Forecast(Span<double> values)
    {
        for (var k = 0; k < values.Length; k++) values[k] = Next(k + 1);
    }

    /// <summary>Tells the next values and bounds between which a share of them lies, going by past errors.</summary>
    /// <param name="values">Room for one number for each step ahead.</param>
    /// <param name="lower">Room for as many lower bounds.</param>
    /// <param name="upper">Room for as many upper bounds.</param>
    /// <param name="coverage">The share, above 0 and below 1.</param>
    public void Forecast(Span<double> values, Span<double> lower, Span<double> upper, double coverage = 0.9)
    {
        if (!(coverage > 0 && coverage < 1)) throw new ArgumentOutOfRangeException(nameof(coverage), coverage, "A coverage is above 0 and below 1.");
        Forecast(values);
        for (var k = 0; k < values.Length; k++)
        {
            var width = Width(k + 1, coverage);
            (lower[k], upper[k]) = (values[k] - width, values[k] + width);
        }
    }

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        archive.Value(ref _season, 1, 1 << 20);
        archive.Value(ref _horizon, 1, 1 << 20);
        if (archive.IsReading)
        {
            archive.Require(archive.CanHold(40L * (_season + _horizon)), "it is too short for its season");
            Reset();
        }
        archive.Value(ref _count);
        archive.Require(_count >= 0, "a count is negative");
        _naive.Transfer(archive);
        foreach (var member in _members) member.Transfer(archive);
        archive.Array(ref _said, _said.Length);
        archive.Array(ref _errors, _errors.Length);
        archive.Array(ref _weights, _weights.Length);
        archive.Array(ref _errorWeight, _errorWeight.Length);
        archive.Array(ref _saidTogether, _saidTogether.Length);
        foreach (var misses in _misses) misses.Transfer(archive);
    }

    static IEnumerable<SmoothingOptions> Ways(int season)
    {
        double[] levels = [0.05, 0.1, 0.3, 0.6];
        foreach (var level in levels.Append(0.9))
        {
            yield return new() { Level = level };
            yield return new() { Level = level, Trend = TrendKind.Damped };
        }
        if (season < 2) yield break;
        foreach (var kind in (SeasonKind[])[SeasonKind.Additive, SeasonKind.Multiplicative])
            foreach (var level in levels)
                foreach (var seasonal in (double[])[0.05, 0.2, 0.6])
                {
                    yield return new() { Season = kind, SeasonLength = season, Level = level, Seasonal = seasonal };
                    yield return new() { Season = kind, SeasonLength = season, Level = level, Seasonal = seasonal, Trend = TrendKind.Damped, Damping = 0.98 };
                    yield return new() { Season = kind, SeasonLength = season, Level = level, Seasonal = seasonal, Trend = TrendKind.Linear, Slope = 0.03 };
                }
    }

    double Say(int member, int steps) => member < _members.Length ? _members[member].Next(steps) : _naive.Next(steps - 1);

    // Two seasons in which seasonal members only repeat what was tell nothing of their worth; until then those with season and trend share the weight.
    int Beginning => _season > 1 ? 2 * _season : 0;

    int Count => _members.Length + 1;

    double Next(int steps)
    {
        var (near, far, share) = Around(steps);
        var sum = 0.0;
        for (var i = 0; i < Count; i++)
        {
            var weight = _weights[near * Count + i] * (1 - share) + _weights[far * Count + i] * share;
            if (weight > 0) sum += weight * Say(i, steps);
        }
        return sum;
    }

    // The leads on both sides of a number of steps, and how far between them it lies.
    (int Near, int Far, double Share) Around(int steps)
    {
        var l = 0;
        while (l < _leads.Length - 1 && _leads[l + 1] <= steps) l++;
        return l == _leads.Length - 1 ? (l, l, 0) : (l, l + 1, (double)(steps - _leads[l]) / (_leads[l + 1] - _leads[l]));
    }

    // What was said a lead ago about now is compared with what came.
    void Judge(double value)
    {
        var members = Count;
        var first = 0;
        for (var l = 0; l < _leads.Length; l++)
        {
            var lead = _leads[l];
            if (_count >= lead + Beginning)
            {
                // Said when there were lead - 1 values fewer than now.
                var place = first + (int)((_count + 1) % lead);
                for (var i = 0; i < members; i++)
                {
                    ref var error = ref _errors[l * members + i];
                    error = error * Fading + Math.Abs(value - _said[place * members + i]);
                }
                _errorWeight[l] = _errorWeight[l] * Fading + 1;
                _misses[l].Add(Math.Abs(value - _saidTogether[place]));
            }
            first += lead;
        }
    }

    void Weigh()
    {
        for (var l = 0; l < _leads.Length; l++)
        {
            var seen = Pool(l);
            Weigh(_weights.AsSpan(l * Count, Count), _pooled, seen);
        }
    }

    // Errors at a lead in units of all members' mean error there, and a share of those at the other leads: near leads have been judged before far ones.
    double Pool(int lead)
    {
        Array.Clear(_pooled);
        var seen = 0.0;
        for (var l = 0; l < _leads.Length; l++)
        {
            var errors = _errors.AsSpan(l * Count, Count);
            var mean = 0.0;
            foreach (var error in errors) mean += error / Count;
            if (_errorWeight[l] == 0 || !(mean > 0)) continue;
            var share = (l == lead ? 1 : OtherLeads) * _errorWeight[l] / (_errorWeight[l] + 5);
            for (var i = 0; i < errors.Length; i++) _pooled[i] += share * (errors[i] / mean);
            seen += share;
        }
        return seen;
    }

    void Weigh(Span<double> weights, ReadOnlySpan<double> errors, double seen)
    {
        var least = double.PositiveInfinity;
        foreach (var error in errors) least = Math.Min(least, error);
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            var weight = 1.0;
            if (seen == 0) weight = i < _members.Length && (_season == 1 || _members[i].IsSeasonal) ? 1 : 0;
            else if (errors[i] > 0)
            {
                weight = least / errors[i];
                for (var power = 1; power < Power; power *= 2) weight *= weight;
                if (weight < 1e-3) weight = 0;
            }
            sum += weights[i] = weight;
        }
        foreach (ref var weight in weights) weight /= sum;
    }

    void Promise()
    {
        var members = Count;
        var first = 0;
        for (var l = 0; l < _leads.Length; l++)
        {
            var lead = _leads[l];
            var place = first + (int)(_count % lead);
            var together = 0.0;
            for (var i = 0; i < members; i++)
            {
                var said = Say(i, lead);
                _said[place * members + i] = said;
                together += _weights[l * members + i] * said;
            }
            _saidTogether[place] = together;
            first += lead;
        }
    }

    double Width(int steps, double coverage)
    {
        var (near, far, share) = Around(steps);
        return Quantile(near) * (1 - share) + Quantile(far) * share;

        double Quantile(int lead)
        {
            var misses = _misses[lead];
            // One more than there are, so that the share holds for few too.
            return misses.Count == 0 ? 0 : misses.Quantile(Math.Min(1, coverage * (misses.Count + 1) / misses.Count));
        }
    }
}

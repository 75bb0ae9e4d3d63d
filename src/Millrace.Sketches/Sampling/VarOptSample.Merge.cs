namespace Millrace.Sketches.Sampling;

public sealed partial class VarOptSample<T>
{
    readonly record struct Candidate(T Item, double Weight, bool IsExact);

    /// <inheritdoc/>
    public void Merge(VarOptSample<T> other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other._count == 0) return;
        var count = _count + other._count;
        if (other._light.Count == 0)
        {
            // All of the other's items are exact: they are as good as the stream.
            var items = other.Sample.ToArray();
            foreach (var (item, weight) in items) Update(item, weight);
            _count = count;
            return;
        }
        Reduce([.. Candidates(), .. other.Candidates()], Math.Min(K, other.K), count);
    }

    IEnumerable<Candidate> Candidates()
    {
        for (var i = 0; i < _heavy.Count; i++) yield return new(_heavy[i], _weights[i], true);
        foreach (var item in _light) yield return new(item, Tau, false);
    }

    /// <summary>Becomes a sample of at most k of the candidates, in which none that only stands for a weight is kept as exact.</summary>
    void Reduce(List<Candidate> candidates, int k, long count)
    {
        candidates.Sort(static (a, b) => a.Weight.CompareTo(b.Weight));
        var greatestInexact = candidates.FindLast(c => !c.IsExact).Weight;
        _heavy.Clear();
        _weights.Clear();
        _light.Clear();
        _lightWeight = 0;
        _count = count;

        k = Math.Min(k, candidates.Count);
        if (k == candidates.Count && candidates.All(c => c.IsExact ? c.Weight >= greatestInexact : c.Weight == greatestInexact))
        {
            foreach (var c in candidates) Keep(c, isLight: !c.IsExact);
        }
        else
        {
            // The fewer are kept, the higher the threshold rises, until it covers all that is not exact.
            k = Math.Max(1, Math.Min(k, candidates.Count - 1));
            var (lightCount, tau) = Threshold(candidates, k);
            while (tau < greatestInexact && k > 1) (lightCount, tau) = Threshold(candidates, --k);
            foreach (var c in candidates.Skip(lightCount)) Keep(c, isLight: false);
            foreach (var c in Draw(candidates.GetRange(0, lightCount), tau)) Keep(c, isLight: true);
            _lightWeight = candidates.Take(lightCount).Sum(c => c.Weight);
        }
        K = _light.Count > 0 ? Length : Math.Max(K, Length);
        if (_light.Count > 0) MakeHeap();
    }

    void Keep(Candidate c, bool isLight)
    {
        if (isLight)
        {
            _light.Add(c.Item);
            _lightWeight += c.Weight;
        }
        else
        {
            _heavy.Add(c.Item);
            _weights.Add(c.Weight);
        }
    }

    // How many of the sorted candidates are light, and the weight that each of those kept will stand for.
    static (int LightCount, double Tau) Threshold(List<Candidate> candidates, int k)
    {
        var sum = 0.0;
        var light = 0;
        for (; light < candidates.Count - k + 1; light++) sum += candidates[light].Weight;
        while (light < candidates.Count && candidates[light].Weight * (k - candidates.Count + light) <= sum) sum += candidates[light++].Weight;
        return (light, sum / (k - candidates.Count + light));
    }

    // Pairs in random order play for their probabilities, so that the number that wins is fixed and no two prefer to win together
    // (Deville and Tillé 1998, Unequal probability sampling without replacement through a splitting method).
    List<Candidate> Draw(List<Candidate> light, double tau)
    {
        var winners = new List<Candidate>();
        for (var i = light.Count - 1; i > 0; i--)
        {
            var j = _coin.Next(i + 1);
            (light[i], light[j]) = (light[j], light[i]);
        }
        var one = light[0];
        var p = one.Weight / tau;
        foreach (var other in light.Skip(1))
        {
            var q = other.Weight / tau;
            if (p + q < 1)
            {
                if (_coin.NextDouble() * (p + q) >= p) one = other;
                p += q;
            }
            else
            {
                var oneWins = _coin.NextDouble() * (2 - p - q) < 1 - q;
                winners.Add(oneWins ? one : other);
                one = oneWins ? other : one;
                p += q - 1;
            }
        }
        if (p > 0.5) winners.Add(one);
        return winners;
    }
}

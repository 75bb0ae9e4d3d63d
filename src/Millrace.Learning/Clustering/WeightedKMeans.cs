using Millrace.Learning.Numerics;

namespace Millrace.Learning.Clustering;

/// <summary>k-means over weighted points: seeded far from each other, then moved until nothing changes.</summary>
static class WeightedKMeans
{
    const int Rounds = 20;

    /// <summary>The middles of the points, each with the weight of its points; fewer where there are fewer points.</summary>
    public static Middles Of(Middles points, int clusters, ref SeededRandom random)
    {
        var middles = new Middles(points.Columns);
        var distances = new double[points.Count];
        Array.Fill(distances, double.PositiveInfinity);
        var next = Draw(points, null, ref random);
        while (middles.Count < Math.Min(clusters, points.Count) && next >= 0)
        {
            middles.Add(points[next], 0);
            for (var i = 0; i < points.Count; i++) distances[i] = Math.Min(distances[i], Middles.Distance(points.Padded(i), points.Padded(next)));
            next = Draw(points, distances, ref random);
        }
        var owner = new int[points.Count];
        Array.Fill(owner, -1);
        for (var round = 0; round < Rounds; round++)
        {
            var hasChanged = false;
            for (var i = 0; i < points.Count; i++)
            {
                var nearest = middles.Nearest(points.Padded(i), out _);
                hasChanged |= owner[i] != nearest;
                owner[i] = nearest;
            }
            if (!hasChanged) break;
            for (var m = 0; m < middles.Count; m++) middles.Weight(m) = 0;
            for (var i = 0; i < points.Count; i++)
                if ((middles.Weight(owner[i]) += points.Weight(i)) > 0) middles.Move(owner[i], points.Padded(i), points.Weight(i) / middles.Weight(owner[i]));
        }
        return middles;
    }

    // By weight, and by squared distance where there are distances; -1 where no point is apart.
    static int Draw(Middles points, double[]? distances, ref SeededRandom random)
    {
        var sum = 0.0;
        for (var i = 0; i < points.Count; i++) sum += points.Weight(i) * (distances?[i] ?? 1);
        if (!(sum > 0)) return distances is null && points.Count > 0 ? 0 : -1;
        var drawn = random.NextDouble() * sum;
        var last = -1;
        for (var i = 0; i < points.Count; i++)
        {
            var share = points.Weight(i) * (distances?[i] ?? 1);
            if (!(share > 0)) continue;
            last = i;
            if ((drawn -= share) <= 0) break;
        }
        return last;
    }
}

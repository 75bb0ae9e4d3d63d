namespace Millrace.Learning.Metrics;

/// <summary>The chance that a positive row scores higher than a negative one, over the last rows: area under the ROC curve (Hanley and McNeil 1982). Ties count a half.</summary>
/// <remarks>Exact. Adding costs nothing but the copy; reading sorts the window, n log n, and allocates nothing.</remarks>
/// <param name="rows">Rows of the window, 1 or more.</param>
public sealed class RollingAuc(int rows)
{
    readonly double[] _scores = new double[rows];
    readonly bool[] _labels = new bool[rows];
    readonly double[] _sortedScores = new double[rows];
    readonly bool[] _sortedLabels = new bool[rows];
    int _next;
    int _count;

    /// <summary>Adds a row.</summary>
    /// <param name="isPositive">Whether it is positive in truth.</param>
    /// <param name="score">Its score; NaN counts as the least.</param>
    public void Add(bool isPositive, double score)
    {
        _scores[_next] = double.IsNaN(score) ? double.NegativeInfinity : score;
        _labels[_next] = isPositive;
        _next = _next + 1 == rows ? 0 : _next + 1;
        if (_count < rows) _count++;
    }

    /// <summary>The area, 0 to 1; NaN while one of the two kinds is missing.</summary>
    public double Value
    {
        get
        {
            _scores.AsSpan(0, _count).CopyTo(_sortedScores);
            _labels.AsSpan(0, _count).CopyTo(_sortedLabels);
            Array.Sort(_sortedScores, _sortedLabels, 0, _count);
            double pairs = 0, positives = 0, negatives = 0;
            for (var i = 0; i < _count;)
            {
                double tiedPositives = 0, tiedNegatives = 0;
                var score = _sortedScores[i];
                for (; i < _count && _sortedScores[i] == score; i++)
                {
                    if (_sortedLabels[i]) tiedPositives++;
                    else tiedNegatives++;
                }
                pairs += tiedPositives * (negatives + tiedNegatives / 2);
                positives += tiedPositives;
                negatives += tiedNegatives;
            }
            return positives * negatives > 0 ? pairs / (positives * negatives) : double.NaN;
        }
    }
}

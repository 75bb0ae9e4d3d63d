namespace Millrace.Learning.Evaluation;

/// <summary>Rows whose labels are not known yet, in the order in which they will be.</summary>
/// <remarks>A ring that grows to the most rows that ever waited, and allocates nothing then.</remarks>
sealed class PendingRows(int width)
{
    double[] _features = new double[16 * width];
    double[] _targets = new double[16];
    long[] _due = new long[16];
    int _first;

    public int Count { get; private set; }

    /// <summary>When the first one is due.</summary>
    public long FirstDue => _due[_first];

    /// <summary>The first one's features; they stand until the next <see cref="Add"/>.</summary>
    public ReadOnlySpan<double> FirstFeatures => _features.AsSpan(_first * width, width);

    /// <summary>The first one's label.</summary>
    public double FirstTarget => _targets[_first];

    public void Add(ReadOnlySpan<double> features, double target, long due)
    {
        if (Count == _due.Length) Grow();
        var place = (_first + Count) % _due.Length;
        features.CopyTo(_features.AsSpan(place * width, width));
        _targets[place] = target;
        _due[place] = due;
        Count++;
    }

    public void RemoveFirst()
    {
        _first = (_first + 1) % _due.Length;
        Count--;
    }

    void Grow()
    {
        var pending = new PendingRows(width) { _features = new double[_features.Length * 2], _targets = new double[_targets.Length * 2], _due = new long[_due.Length * 2] };
        for (; Count > 0; RemoveFirst()) pending.Add(FirstFeatures, FirstTarget, FirstDue);
        (_features, _targets, _due, _first, Count) = (pending._features, pending._targets, pending._due, 0, pending.Count);
    }
}

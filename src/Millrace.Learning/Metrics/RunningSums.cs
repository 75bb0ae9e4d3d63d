using Millrace.Learning.Images;

namespace Millrace.Learning.Metrics;

/// <summary>Sums of several numbers a row over a horizon. Adding allocates nothing.</summary>
/// <remarks>Rolling sums are formed anew once per turn of the window, so that rounding does not pile up.</remarks>
sealed class RunningSums(int width, Horizon horizon)
{
    double[] _sums = new double[width];
    double[] _ring = new double[width * horizon.Rows];
    int _next;
    long _rows;

    /// <summary>One of the sums.</summary>
    public double this[int index] => _sums[index];

    /// <summary>Rows added, also those out of sight.</summary>
    public long Rows => _rows;

    public void Add(params ReadOnlySpan<double> parts)
    {
        if (horizon.Rows > 0) Replace(parts);
        else if (horizon.Factor == 1) for (var i = 0; i < parts.Length; i++) _sums[i] += parts[i];
        else for (var i = 0; i < parts.Length; i++) _sums[i] = _sums[i] * horizon.Factor + parts[i];
        _rows++;
    }

    public void Clear()
    {
        Array.Clear(_sums);
        Array.Clear(_ring);
        _next = 0;
        _rows = 0;
    }

    public void Transfer(Archive archive)
    {
        archive.Array(ref _sums, width);
        archive.Array(ref _ring, _ring.Length);
        archive.Value(ref _next, 0, Math.Max(0, horizon.Rows - 1));
        archive.Value(ref _rows);
        archive.Require(_rows >= 0, "a count is negative");
    }

    void Replace(ReadOnlySpan<double> parts)
    {
        var place = _ring.AsSpan(_next * width, width);
        for (var i = 0; i < width; i++) _sums[i] += parts[i] - place[i];
        parts.CopyTo(place);
        if (++_next < horizon.Rows) return;
        _next = 0;
        Array.Clear(_sums);
        for (var i = 0; i < _ring.Length; i++) _sums[i % width] += _ring[i];
    }
}

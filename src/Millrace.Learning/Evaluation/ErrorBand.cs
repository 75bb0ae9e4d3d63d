using Millrace.Learning.Images;
using Millrace.Learning.Numerics;

namespace Millrace.Learning.Evaluation;

/// <summary>How far off a model was lately: the distance that a share of its last errors kept, so that the next one will too (a conformal interval).</summary>
/// <remarks>
/// The width for a coverage c over n errors is the ⌈(n + 1) c⌉-th least of them; where there are fewer than that needs, nothing can be promised. 16 bytes an error; adding moves half of
/// those kept on average. Weakness: one width for all rows, however hard they are. Vovk et al. (2005), Algorithmic learning in a random world.
/// </remarks>
public sealed class ErrorBand : ILearner
{
    const int RowsMax = 1 << 20;

    int _rows;
    RecentValues _errors;

    /// <summary>A band of no errors.</summary>
    /// <param name="rows">How many of the last errors count, 1 to 1,048,576.</param>
    public ErrorBand(int rows = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, RowsMax);
        (_rows, _errors) = (rows, new(rows));
    }

    /// <summary>Takes an error; its sign does not count, and NaN is passed over.</summary>
    public void Add(double error)
    {
        if (!double.IsNaN(error)) _errors.Add(Math.Abs(error));
    }

    /// <summary>How far from a prediction the truth will lie at most, in a share of cases; NaN where there are too few errors to say.</summary>
    /// <param name="coverage">The share, above 0 and below 1.</param>
    public double Width(double coverage)
    {
        if (!(coverage > 0 && coverage < 1)) throw new ArgumentOutOfRangeException(nameof(coverage), coverage, "A coverage is above 0 and below 1.");
        var place = (int)Math.Ceiling((_errors.Count + 1) * coverage);
        return place > _errors.Count ? double.NaN : _errors.Sorted[place - 1];
    }

    /// <summary>The share of the errors that were smaller than one, 0 to 1; NaN of none.</summary>
    /// <param name="error">The error; its sign does not count.</param>
    public double ShareBelow(double error)
    {
        var errors = _errors.Sorted;
        if (errors.IsEmpty) return double.NaN;
        var (low, high) = (0, errors.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (errors[middle] < Math.Abs(error)) low = middle + 1;
            else high = middle;
        }
        return (double)low / errors.Length;
    }

    /// <inheritdoc/>
    public void Reset() => _errors.Clear();

    /// <inheritdoc/>
    public void Transfer(Archive archive)
    {
        archive.Value(ref _rows, 1, RowsMax);
        if (archive.IsReading)
        {
            archive.Require(archive.CanHold(8L * _rows), "it is too short for its errors");
            _errors = new(_rows);
        }
        _errors.Transfer(archive);
    }
}

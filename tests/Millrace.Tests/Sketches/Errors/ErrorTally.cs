using Millrace.Sketches;

namespace Millrace.Tests.Sketches.Errors;

/// <summary>Errors of many streams beside the standard deviation that theory gives each, and how often bounds held, up to what chance does to so few (three standard deviations).</summary>
sealed class ErrorTally(string name)
{
    static readonly double[] s_promised = [0.6827, 0.9545, 0.9973];

    readonly int[] _held = new int[3];
    readonly int[] _asked = new int[3];
    int _count;
    double _squares;
    double _sum;

    /// <summary>An estimate of a stream.</summary>
    /// <param name="found">The estimate, with bounds at a number of deviations.</param>
    /// <param name="truth">The exact answer.</param>
    /// <param name="deviation">The standard deviation of the estimate as theory has it.</param>
    /// <param name="deviations">What the bounds are of.</param>
    public void Add(Estimate found, double truth, double deviation, int deviations = 2)
    {
        var error = (found.Value - truth) / deviation;
        _count++;
        _squares += error * error;
        _sum += error;
        AddBounds(found, truth, deviations);
    }

    /// <summary>Bounds of an estimate that was added already.</summary>
    public void AddBounds(Estimate found, double truth, int deviations)
    {
        _asked[deviations - 1]++;
        if (found.Lower <= truth && truth <= found.Upper) _held[deviations - 1]++;
    }

    /// <summary>Throws where theory is not kept.</summary>
    public void Check(ITestOutputHelper output)
    {
        var rms = Math.Sqrt(_squares / _count);
        output.WriteLine($"{name}, {_count} streams: RMS error {rms:F3} of the theory's, bias {_sum / _count:F3}, bounds held {string.Join(' ', _asked.Select((a, i) => a == 0 ? "-" : $"{_held[i] / (double)a:P1}"))}");
        Assert.True(rms <= 1 + 3 / Math.Sqrt(2.0 * _count), $"{name}: RMS error {rms:F3} times the theory's over {_count} streams");
        Assert.True(Math.Abs(_sum / _count) <= 3 / Math.Sqrt(_count), $"{name}: bias {_sum / _count:F3} of the theory's deviation over {_count} streams");
        for (var i = 0; i < 3; i++)
        {
            if (_asked[i] == 0) continue;
            var least = s_promised[i] - 3 * Math.Sqrt(s_promised[i] * (1 - s_promised[i]) / _asked[i]);
            Assert.True(_held[i] / (double)_asked[i] >= least, $"{name}: bounds at {i + 1} deviations held in {_held[i]} of {_asked[i]} streams, {least:P1} is the least");
        }
    }
}

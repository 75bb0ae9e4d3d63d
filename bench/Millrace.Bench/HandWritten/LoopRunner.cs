using System.Diagnostics;
using Millrace.Bench.Harness;
using Millrace.Bench.Sales;

namespace Millrace.Bench.HandWritten;

/// <summary>Runs a loop written by hand.</summary>
sealed class LoopRunner(ILoop loop, double?[] scales) : IRunner
{
    bool _isWarm;

    /// <inheritdoc/>
    public Lap Run()
    {
        var start = Stopwatch.GetTimestamp();
        loop.Run();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var checksum = new AnswerChecksum();
        if (!_isWarm) loop.Add(ref checksum, scales);
        var lap = new Lap { Seconds = seconds, Rows = Workshop.SalesRows, Checksum = _isWarm ? null : checksum.ToString() };
        _isWarm = true;
        return lap;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}

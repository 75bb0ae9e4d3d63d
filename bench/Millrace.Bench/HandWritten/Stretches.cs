using Millrace.Bench.Sales;

namespace Millrace.Bench.HandWritten;

/// <summary>A loop over windows of one length: rows go into a ring of open windows, and when the watermark (5 seconds behind the latest row) has passed one it is told and cleared.</summary>
/// <param name="ts">The rows' times.</param>
/// <param name="size">Milliseconds of a window.</param>
abstract class Stretches(long[] ts, long size) : ILoop
{
    /// <summary>Windows in the ring; window w has the place w % Ring.</summary>
    protected const int Ring = 16;

    const int Rows = 4096;
    const long Lateness = 5000;

    /// <inheritdoc/>
    public void Run()
    {
        Begin();
        var latest = long.MinValue;
        var open = (ts[0] - Lateness) / size;
        for (var at = 0; at < ts.Length; at += Rows)
        {
            var rows = Math.Min(Rows, ts.Length - at);
            Take(at, rows);
            foreach (var t in ts.AsSpan(at, rows))
                if (t > latest) latest = t;
            for (var closed = (latest - Lateness) / size; open < closed; open++) Close(open);
        }
        for (; open <= latest / size; open++) Close(open);
        End(open);
    }

    /// <summary>Forgets the answer before.</summary>
    protected abstract void Begin();

    /// <summary>Takes some rows into the windows of the ring.</summary>
    protected abstract void Take(int at, int rows);

    /// <summary>Tells a window, if it has rows, and clears it.</summary>
    protected abstract void Close(long window);

    /// <summary>All windows below one are closed.</summary>
    protected virtual void End(long window)
    {
    }

    /// <inheritdoc/>
    public abstract void Add(ref AnswerChecksum checksum, double?[] scales);
}

using Millrace.Runtime;

namespace Millrace.Bench.Harness;

/// <summary>Watches a pipeline from outside.</summary>
static class SteadyState
{
    /// <summary>Waits for its end.</summary>
    /// <returns>Managed bytes that were allocated per row in the second half of the run; null where it was over before anybody could look.</returns>
    public static async Task<double?> AllocatedPerRow(IRunningPipeline running, long rows)
    {
        var (from, bytes) = (0L, 0L);
        while (from == 0 && !running.Completion.IsCompleted)
        {
            await Task.WhenAny(running.Completion, Task.Delay(TimeSpan.FromMilliseconds(2)));
            var read = running.Status().Nodes[0].RowsIn;
            if (read >= rows / 2) (from, bytes) = (read, GC.GetTotalAllocatedBytes(precise: true));
        }
        await running.Completion;
        return from > 0 && from < rows ? (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)(rows - from) : null;
    }
}

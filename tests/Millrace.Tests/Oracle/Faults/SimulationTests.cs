using System.Collections.Concurrent;

namespace Millrace.Tests.Oracle.Faults;

/// <summary>The simulation: 10,000 seeds, or MILLRACE_SIMULATE of them from MILLRACE_SIMULATE_SEED on; see bench/simulate.</summary>
public sealed class SimulationTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Whatever_goes_wrong_around_a_run_every_row_counts_once()
    {
        var isLong = int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_SIMULATE"), out var seeds);
        if (!isLong) seeds = 10_000;
        var first = int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_SIMULATE_SEED"), out var given) ? given : 1;
        var (next, failures) = (first - 1, new ConcurrentQueue<string>());
        await Task.WhenAll(Enumerable.Range(0, Math.Min(seeds, Environment.ProcessorCount)).Select(_ => Task.Run(async () =>
        {
            var simulator = await Simulator.CreateAsync();
            for (var seed = Interlocked.Increment(ref next); seed < first + seeds && failures.Count < 10; seed = Interlocked.Increment(ref next))
            {
                if (simulator.Try(seed) is { } failure) failures.Enqueue(failure);
                if (isLong && (seed - first) % 10_000 == 9_999) Console.WriteLine($"{seed - first + 1:N0} seeds");
            }
        })));
        foreach (var failure in failures) output.WriteLine(failure);
        Assert.True(failures.IsEmpty, string.Join("\n", failures));
    }
}

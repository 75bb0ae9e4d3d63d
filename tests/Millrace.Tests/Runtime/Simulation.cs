using Millrace.Planning;
using Millrace.Runtime;

namespace Millrace.Tests.Runtime;

/// <summary>Runs a pipeline on one thread: lanes, coordinator and clock take turns in an order that a seed decides.</summary>
sealed class Simulation(Pipeline pipeline, RunOptions options, ManualClock clock, int seed)
{
    readonly Random _random = new(seed);

    public RunningPipeline? Running { get; private set; }
    public PipelineRun? Run { get; private set; }

    /// <summary>Called before each turn with its number.</summary>
    public Action<int>? OnTurn { get; init; }

    /// <summary>The turn at which the process ends without a word; -1 = it does not.</summary>
    public int CrashAt { get; init; } = -1;

    public bool HasCrashed { get; private set; }

    /// <summary>How far the clock goes when it is its turn.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(int turnsMax = 200_000)
    {
        (Running, Run) = await PipelineRunner.OpenAsync(pipeline, options, CancellationToken.None);
        var turn = 0;
        try
        {
            while (!Run.HasEnded)
            {
                if (turn >= turnsMax) Assert.Fail($"seed {seed}: no end after {turn} turns: {Run}");
                OnTurn?.Invoke(turn);
                if (turn == CrashAt)
                {
                    HasCrashed = true;
                    return;
                }
                turn++;
                var who = _random.Next(Run.Lanes.Length + 2);
                if (who < Run.Lanes.Length)
                {
                    for (var steps = _random.Next(1, 6); steps > 0; steps--) StepLane(Run.Lanes[who]);
                }
                else if (who == Run.Lanes.Length) Run.Step();
                else if (_random.Next(8) == 0)
                {
                    clock.Advance(Tick);
                    Run.OnTimer();
                }
            }
        }
        finally
        {
            await Running.EndAsync();
        }
    }

    void StepLane(Lane lane)
    {
        try
        {
            lane.Step();
        }
        catch (Exception e)
        {
            Run!.Failure.Set(e);
        }
    }
}

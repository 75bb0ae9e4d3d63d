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

    /// <summary>Whether a lane that has reached a barrier waits for the others, so that all operators stand at it when the commit is told.</summary>
    public bool StopsLanesAtBarriers { get; init; }

    /// <summary>Replaces all operators with state by new ones that go on from what was saved. Called from a listener of commits, with <see cref="StopsLanesAtBarriers"/>.</summary>
    public void RestartOperators()
    {
        foreach (var lane in Run!.Lanes)
            foreach (var stations in lane.Stations)
                foreach (var station in stations) station.Renew(Operators.StateLog.Move);
    }

    void StepLane(Lane lane)
    {
        if (StopsLanesAtBarriers && Run!.HasArrived(lane.Index)) return;
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

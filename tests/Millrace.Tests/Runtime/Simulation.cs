using System.Runtime.ExceptionServices;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Testing;

namespace Millrace.Tests.Runtime;

/// <summary>Runs a pipeline on one thread: lanes, coordinator and clock take turns in an order that a seed decides.</summary>
sealed class Simulation(Pipeline pipeline, RunOptions options, VirtualClock clock, int seed)
{
    readonly Random _random = new(seed);
    readonly Queue<Action> _beside = [];

    public RunningPipeline? Running { get; private set; }
    public PipelineRun? Run { get; private set; }

    /// <summary>Called before each turn with its number.</summary>
    public Action<int>? OnTurn { get; init; }

    /// <summary>The turn at which the process ends without a word; -1 = it does not.</summary>
    public int CrashAt { get; init; } = -1;

    public bool HasCrashed { get; private set; }

    /// <summary>How far the clock goes when it is its turn.</summary>
    public TimeSpan Tick { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>See <see cref="Scheduler.ClockRarity"/>.</summary>
    public int TickRarity { get; init; } = 8;

    public async Task RunAsync(int turnsMax = 200_000)
    {
        (Running, Run) = await PipelineRunner.OpenAsync(pipeline, options with { InBackground = _beside.Enqueue }, CancellationToken.None);
        var scheduler = new Scheduler(Run, _random)
        {
            ClockRarity = TickRarity,
            OnClock = () =>
            {
                clock.Advance(Tick);
                Run.OnTimer();
            },
        };
        try
        {
            for (var turn = 0; !Run.HasEnded; turn++)
            {
                if (turn >= turnsMax) Assert.Fail($"seed {seed}: no end after {turn} turns: {Run}");
                OnTurn?.Invoke(turn);
                if (turn == CrashAt)
                {
                    HasCrashed = true;
                    return;
                }
                if (_beside.Count > 0 && _random.Next(4) == 0) _beside.Dequeue()();
                scheduler.Turn();
            }
        }
        finally
        {
            Exception? failure = null;
            foreach (var work in _beside)
            {
                try
                {
                    work();
                }
                catch (Exception e)
                {
                    failure = e;
                }
            }
            await Running.EndAsync();
            if (failure is not null && !HasCrashed && Run.Failure.Now is null) ExceptionDispatchInfo.Throw(failure);
        }
    }
}

using Millrace.Runtime;

namespace Millrace.Testing;

/// <summary>One thread in the place of many: lanes and coordinator of a run, and the clock, take turns in an order that a seed decides.</summary>
/// <param name="run">What runs.</param>
/// <param name="random">Decides; null = each goes on for as long as it has something to do.</param>
sealed class Scheduler(PipelineRun run, Random? random)
{
    /// <summary>What happens when it is the clock's turn.</summary>
    public Action? OnClock { get; init; }

    /// <summary>Of so many turns of the clock it goes in one: few make commits of a row or none, many make commits of many.</summary>
    public int ClockRarity { get; init; } = 8;

    /// <summary>Somebody's turn.</summary>
    /// <returns>Whether it did anything that counts; the clock never does.</returns>
    public bool Turn()
    {
        var who = random!.Next(run.Lanes.Length + 2);
        if (who == run.Lanes.Length) return run.Step();
        if (who > run.Lanes.Length)
        {
            if (random.Next(ClockRarity) == 0) OnClock?.Invoke();
            return false;
        }
        var did = false;
        for (var steps = random.Next(1, 6); steps > 0; steps--) did |= Step(run.Lanes[who]);
        return did;
    }

    /// <summary>Gives turns until nobody has anything to do, or the run has ended.</summary>
    /// <param name="isOver">Asked before each turn whether to leave it at that.</param>
    /// <returns>Whether it came to that.</returns>
    public bool Settle(Func<bool> isOver)
    {
        for (var idle = 0; !run.HasEnded;)
        {
            if (isOver()) return false;
            if (random is not null && idle < 4 * (run.Lanes.Length + 2)) idle = Turn() ? 0 : idle + 1;
            else if (!Round()) return true;
            else idle = 0;
        }
        return true;
    }

    /// <summary>Everybody's turn, in order.</summary>
    bool Round()
    {
        var did = false;
        foreach (var lane in run.Lanes)
            while (Step(lane)) did = true;
        while (run.Step()) did = true;
        return did;
    }

    bool Step(Lane lane)
    {
        try
        {
            return lane.Step();
        }
        catch (Exception e)
        {
            run.Failure.Set(e);
            return false;
        }
    }
}

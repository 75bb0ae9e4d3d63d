using System.Globalization;

namespace Millrace.EndToEnd.Robustness.PowerLoss;

/// <summary>
/// Strategy: the real program takes rows over HTTP, is killed, goes on and is stopped, while strace writes down what it does to the disk; from that log the disk is made as a power loss at some moment may leave it,
/// and the engine is started on it. Invariant: it starts; every request that had been answered is known by its key; after all requests were sent again every row is there once, in views and in the sink.
/// </summary>
public sealed class PowerLossTests(RecordedRun run, ITestOutputHelper output) : IClassFixture<RecordedRun>
{
    /// <summary>Losses in a run: 150, or what MILLRACE_POWER_LOSSES says.</summary>
    static int Losses => int.TryParse(Environment.GetEnvironmentVariable("MILLRACE_POWER_LOSSES"), CultureInfo.InvariantCulture, out var losses) ? losses : 150;

    [Fact]
    public async Task What_was_answered_is_there_once_whenever_the_power_goes()
    {
        run.RequireStrace();
        for (var seed = 1; seed <= Losses; seed++)
            if (await run.LoseAsync(seed, static _ => true) is { } wrong) Assert.Fail($"power loss {seed} of the run in {run.Keep()}: {wrong}");
    }

    [Theory]
    [InlineData("the journal's", "/journal/")]
    [InlineData("the database's", "millrace.db")]
    [InlineData("the sink's", "copy.csv")]
    [InlineData("the folders'", null)]
    public async Task Without_a_kind_of_syncs_something_is_lost(string whose, string? path)
    {
        run.RequireStrace();
        bool Syncs(DiskCall call) => path is null ? !run.IsFolder(call.Path) : !call.Path.Contains(path, StringComparison.Ordinal);
        for (var seed = 1; seed <= 300; seed++)
        {
            if (await run.LoseAsync(seed, Syncs) is not { } wrong) continue;
            output.WriteLine($"without {whose} syncs, power loss {seed}: {wrong}");
            return;
        }
        Assert.Fail($"300 power losses without {whose} syncs lost nothing");
    }
}

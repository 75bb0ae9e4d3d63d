using Millrace.Data;
using Millrace.Operators;
using Millrace.Runtime;
using Millrace.Testing;
using Millrace.Time;

namespace Millrace.Tests.Runtime;

/// <summary>How the times of several inputs, and of several edges of one, become the time of an operator.</summary>
public sealed class StationTests
{
    sealed class Listener : IOperator
    {
        public List<string> Heard { get; } = [];
        public void OnBatch(int input, Batch batch, IOutput output) { }
        public void OnInputFrontier(int input, Frontier frontier, IOutput output) => Heard.Add($"input {input}: {frontier.Final.Microseconds}");
        public void OnFrontier(Frontier frontier, IOutput output) => Heard.Add($"all: {frontier.Final.Microseconds}");
    }

    static Frontier At(long time) => new(new(time), new(time));

    static (Station Station, List<string> Heard) Make(params StationInputs[] inputs)
    {
        var listener = new Listener();
        return (new Station(0, listener, inputs, new PendingStations(), new WorkClock(new VirtualClock())), listener.Heard);
    }

    [Fact]
    public void Time_is_the_least_of_all_inputs_and_each_is_told_by_itself()
    {
        var (station, heard) = Make(new(1, true), new(1, true));
        station.OnFrontier(0, At(5));
        station.OnFrontier(1, At(3));
        station.OnFrontier(1, At(9));
        Assert.Equal(["input 0: 5", "input 1: 3", "all: 3", "input 1: 9", "all: 5"], heard);
    }

    [Fact]
    public void An_input_that_time_does_not_wait_for_holds_nobody_back()
    {
        var (station, heard) = Make(new(1, true), new(1, false));
        station.OnFrontier(0, At(5));
        station.OnFrontier(1, At(3));
        Assert.Equal(["input 0: 5", "all: 5", "input 1: 3"], heard);
    }

    [Fact]
    public void An_input_of_several_edges_is_as_far_as_the_slowest_that_is_not_idle()
    {
        var (station, heard) = Make(new(2, true), new(1, true));
        station.OnFrontier(1, At(9));
        station.OnFrontier(0, At(5), edge: 0);
        Assert.Equal(["input 1: 9"], heard);
        station.OnIdle(0, true, edge: 1);
        Assert.Equal(["input 1: 9", "input 0: 5", "all: 5"], heard);
        station.OnIdle(0, false, edge: 1);
        station.OnFrontier(0, At(7), edge: 0);
        Assert.Equal(3, heard.Count);
        station.OnFrontier(0, At(6), edge: 1);
        Assert.Equal(["input 0: 6", "all: 6"], heard[3..]);
    }
}

namespace Millrace.Bench.Harness;

/// <summary>The work of one side, done over and over in one process.</summary>
interface IRunner : IDisposable
{
    /// <summary>Does it once. What has to be there before is loaded by the constructor, off the clock.</summary>
    Lap Run();

    /// <summary>Does one of several works.</summary>
    /// <param name="question">Which; empty where there is only one.</param>
    Lap Run(string question) => Run();
}

/// <summary>Serves a runner to the process that holds the contest.</summary>
static class RunnerService
{
    /// <summary>Answers each line "run" (and the question, where there are several) with a lap, until the input ends.</summary>
    public static void Serve(IRunner runner, TextReader input, TextWriter output)
    {
        output.WriteLine($$"""{"ready":".NET {{Environment.Version}}"}""");
        while (input.ReadLine() is { } line && line.StartsWith("run", StringComparison.Ordinal))
        {
            // What the lap before left behind is not this lap's to collect.
            GC.Collect();
            GC.WaitForPendingFinalizers();
            output.WriteLine(runner.Run(line[3..].Trim()).ToJson());
        }
    }
}

using Millrace.Bench.Benchmarks;
using Millrace.Bench.Harness;
using Millrace.Bench.Latencies;
using Millrace.Bench.Learning;
using Millrace.Bench.Nexmark;
using Millrace.Bench.Sales;
using Millrace.Bench.Sketches;

namespace Millrace.Bench;

/// <summary>The benchmarks, and the command line that runs them.</summary>
static class Program
{
    static readonly Benchmark[] s_benchmarks =
    [
        new OnlineRetail(), new OnlineRetail10(),
        .. SalesQuestion.All.Select(static q => new SalesBenchmark(q)), .. SalesQuestion.All.Select(static q => new TwoLanes(q)), .. ApproximateBenchmark.All,
        new DecodeJson(), new DecodeCsv(), new Growth(), new Lookup(), new JoinGrowth(), new GrowthOfQuestions(), new Latency(), new PostgresSpeed(),
        new NexmarkSpeed(NexmarkWay.Columns), new NexmarkSpeed(NexmarkWay.Json), new NexmarkSpeed(NexmarkWay.Checkpoints), new NexmarkCheck(),
        new SketchSpeed(), new LearningBenchmark(), new CassandraUpserts(),
    ];

    static int Main(string[] arguments)
    {
        try
        {
            return arguments switch
            {
                [] => List(),
                ["serve", var name, var side] => Serve(name, side),
                _ => Run(arguments),
            };
        }
        catch (BenchmarkException fault)
        {
            Console.Error.WriteLine(fault.Message);
            return 1;
        }
    }

    static int List()
    {
        Console.WriteLine("usage: ./bench/run [--rounds N] [--events N] [--rate N] NAME...");
        foreach (var benchmark in s_benchmarks) Console.WriteLine($"  {benchmark.Name,-18} {benchmark.Summary}");
        return 0;
    }

    static int Run(string[] arguments)
    {
        var choices = RunChoices.Parse(arguments, out var names);
        var chosen = new List<Benchmark>();
        foreach (var name in names)
            if (chosen.Count == 0 || !chosen[^1].Take(name)) chosen.Add(Find(name));
        var results = new List<string>();
        foreach (var benchmark in chosen) results.AddRange(benchmark.Run(new Workshop(choices)));
        foreach (var line in results) Console.WriteLine(line);
        return 0;
    }

    /// <summary>One side of a contest, in a process of its own: see <see cref="ServedContestant"/>.</summary>
    static int Serve(string name, string side)
    {
        using var runner = Find(name).Serve(side, new Workshop(new RunChoices()));
        RunnerService.Serve(runner, Console.In, Console.Out);
        return 0;
    }

    static Benchmark Find(string name) => Array.Find(s_benchmarks, b => b.Name == name)
        ?? throw new BenchmarkException($"no benchmark '{name}'; there are {string.Join(", ", s_benchmarks.Select(b => b.Name))}.");
}

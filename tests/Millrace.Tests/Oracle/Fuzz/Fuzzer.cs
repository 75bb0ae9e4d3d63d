using System.Diagnostics;
using Millrace.Planning;

namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>
/// Strategy: random files of SQL, made so that they bind, over random rows with NULLs, few values, extreme values and late rows, run in a random way and compared with
/// the plain evaluator. Invariant: every reader of every view hears in the end what the plain evaluator says; nothing throws, nothing stays allocated. One seed makes one case.
/// </summary>
sealed class Fuzzer(Action<string> log)
{
    /// <summary>Queries that were run.</summary>
    public int Queries { get; private set; }

    /// <summary>Failures found, each shrunk.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>Plan nodes that were run, by name: what the fuzzer reaches.</summary>
    public SortedDictionary<string, int> Nodes { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, int> Refused { get; } = [];

    public int Tried { get; private set; }

    /// <summary>Runs cases until so many queries were run or so many failures found.</summary>
    public void Run(int queries, int seed, int failuresMax = 1, TimeSpan? timeMax = null)
    {
        var began = Stopwatch.GetTimestamp();
        for (; Queries < queries && Failures.Count < failuresMax && (timeMax is null || Stopwatch.GetElapsedTime(began) < timeMax); seed++) Try(seed);
    }

    /// <summary>Runs the case of a seed.</summary>
    public void Try(int seed)
    {
        var random = new Random(seed);
        FuzzCase? made = null;
        Way? way = null;
        var maker = new CaseMaker(random);
        try
        {
            made = maker.Make();
            var trial = Trial.Of(made.Sql, made.Data);
            foreach (var view in trial.Pipeline.Views) Count(view.Plan);
            for (var ways = random.Next(1, 3); ways > 0; ways--) trial.Check(way = Way.Random(random));
            Queries += made.Views.Count;
        }
        catch (Exception e)
        {
            var text = $"seed {seed}: {e.GetType().Name}: {e.Message}\n";
            text += made is null ? e.ToString() : new Shrinker(made, e, way).Run();
            log(text);
            Failures.Add(text);
        }
        Tried += maker.Tried;
        foreach (var (code, count) in maker.Refused) Refused[code] = Refused.GetValueOrDefault(code) + count;
    }

    void Count(PlanNode node)
    {
        Nodes[node.GetType().Name] = Nodes.GetValueOrDefault(node.GetType().Name) + 1;
        foreach (var input in node.Inputs) Count(input);
    }
}

using Millrace.Planning;
using Millrace.Sql;
using Millrace.Tests.Oracle.Fuzz;

namespace Millrace.Tests.Oracle.Faults;

/// <summary>
/// Strategy: a golden query over its rows, on one thread that a seed drives, while things go wrong where the process touches the outside: writes of state fail or are torn, commits fail or their answer is lost, the
/// process ends before, within or after any such call or between any two steps, sinks and sources fail, the clock jumps; then another process goes on, on any number of lanes.
/// Invariant: in the end store and sinks hold what the plain evaluator says, each row once; at every commit the changes told are the answer over the rows read; a source is never asked for rows whose results
/// it was told are durable; no blob is left that no checkpoint needs; nothing stays allocated.
/// </summary>
sealed class Simulator
{
    /// <summary>By golden query: over its rows as they are, and dealt out to two partitions where order does not matter.</summary>
    readonly List<(string Name, Trial[] Trials)> _cases = [];

    Simulator()
    {
    }

    /// <summary>Reads the golden queries. One thread at a time runs their cases.</summary>
    public static async Task<Simulator> CreateAsync()
    {
        var simulator = new Simulator();
        foreach (var name in GoldenOracleTests.Names)
        {
            var query = await GoldenOracleTests.ParseAsync(name);
            var pipeline = SqlCompiler.Compile(query.Sql, new CompileOptions { Name = "golden", Secrets = _ => "a secret of the test" }).Pipeline!;
            var data = (await GoldenOracleTests.Read(query, pipeline)).ToDictionary(s => s.Key,
                s => (IReadOnlyList<object?[]>[])[[.. s.Value[0].Select(r => (object?[])[.. r.Select(PlainValues.ToLiteral)])]]);
            // What follows from which row is first of several partitions is nobody's to say.
            if (!pipeline.Views.All(v => ArrivalOrder.Decides(v.Plan, data))) continue;
            if (!IsKnown(pipeline, data)) continue;
            pipeline = pipeline with { Sinks = [] };
            var dealt = data.ToDictionary(s => s.Key, s => (IReadOnlyList<object?[]>[])[.. Enumerable.Range(0, 2).Select(p => (IReadOnlyList<object?[]>)[.. s.Value[0].Where((_, i) => i % 2 == p)])]);
            var trials = new List<Trial> { Trial.Of(pipeline, data, trustsEngine: true) };
            if (pipeline.Sources.All(s => s.PrimaryKey.IsEmpty) && pipeline.Views.All(v => ArrivalOrder.Decides(v.Plan, dealt))) trials.Add(Trial.Of(pipeline, dealt, trustsEngine: true));
            // What few queries have is tried more often: waiting for an interval, and late rows.
            var copies = pipeline.Views.Any(v => v.Emit.Mode == EmitMode.Every) ? 10 : name.Data.Contains("late_", StringComparison.Ordinal) ? 4 : 1;
            for (; copies > 0; copies--) simulator._cases.Add((name, [.. trials]));
        }
        return simulator;
    }

    /// <summary>Whether the plain evaluator knows all that it computes; estimates it does not.</summary>
    static bool IsKnown(Pipeline pipeline, IReadOnlyDictionary<string, IReadOnlyList<object?[]>[]> data)
    {
        var evaluator = new PlainEvaluator(data.ToDictionary(s => s.Key, s => s.Value));
        try
        {
            foreach (var view in pipeline.Views) evaluator.Evaluate(view.Plan);
            return true;
        }
        catch (NotInOracle)
        {
            return false;
        }
    }

    /// <summary>How many golden queries there are.</summary>
    public int Count => _cases.DistinctBy(c => c.Name).Count();

    /// <summary>Runs the case of a seed.</summary>
    /// <returns>What is wrong, its reproduction first; or null.</returns>
    public string? Try(int seed)
    {
        var random = new Random(seed);
        var (name, trials) = _cases[random.Next(_cases.Count)];
        var trial = trials[random.Next(trials.Length)];
        var way = Way.Random(random) with { Troubles = random.Next(1, 9) };
        try
        {
            trial.Check(way);
            return null;
        }
        catch (Exception e)
        {
            return $"./bench/simulate 1 {seed}   # {name}, {(trial == trials[0] ? "as it is" : "dealt out to two partitions")}: {e.GetType().Name}: {e.Message}";
        }
    }
}

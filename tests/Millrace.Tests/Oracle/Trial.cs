using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Sql;
using Millrace.Tests.Runtime;

namespace Millrace.Tests.Oracle;

/// <summary>The answers of one way to run a case do not fit: what was found, in words.</summary>
sealed class WrongAnswer(string message) : Exception(message);

/// <summary>SQL text over sources of connector 'test', with the rows of their partitions: compiled once, run in many ways, compared with the plain evaluator.</summary>
sealed class Trial
{
    readonly Dictionary<PlanNode, List<object?[]>> _expected = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<PlanNode> _unknown = new(ReferenceEqualityComparer.Instance); // to the plain evaluator
    readonly Dictionary<string, long> _late;
    readonly PlainFailure? _failure;

    Trial(Pipeline pipeline, IReadOnlyDictionary<string, IReadOnlyList<object?[]>[]> data, bool trustsEngine)
    {
        (Pipeline, Data) = (pipeline, data);
        var evaluator = new PlainEvaluator(data);
        try
        {
            foreach (var view in pipeline.Views)
            {
                if (trustsEngine && !Knows(evaluator, view)) _unknown.Add(view.Plan);
                _expected[view.Plan] = [.. (_unknown.Contains(view.Plan) ? Undisturbed(view) : evaluator.Evaluate(view.Plan).Select(r => r.Values)).Select(r => Shown(view, r))];
            }
        }
        catch (PlainFailure e)
        {
            _failure = e;
        }
        _late = evaluator.Late;
    }

    public Pipeline Pipeline { get; }
    public IReadOnlyDictionary<string, IReadOnlyList<object?[]>[]> Data { get; }

    /// <summary>Whether the run must fail, and is expected to.</summary>
    public bool MustFail => _failure is not null;

    static CompileOptions Options { get; } = new() { Name = "case", Connectors = new ConnectorList().Add(new TestConnector()) };

    /// <summary>Compiles a text.</summary>
    /// <returns>The pipeline, or null and what is wrong.</returns>
    public static (Pipeline? Pipeline, IReadOnlyList<Diagnostic> Diagnostics) Compile(string sql)
    {
        var compiled = SqlCompiler.Compile(sql, Options);
        return (compiled.Pipeline, compiled.Diagnostics);
    }

    /// <summary>A case of a text that has no error.</summary>
    public static Trial Of(string sql, IReadOnlyDictionary<string, IReadOnlyList<object?[]>[]> data)
    {
        var (pipeline, diagnostics) = Compile(sql);
        Assert.True(pipeline is not null, DiagnosticText.Render(diagnostics));
        return Of(pipeline, data);
    }

    /// <summary>A case of a compiled pipeline.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="data">Rows by source and partition.</param>
    /// <param name="trustsEngine">Whether a view that the plain evaluator does not know has to give what the engine gives when nothing disturbs it.</param>
    public static Trial Of(Pipeline pipeline, IReadOnlyDictionary<string, IReadOnlyList<object?[]>[]> data, bool trustsEngine = false) => new(pipeline, data, trustsEngine);

    static bool Knows(PlainEvaluator evaluator, ViewDefinition view)
    {
        try
        {
            evaluator.Evaluate(view.Plan);
            return true;
        }
        catch (NotInOracle)
        {
            return false;
        }
    }

    IEnumerable<object?[]> Undisturbed(ViewDefinition view)
    {
        var run = EngineRun.Of(Pipeline with { Sinks = [Orders.Sink(view.Name, view.Name, view.Plan, Emit.Final)] }, Data, new Way(1));
        Assert.Null(run.Failure);
        return run.Changes[view.Name].Select(c => c.Row);
    }

    /// <summary>The rows of a view.</summary>
    public IReadOnlyList<object?[]> Expected(ViewDefinition view) => _expected[view.Plan];

    /// <summary>Runs it in one way and compares everything that readers of the views hear of.</summary>
    /// <exception cref="WrongAnswer">Something differs.</exception>
    public void Check(Way way)
    {
        var sinks = new List<(SinkDefinition Sink, ViewDefinition View)>();
        foreach (var view in Pipeline.Views)
        {
            // Windows that are told on close and change later stay in memory, for all their readers.
            foreach (var emit in way.Spills ? [Emit.Final, Emit.Changes] : new[] { Emit.Final, Emit.OnWindowClose, Emit.Changes })
                if (emit.Mode == EmitMode.Final || view.Plan.Mode == ChangeMode.Append || !view.Plan.Key.IsEmpty)
                    sinks.Add((Orders.Sink($"{view.Name} {emit.Mode}", view.Name, view.Plan, emit), view));
        }
        EngineRun run;
        try
        {
            run = EngineRun.Of(Pipeline with { Sinks = [.. sinks.Select(s => s.Sink)] }, Data, way);
        }
        catch (Exception e)
        {
            throw new WrongAnswer($"{way}: {e}");
        }
        if (_failure is not null)
        {
            if (run.Failure is null) throw new WrongAnswer($"{way}: must fail with '{_failure.Message}', and did not");
            return;
        }
        if (run.Failure is not null) throw new WrongAnswer($"{way}: {run.Failure}");
        // With state_ttl a key may have had several rows, one after the other; a table keeps the last.
        foreach (var view in Pipeline.Views.Where(v => v.IsMaterialized && !Forgets(v.Plan))) Compare(way, $"{view.Name} as stored, EMIT {view.Emit.Mode}", view, run.Stored[view.Name].Select(r => (r, 1)));
        foreach (var (sink, view) in sinks)
        {
            var changes = run.Changes[sink.Name];
            Compare(way, $"{view.Name} EMIT {sink.Emit.Mode}", view, changes.Select(c => (c.Row, c.Weight)));
            if (sink.Emit.Mode == EmitMode.Final && changes.Exists(c => c.Weight != 1))
                throw new WrongAnswer($"{way}: {view.Name} EMIT FINAL: a row was taken back");
            CheckSums(way, $"{view.Name} EMIT {sink.Emit.Mode}", view, changes);
            if (sink.Emit.Mode == EmitMode.Changes && Follows(view.Plan) && !_unknown.Contains(view.Plan)) CheckCuts(way, view, run, changes);
        }
        // What a rule pushes down or leaves out is late elsewhere, or not at all.
        if (!way.KeepsState && way.RulesOff?.Count > 1 && run.Late.Values.Sum() != _late.Values.Sum())
            throw new WrongAnswer($"{way}: {run.Late.Values.Sum()} rows are told to be late, {_late.Values.Sum()} are ({string.Join(", ", _late.Select(l => $"{l.Key} {l.Value}"))})");
    }

    /// <summary>Whether the changes of a plan follow the rows that are read, so that each commit holds the answer over the rows up to it.</summary>
    static bool Follows(PlanNode node) => node switch
    {
        SourceScan or AssignWatermark or Project or Filter or Expect or DelayFrontier or AssignWindow or Expand or UnionAll or Aggregate or DistinctOn or TopN or SetOperation or NumberRows or NormalizeUpsert => true,
        Join join => !StaticTables.Is(join.Left) && !StaticTables.Is(join.Right) && (join.Kind is JoinKind.Inner or JoinKind.Semi || join.LeftDeadlines.IsEmpty && join.RightDeadlines.IsEmpty),
        _ => false,
    } && !node.ReadsFinal && node.Inputs.All(Follows);

    /// <summary>At some commits what was told so far is the answer over the rows that were read so far.</summary>
    void CheckCuts(Way way, ViewDefinition view, EngineRun run, List<(long Version, object?[] Row, int Weight)> changes)
    {
        var random = new Random(way.Seed);
        foreach (var (version, positions) in run.Cuts.OrderBy(_ => random.Next()).Take(2))
        {
            var data = Data.ToDictionary(s => s.Key, s => s.Value.Select((rows, p) => (IReadOnlyList<object?[]>)[.. rows.Take((int)positions.GetValueOrDefault((s.Key, p)))]).ToArray());
            var expected = new PlainEvaluator(data).Evaluate(view.Plan).Select(r => Shown(view, r.Values));
            if (Rows.Difference(expected, changes.Where(c => c.Version <= version).Select(c => (Shown(view, c.Row), c.Weight)), view.Plan.Schema) is { } difference)
                throw new WrongAnswer($"{way}: {view.Name} EMIT Changes at version {version}, {string.Join(", ", positions.Select(p => $"{p.Key.Source} {p.Key.Partition} at {p.Value}"))}: {difference}");
        }
    }

    static bool Forgets(PlanNode node) => node is DistinctOn { StateTtl: not null } or TopN { StateTtl: not null } or NormalizeUpsert { StateTtl: not null } || node.Inputs.Any(Forgets);

    /// <summary>A row without the numbers that rows were given to be told apart: nobody may know them.</summary>
    static object?[] Shown(ViewDefinition view, object?[] row) => [.. row.Select((v, c) => view.Plan.Schema[c].Name.StartsWith("$row", StringComparison.Ordinal) ? null : v)];

    void Compare(Way way, string what, ViewDefinition view, IEnumerable<(object?[] Row, int Weight)> found)
    {
        if (Rows.Difference(Expected(view), found.Select(f => (Shown(view, f.Row), f.Weight)), view.Plan.Schema) is { } difference) throw new WrongAnswer($"{way}: {what}: {difference}");
    }

    /// <summary>At no commit may more of a row have been taken back than was given.</summary>
    static void CheckSums(Way way, string what, ViewDefinition view, List<(long Version, object?[] Row, int Weight)> changes)
    {
        var sums = new Dictionary<string, int>();
        foreach (var version in changes.GroupBy(c => c.Version))
        {
            foreach (var (_, row, weight) in version)
            {
                var key = PlainValues.Key(row);
                sums[key] = sums.GetValueOrDefault(key) + weight;
            }
            foreach (var (_, row, _) in version)
                if (sums[PlainValues.Key(row)] < 0) throw new WrongAnswer($"{way}: {what}: version {version.Key} takes back a row that is not there: {Rows.Text(row, view.Plan.Schema)}");
        }
    }
}

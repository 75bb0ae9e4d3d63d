using Millrace.Connectors;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.Runtime;
using Millrace.Sql;

namespace Millrace.Testing;

/// <summary>Runs the CREATE TEST statements of a file, each from a fresh start.</summary>
/// <remarks>
/// <para>
/// A test runs in several ways, and must pass in all of them: straight, row by row, and by six seeds, each of which decides the number of lanes, how rows are cut into batches, the order of
/// turns, when results are committed, and at which moments the process crashes and another goes on. Rows arrive in the order of the text in all of them. From the first ADVANCE CLOCK on
/// nothing crashes: after a restart a silent source takes its idle time anew, so that time would come elsewhere.
/// </para>
/// <para>
/// A test that neither ADVANCEs nor ENDs anything gives all there is: the input ends behind its last GIVEN, as that of a file does. A table that others look up ends behind its own last
/// GIVEN: nobody looks anything up in it before.
/// </para>
/// </remarks>
public static class SqlTestRunner
{
    static readonly IReadOnlyList<Way> s_ways = [Way.Straight, Way.RowByRow, .. Enumerable.Range(1, 6).Select(Way.Of)];

    /// <summary>In how many ways a test runs where no seed is named.</summary>
    public static int Ways => s_ways.Count;

    /// <summary>Runs all tests of a SQL file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="seed">Runs each straight and by this seed alone; null = in all ways.</param>
    /// <param name="options">What the text is resolved against, as in <see cref="PipelineTest.FromFile"/>.</param>
    /// <returns>In the order of the file; none where it has no tests.</returns>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ArgumentException">The file has errors; the message shows each with its place.</exception>
    public static IReadOnlyList<SqlTestResult> RunFile(string path, int? seed = null, CompileOptions? options = null)
    {
        var forTests = TestSql.Options((options ?? new()) with { Path = path, Name = Path.GetFileNameWithoutExtension(path) });
        var pipeline = TestSql.Compile(File.ReadAllText(path), forTests);
        return [.. pipeline.Tests.Select(t => Run(pipeline, t, seed, forTests))];
    }

    /// <summary>Runs one test.</summary>
    /// <param name="pipeline">What it tests.</param>
    /// <param name="test">One of its tests.</param>
    /// <param name="seed">Runs it straight and by this seed alone; null = in all ways.</param>
    /// <param name="options">What the pipeline was resolved against; default: the built-in formats.</param>
    public static SqlTestResult Run(Pipeline pipeline, TestDefinition test, int? seed = null, CompileOptions? options = null)
    {
        var looked = test.Steps.OfType<Expectation>().SelectMany(e => PipelineTest.Scanned(e.Query)).ToHashSet(StringComparer.Ordinal);
        pipeline = StoredViews.With(pipeline, v => looked.Contains(v.Name));
        var ways = seed is { } only ? [Way.Straight, Way.Of(only)] : s_ways;
        for (var way = 0; way < ways.Count; way++)
            if (Run(pipeline, test, ways[way], options ?? new()) is { } failure) return new(test.Name, test.Where, way + 1, failure);
        return new(test.Name, test.Where, ways.Count, null);
    }

    static SqlTestFailure? Run(Pipeline pipeline, TestDefinition definition, Way way, CompileOptions options)
    {
        var step = definition.Steps[0];
        try
        {
            using var test = new PipelineTest(pipeline, options, way);
            var lastGiven = definition.Steps.LastOrDefault(s => s is GivenRows);
            var endsItself = !definition.Steps.Any(s => s is AdvanceEventTime or AdvanceClock or EndInput);
            foreach (var table in test.ReadFirst.Where(t => EndOf(t, definition) is null).ToList()) test.End(table);
            if (endsItself && lastGiven is null) test.End();
            foreach (var next in definition.Steps)
            {
                step = next;
                if (Do(step, definition, test) is { } difference) return Failure(way, step, difference.Summary, difference);
                if (endsItself && ReferenceEquals(step, lastGiven)) test.End();
            }
            return null;
        }
        catch (Exception e) when (e is BadDataException or QueryException or MemoryLimitException or PlanException or ConnectorException or ArgumentException)
        {
            return Failure(way, step, e.Message, null);
        }
        catch (Exception e)
        {
            return Failure(way, step, $"Millrace failed in a way it should not: {e}", null);
        }
    }

    static SqlTestFailure Failure(Way way, TestStep step, string message, RowDifference? rows) => new(way.ToString(), way.Seed == 0 ? null : way.Seed, step.Line, message, rows);

    static RowDifference? Do(TestStep step, TestDefinition definition, PipelineTest test)
    {
        switch (step)
        {
            case GivenRows given:
                Give(given, definition, test);
                return null;
            case AdvanceEventTime advance:
                test.AdvanceEventTime(advance.To, advance.Source);
                return null;
            case AdvanceClock advance:
                test.AdvanceClock(advance.By);
                return null;
            case EndInput end:
                test.End(end.Source);
                return null;
            case Expectation expectation:
                var found = Cell.Rows(test.Run(expectation.Query));
                var expected = Cell.Rows(QueryRunner.Run(expectation.Rows, null, new MemoryAccountant()));
                return RowDifference.Between(expectation.Rows.Schema, [.. expected.Select((row, i) => (expectation.RowLines[i], row))], found, expectation.IsOrdered);
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    static void Give(GivenRows given, TestDefinition definition, PipelineTest test)
    {
        foreach (var batch in QueryRunner.Run(given.Rows, null, new MemoryAccountant()))
        {
            test.Push(given.Source, batch);
            batch.Release();
        }
        test.Settle(); // rows of other sources come behind these
        if (test.ReadFirst.Contains(given.Source) && ReferenceEquals(EndOf(given.Source, definition), given)) test.End(given.Source);
    }

    /// <summary>The step that ends a table: END, or else its last GIVEN; null where there is neither.</summary>
    static TestStep? EndOf(string table, TestDefinition definition) =>
        definition.Steps.FirstOrDefault(s => s is EndInput end && (end.Source is null || end.Source == table)) ?? definition.Steps.LastOrDefault(s => s is GivenRows given && given.Source == table);
}

using System.CommandLine;
using System.Globalization;
using Millrace.Cli.Output;
using Millrace.Sql;
using Millrace.Testing;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace test FILE...</c>: runs the CREATE TEST statements of SQL files.</summary>
sealed class TestCommand : ICommand
{
    public Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "SQL files with CREATE TEST statements.", Arity = ArgumentArity.OneOrMore };
        var set = CommonOptions.Set();
        var only = new Option<string?>("--only") { Description = "Runs the test of this name alone.", HelpName = "NAME" };
        var seed = new Option<int?>("--seed") { Description = "Runs each test straight and by this seed alone, as a failure that names a seed asks for.", HelpName = "N" };
        var json = CommonOptions.Json("Writes the results as one JSON object.");
        seed.Between(1, int.MaxValue);
        var command = new Command("test", "Runs the tests of SQL files in memory, each in several ways: rows cut into batches, lanes, commits and crashes must not matter.") { files, set, only, seed, json };
        command.SetAction(parsed => Run(parsed.GetValue(files)!, parsed.GetValue(set) ?? [], parsed.GetValue(only), parsed.GetValue(seed), parsed.GetValue(json)));
        return command;
    }

    static int Run(string[] paths, string[] settings, string? only, int? seed, bool isJson)
    {
        var files = new List<(string Path, IReadOnlyList<SqlTestResult>? Results)>();
        foreach (var path in paths)
        {
            var results = Run(path, settings, only, seed);
            files.Add((path, results));
            if (!isJson && results is { Count: > 0 }) WriteText(path, results);
        }
        var (passed, failed) = (files.Sum(f => f.Results?.Count(r => r.Passed) ?? 0), files.Sum(f => f.Results?.Count(r => !r.Passed) ?? 0));
        if (isJson) WriteJson(files, passed, failed);
        else if (passed + failed > 0) Terminal.Line(Summary(passed, failed, seed));
        if (passed + failed == 0 && files.All(f => f.Results is not null))
            Terminal.Error(only is null ? "there is no test. A test is written CREATE TEST name GIVEN source VALUES (...) EXPECT SELECT ... RETURNS (...);" : $"there is no test '{only}'.");
        return passed + failed == 0 || files.Any(f => f.Results is null) ? ExitCodes.Usage : failed > 0 ? ExitCodes.Faulty : ExitCodes.Done;
    }

    /// <summary>The results of a file; null where it is unusable, which is told.</summary>
    static List<SqlTestResult>? Run(string path, string[] settings, string? only, int? seed)
    {
        PipelineFile file;
        try
        {
            file = PipelineFile.Read(path, settings, with: TestSql.Options);
        }
        catch (CommandException e)
        {
            Terminal.Error(e.Message);
            return null;
        }
        if (file.Compiled is { } pipeline) return [.. pipeline.Tests.Where(t => only is null || t.Name == only).Select(t => SqlTestRunner.Run(pipeline, t, seed, file.Options))];
        file.WriteFindings(Severity.Error);
        Terminal.Error($"'{path}' has errors; none of its tests was run.");
        return null;
    }

    static void WriteText(string path, IReadOnlyList<SqlTestResult> results)
    {
        Terminal.Line(path);
        foreach (var result in results)
        {
            var lines = result.ToString().Split('\n');
            Terminal.Line($"  {(result.Passed ? "ok   " : "FAIL ")} {lines[0]}");
            foreach (var line in lines.Skip(1)) Terminal.Line($"        {line}".TrimEnd());
        }
    }

    static string Summary(int passed, int failed, int? seed)
    {
        var tests = passed + failed;
        var counts = failed == 0 ? string.Create(CultureInfo.InvariantCulture, $"{tests} {(tests == 1 ? "test" : "tests")} passed") : string.Create(CultureInfo.InvariantCulture, $"{passed} of {tests} {(tests == 1 ? "test" : "tests")} passed, {failed} failed");
        return counts + (seed is { } one ? string.Create(CultureInfo.InvariantCulture, $"; each ran straight and by seed {one}.")
            : string.Create(CultureInfo.InvariantCulture, $"; each ran in {SqlTestRunner.Ways} ways (straight, row by row, and by seeds: lanes, batches, commits, crashes)."));
    }

    static void WriteJson(List<(string Path, IReadOnlyList<SqlTestResult>? Results)> files, int passed, int failed) => Terminal.Json(new
    {
        passed,
        failed,
        files = files.Select(f => new
        {
            file = f.Path,
            isUsable = f.Results is not null,
            tests = (f.Results ?? []).Select(r => new
            {
                name = r.Name,
                where = r.Where,
                passed = r.Passed,
                ways = r.Ways,
                failure = r.Failure is { } failure ? new
                {
                    way = failure.Way,
                    seed = failure.Seed,
                    line = failure.Line,
                    message = failure.Message,
                    columns = failure.Rows?.Columns,
                    missing = failure.Rows?.Missing.Select(m => new { line = m.Line, row = m.Row }),
                    unexpected = failure.Rows?.Unexpected,
                    different = failure.Rows?.Different.Select(d => new { line = d.Line, expected = d.Expected, found = d.Found }),
                } : null,
            }),
        }),
    });
}

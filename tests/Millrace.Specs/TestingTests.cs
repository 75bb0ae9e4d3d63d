using Millrace.Testing;

namespace Millrace.Specs;

/// <summary>Samples ship with tests that pass, and what the page about testing shows of C# is the code of a test here.</summary>
public sealed class TestingTests
{
    const string Page = "docs/how-to/test-a-pipeline.md";

    [Theory, MemberData(nameof(DocumentTests.Samples), MemberType = typeof(DocumentTests))]
    public void Every_sample_has_tests_and_they_pass(string path)
    {
        var results = SqlTestRunner.RunFile(Repository.File(path), options: new() { Connectors = DocumentTests.Connectors });
        Assert.True(results.Count >= 3, $"{path} has {results.Count} tests");
        Assert.All(results, r => Assert.True(r.Passed, r.ToString()));
        Assert.Contains("millrace test ", File.ReadAllText(Path.Combine(Path.GetDirectoryName(Repository.File(path))!, "README.md")));
    }

    [Fact]
    public void The_examples_of_the_page_do_what_it_says() => InFolderWithShop(() =>
    {
        using var test = PipelineTest.FromFile("shop.sql", seed: 7);

        test.Push("sales", ["tea", 2.50m, "2026-01-01 10:00:05"], ["tea", 2.50m, "2026-01-01 10:00:40"]);
        Assert.Equal(5.00m, test.Query("SELECT revenue FROM by_minute")[0][0]);

        test.Push("sales", ["cake", 4m, "2026-01-01 10:00:50"]);
        test.Crash();   // of what was pushed, some may have been read, and some committed
        test.Recover(); // another process goes on from the last commit
        Assert.Equal(2, test.Rows("by_minute").Count);

        test.AdvanceEventTime("2026-01-01 10:01:00");
        test.Push("sales", ["tea", 1m, "2026-01-01 10:00:59"]);
        Assert.Single(test.Rows("late_sales"));
    });

    [Fact]
    public void The_file_of_the_page_passes_its_tests() => InFolderWithShop(() =>
    {
        foreach (var result in SqlTestRunner.RunFile("shop.sql")) Assert.True(result.Passed, result.ToString());
    });

    [Fact]
    public void The_tests_of_the_reference_pass()
    {
        var sql = Document.Read("docs/reference/sql.md").Blocks.Single(b => b.Text.Contains("CREATE TEST", StringComparison.Ordinal)).Text;
        var path = Path.GetTempFileName();
        File.WriteAllText(path, sql);
        var results = SqlTestRunner.RunFile(path);
        File.Delete(path);
        Assert.Equal(2, results.Count);
        Assert.All(results, r => Assert.True(r.Passed, r.ToString()));
    }

    [Fact]
    public void The_page_shows_this_code()
    {
        var code = string.Join('\n', File.ReadAllLines(Repository.File("tests/Millrace.Specs/TestingTests.cs")).Select(l => l.Trim()));
        foreach (var block in Document.Read(Page).Blocks.Where(b => b.Kind == "csharp"))
            Assert.Contains(string.Join('\n', block.Text.TrimEnd().Split('\n').Select(l => l.Trim())), code, StringComparison.Ordinal);
    }

    static void InFolderWithShop(Action test)
    {
        var folder = Directory.CreateTempSubdirectory("millrace-testing-").FullName;
        var before = Environment.CurrentDirectory;
        try
        {
            File.WriteAllText(Path.Combine(folder, "shop.sql"), Document.Read(Page).Blocks.Single(b => b.Word == "shop.sql").Text);
            Environment.CurrentDirectory = folder;
            test();
        }
        finally
        {
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }
}

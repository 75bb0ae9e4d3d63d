using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Robustness;

/// <summary>The program on a disk that has no room left: it says so and ends; when there is room again it goes on, and nothing is lost.</summary>
public sealed class DiskFullTests
{
    const string Pipeline = """
        SET commit_interval = '20 milliseconds';
        CREATE SOURCE events (id BIGINT, k TEXT, amount BIGINT) WITH (connector = 'file', path = 'in.csv', format = 'csv');
        CREATE MATERIALIZED VIEW totals AS SELECT k, COUNT(*) AS events, SUM(amount) AS total FROM (SELECT DISTINCT ON (id) id, k, amount FROM events) GROUP BY k;
        """;

    // A small disk in memory, seen by these processes alone: no root is needed where users may have name spaces of their own.
    const string Script = """
        mkdir small && mount -t tmpfs -o size=96m none small || exit 77
        head -c 100200000 /dev/zero >small/ballast
        dotnet "$@"; echo "first ended with $?"
        rm small/ballast
        dotnet "$@"; echo "second ended with $?"
        cp -r small/results results
        """;

    [Fact]
    public async Task A_full_disk_is_named_and_when_there_is_room_again_the_run_goes_on()
    {
        using var place = new Workplace();
        place.Write("events.sql", Pipeline);
        place.Write("in.csv", "id,k,amount\n" + string.Concat(Enumerable.Range(0, 600_000).Select(i => $"{i},k{i % 99_991},{i % 1000}\n")));
        string[] arguments = ["run", "events.sql", "--until-done", "--data"];
        var (code, _, errors) = await MillraceProcess.RunAsync(place.Path, [.. arguments, "undisturbed"]);
        Assert.True(code == 0, errors);

        using var process = MillraceProcess.StartUnder(["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", Script, "sh"], place.Path, [.. arguments, "small/results"]);
        (code, var output, errors) = await process.EndAsync();
        Needs.That(code != 77 && !errors.Contains("unshare:", StringComparison.Ordinal), "Linux with name spaces for users (unshare --user --mount)");
        Assert.DoesNotContain("first ended with 0", output, StringComparison.Ordinal);
        Assert.Contains("second ended with 0", output, StringComparison.Ordinal);
        Assert.Matches("(The checkpoint file '[^']*small/results/checkpoints/[^']+' cannot be written: it needs [0-9,]+ bytes|No room left for '[^']*millrace.db').*[Ff]ree some space.*what was committed is safe", errors.Replace('\n', ' '));
        const string sql = "SELECT * FROM totals ORDER BY k";
        var (expected, found) = (await place.QueryAsync(sql, "undisturbed"), await place.QueryAsync(sql));
        Assert.Equal(99_991, expected.Count);
        Assert.Equal(expected.Select(r => r.ToString()), found.Select(r => r.ToString()));
    }
}

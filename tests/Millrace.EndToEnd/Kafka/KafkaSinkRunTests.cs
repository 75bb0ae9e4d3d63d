using Millrace.EndToEnd.Robustness;
using Millrace.EndToEnd.Servers;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Kafka;

/// <summary>The real program writes topics of a real broker and reads them back.</summary>
public sealed class KafkaSinkRunTests(KafkaCluster kafka) : IClassFixture<KafkaCluster>
{
    static int s_topics;

    readonly string _topic = $"r{Interlocked.Increment(ref s_topics)}";

    static async Task RunAsync(Workplace place, string file, string data)
    {
        var (code, output, errors) = await MillraceProcess.RunAsync(place.Path, "run", file, "--until-done", "--data", data);
        Assert.True(code == 0, output + errors);
    }

    static async Task<List<string>> RowsAsync(Workplace place, string sql, string data) => [.. (await place.QueryAsync(sql, data)).Select(r => r.ToString())];

    const string Back = "SELECT k, events, ids FROM totals ORDER BY k";

    string Writer(string sink) => $"""
        SET commit_interval = '20 milliseconds';
        CREATE SOURCE events (id BIGINT, k TEXT) WITH (connector = 'file', path = 'in.csv', format = 'csv');
        CREATE MATERIALIZED VIEW totals AS SELECT k, COUNT(*) AS events, SUM(id) AS ids FROM events GROUP BY k HAVING COUNT(*) % 1000 <> 7;
        CREATE SINK out FROM totals {sink.Replace("KAFKA", $"{kafka.Options}, topic = '{_topic}'", StringComparison.Ordinal)};
        """;

    string Reader => $"""
        CREATE SOURCE newest (k TEXT METADATA FROM 'key' PRIMARY KEY, events BIGINT, ids DECIMAL(38,0), gone BOOLEAN METADATA FROM 'tombstone')
          WITH ({kafka.Options}, topic = '{_topic}', format = 'json', changes = 'upsert', deleted = 'gone', end = 'latest');
        CREATE MATERIALIZED VIEW totals AS SELECT k, events, ids FROM newest;
        """;

    static string Input(int count) => "id,k\n" + string.Concat(Enumerable.Range(0, count).Select(i => $"{i},k{i % 5}\n"));

    [Fact]
    public async Task The_newest_messages_of_all_keys_are_the_view_also_when_rows_went()
    {
        kafka.Need();
        await kafka.TopicAsync(_topic, 3);
        using var place = new Workplace();
        place.Write("write.sql", Writer("WITH (KAFKA)"));
        place.Write("read.sql", Reader);
        place.Write("in.csv", Input(200_000 + 5 * 7));
        await RunAsync(place, "write.sql", "written");
        await RunAsync(place, "read.sql", "read");
        // Of each key 40,007 events have come, which HAVING leaves out.
        Assert.Empty(await RowsAsync(place, Back, "read"));

        place.Write("in.csv", Input(200_000));
        await RunAsync(place, "write.sql", "again");
        await RunAsync(place, "read.sql", "read");
        var rows = await RowsAsync(place, Back, "read");
        Assert.Equal(5, rows.Count);
        Assert.Equal((await RowsAsync(place, Back, "again")).Select(r => r.Replace("\"", "", StringComparison.Ordinal)), rows.Select(r => r.Replace("\"", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Whenever_the_process_is_killed_the_newest_messages_are_the_view()
    {
        kafka.Need();
        await kafka.TopicAsync(_topic, 2);
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        using var place = new Workplace();
        place.Write("write.sql", Writer("WITH (KAFKA)"));
        place.Write("read.sql", Reader);
        place.Write("in.csv", Input(1_000_000));
        for (var kill = 0; kill < 5; kill++)
        {
            using var process = MillraceProcess.Start(place.Path, "run", "write.sql", "--no-server", "--until-done", "--data", "written");
            // Random moments of the outside world are what this is about; no result depends on them.
            await Task.Delay(random.Next(300, 2500));
            process.Signal("KILL");
            await process.EndAsync();
        }
        await RunAsync(place, "write.sql", "written");
        await RunAsync(place, "read.sql", "read");
        var (expected, found) = (await RowsAsync(place, Back, "written"), await RowsAsync(place, Back, "read"));
        Assert.True(expected.Count == 5 && expected.Select(r => r.Replace("\"", "", StringComparison.Ordinal)).SequenceEqual(found.Select(r => r.Replace("\"", "", StringComparison.Ordinal))),
            $"seed {seed}:\n{string.Join('\n', expected)}\n{string.Join('\n', found)}");
    }

    [Fact]
    public async Task Final_rows_are_appended_without_a_key_and_a_topic_that_is_not_there_is_named()
    {
        kafka.Need();
        await kafka.TopicAsync(_topic, 2);
        using var place = new Workplace();
        place.Write("in.csv", Input(10));
        place.Write("write.sql", Writer("EMIT FINAL WITH (KAFKA, mode = 'append')"));
        await RunAsync(place, "write.sql", "written");
        place.Write("read.sql", $"""
            CREATE SOURCE rows (k TEXT, events BIGINT, key TEXT METADATA) WITH ({kafka.Options}, topic = '{_topic}', format = 'json', end = 'latest');
            CREATE MATERIALIZED VIEW all_rows AS SELECT k, events, key FROM rows;
            """);
        await RunAsync(place, "read.sql", "read");
        Assert.Equal(Enumerable.Range(0, 5).Select(k => $$"""{"k":"k{{k}}","events":2,"key":null}"""), await RowsAsync(place, "SELECT k, events, key FROM all_rows ORDER BY k", "read"));

        place.Write("absent.sql", Writer("WITH (KAFKA)").Replace($"'{_topic}'", "'absent'", StringComparison.Ordinal));
        var (code, _, errors) = await MillraceProcess.RunAsync(place.Path, "run", "absent.sql", "--until-done", "--data", "absent");
        Assert.NotEqual(0, code);
        Assert.Contains("there is no topic 'absent'", errors, StringComparison.Ordinal);
    }
}

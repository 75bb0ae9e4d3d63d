using System.Globalization;
using System.Text;
using Confluent.Kafka;
using Millrace.EndToEnd.Robustness;
using Millrace.EndToEnd.Servers;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Kafka;

/// <summary>The real program reads topics of a real broker (0.9.0.1, the only one that can be had here).</summary>
public sealed class KafkaSourceTests(KafkaCluster kafka) : IClassFixture<KafkaCluster>
{
    static int s_topics;

    readonly string _topic = $"t{Interlocked.Increment(ref s_topics)}";

    string Source(string more = "") => $"""
        CREATE SOURCE events (id BIGINT, k TEXT, n INTEGER METADATA FROM 'partition', at BIGINT METADATA FROM 'offset', key TEXT METADATA, written TIMESTAMP METADATA FROM 'timestamp')
          WITH ({kafka.Options}, topic = '{_topic}', format = 'json', bad_data = 'dead_letter', partitions.look_every = '1 second'{more});
        CREATE MATERIALIZED VIEW all_events AS SELECT id, k, n, at, key, written FROM events;
        CREATE MATERIALIZED VIEW totals AS SELECT k, COUNT(*) AS events, SUM(id) AS ids FROM events GROUP BY k;

        """;

    const string Ends = ", end = 'latest'";

    static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    static byte[] Event(long id) => Text(string.Create(CultureInfo.InvariantCulture, $$"""{"id":{{id}},"k":"k{{id % 7}}"}"""));

    void Produce(int partitions, long from, long count) => kafka.Produce(_topic, Enumerable.Range(0, (int)count).Select(i => ((int)((from + i) % partitions), (byte[]?)null, (byte[]?)Event(from + i))));

    static async Task<List<string>> RowsAsync(Workplace place, string sql) => [.. (await place.QueryAsync(sql)).Select(r => r.ToString())];

    static async Task<string> RunAsync(Workplace place, params string[] more)
    {
        var (code, output, errors) = await MillraceProcess.RunAsync(place.Path, ["run", "events.sql", "--until-done", "--data", "results", .. more]);
        Assert.True(code == 0, output + errors);
        return output;
    }

    async Task<string> FailAsync(string source)
    {
        using var place = new Workplace();
        place.Write("events.sql", source);
        var (code, _, errors) = await MillraceProcess.RunAsync(place.Path, "run", "events.sql", "--until-done", "--data", "results");
        Assert.NotEqual(0, code);
        return errors;
    }

    [Fact]
    public async Task Each_message_is_one_record_and_a_bad_one_is_one_dead_letter()
    {
        kafka.Need();
        await kafka.TopicAsync(_topic, 2);
        kafka.Produce(_topic,
        [
            (0, Text("a"), Text("""{"id":1,"k":"x"}""")),
            (0, null, Text("{\n  \"id\": 2,\n  \"k\": \"two lines\"\n}\n")),
            (0, null, Text("{\"id\":3,\"k\":\"x\"}\n{\"id\":4,\"k\":\"x\"}")),
            (0, null, Text("")),
            (0, Text("gone"), null),
            (0, null, Text("no json")),
            (0, null, Text("""{"id":5,"k":"x"}""")),
            (1, null, Text("""{"id":6,"k":"x"}""")),
            (1, [0xFF], Text("""{"id":7,"k":"x"}""")),
        ]);
        using var place = new Workplace();
        place.Write("events.sql", Source(Ends));
        await RunAsync(place);
        Assert.Equal(["""{"id":1,"n":0,"at":0,"key":"a"}""", """{"id":2,"n":0,"at":1,"key":null}""", """{"id":5,"n":0,"at":6,"key":null}""", """{"id":6,"n":1,"at":0,"key":null}"""],
            await RowsAsync(place, "SELECT id, n, at, key FROM all_events ORDER BY id"));
        var letters = await place.QueryAsync("""SELECT "partition" AS p, "offset" AS o, error FROM dead_letters ORDER BY p, o""");
        Assert.Equal(["0/2", "0/3", "0/4", "0/5", "1/1"], letters.Select(l => $"{l.GetProperty("p")}/{l.GetProperty("o")}"));
        Assert.All(letters.SkipLast(1), l => Assert.Contains($"in {_topic}[0]", l.GetProperty("error").GetString(), StringComparison.Ordinal));
        Assert.Contains("tombstone", letters[2].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_tombstone_deletes_its_key_where_the_source_is_upserted()
    {
        kafka.Need();
        await kafka.TopicAsync(_topic, 1);
        kafka.Produce(_topic, [(0, Text("a"), Text("""{"price":1}""")), (0, Text("b"), Text("""{"price":2}""")), (0, Text("a"), Text("""{"price":3}""")), (0, Text("b"), null)]);
        using var place = new Workplace();
        place.Write("events.sql", $"""
            CREATE SOURCE prices (product TEXT METADATA FROM 'key' PRIMARY KEY, price INTEGER, gone BOOLEAN METADATA FROM 'tombstone')
              WITH ({kafka.Options}, topic = '{_topic}', format = 'json', changes = 'upsert', deleted = 'gone'{Ends});
            CREATE MATERIALIZED VIEW newest AS SELECT product, price FROM prices;
            """);
        await RunAsync(place);
        Assert.Equal(["""{"product":"a","price":3}"""], await RowsAsync(place, "SELECT product, price FROM newest"));
    }

    [Fact]
    public async Task Csv_messages_have_no_header_and_may_hold_line_ends_in_quotes()
    {
        kafka.Need();
        await kafka.TopicAsync(_topic, 1);
        kafka.Produce(_topic, [(0, null, Text("1,a")), (0, null, Text("2,\"b\nc\"")), (0, null, Text("3,d\n4,e")), (0, null, Text("5,\"open")), (0, null, Text("6,f\r\n")), (0, null, Text("7,g"))]);
        using var place = new Workplace();
        place.Write("events.sql", $"""
            CREATE SOURCE events (at BIGINT METADATA FROM 'offset', id BIGINT, k TEXT) WITH ({kafka.Options}, topic = '{_topic}', format = 'csv', bad_data = 'dead_letter'{Ends});
            CREATE MATERIALIZED VIEW all_events AS SELECT at, id, k FROM events;
            """);
        await RunAsync(place);
        Assert.Equal(["0 1 a", "1 2 b\nc", "4 6 f", "5 7 g"], (await place.QueryAsync("SELECT at, id, k FROM all_events ORDER BY at")).Select(r => $"{r.GetProperty("at")} {r.GetProperty("id")} {r.GetProperty("k").GetString()}"));
        Assert.Equal(["2", "3"], (await place.QueryAsync("""SELECT "offset" AS o FROM dead_letters ORDER BY o""")).Select(r => r.GetProperty("o").ToString()));
    }

    [Fact]
    public async Task Every_message_counts_once_whenever_the_process_is_killed_and_the_broker_is_restarted()
    {
        kafka.Need();
        const int partitions = 4;
        const long count = 400_000;
        await kafka.TopicAsync(_topic, partitions);
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        using var place = new Workplace();
        place.Write("events.sql", Source(", end = '${END}'"));
        Produce(partitions, 0, count / 2);
        for (var kill = 0; kill < 8; kill++)
        {
            using var process = MillraceProcess.Start(place.Path, "run", "events.sql", "--no-server", "--data", "results", "--set", "END=never");
            // Random moments of the outside world are what this is about; no result depends on them.
            await Task.Delay(random.Next(4) == 0 ? random.Next(50, 500) : random.Next(500, 2500));
            if (kill is 2 or 5)
            {
                await kafka.KillAsync(0);
                await kafka.RestartAsync(0);
            }
            if (kill == 3) Produce(partitions, count / 2, count / 2);
            process.Signal("KILL");
            await process.EndAsync();
        }
        await RunAsync(place, "--set", "END=latest");
        var expected = Enumerable.Range(0, 7).Select(k => (k, Ids: Enumerable.Range(0, (int)count).Where(i => i % 7 == k).ToList()))
            .Select(k => $$"""{"k":"k{{k.k}}","events":{{k.Ids.Count}},"ids":"{{k.Ids.Sum(i => (long)i)}}"}""");
        Assert.True(expected.SequenceEqual(await RowsAsync(place, "SELECT k, events, ids FROM totals ORDER BY k")), $"seed {seed}: {string.Join(' ', await RowsAsync(place, "SELECT k, events, ids FROM totals ORDER BY k"))}");
        Assert.Equal([$$"""{"events":{{count}},"ids":{{count}}}"""], await RowsAsync(place, "SELECT COUNT(*) AS events, COUNT(DISTINCT id) AS ids FROM all_events"));
    }

    [Fact]
    public async Task Partitions_that_the_topic_gets_are_read_and_the_group_hears_how_far_the_results_are()
    {
        kafka.Need();
        await kafka.TopicAsync(_topic, 1);
        Produce(1, 0, 100);
        using var place = new Workplace();
        place.Write("events.sql", Source($", group = 'group-{_topic}'"));
        using (var process = MillraceProcess.Start(place.Path, "run", "events.sql", "--port", "0", "--data", "results"))
        {
            await process.LineWithAsync(" runs at ");
            await kafka.TopicAsync(_topic, 3);
            Produce(3, 100, 300);
            await Until.TrueAsync(() => Task.FromResult(kafka.CommittedBy($"group-{_topic}", _topic, 3) is var c && c[0] == 200 && c[1] == 100 && c[2] == 100), "the group is told of all messages of three partitions");
            process.Signal("TERM");
            await process.EndAsync();
        }
        Produce(3, 400, 3);
        place.Write("events.sql", Source(Ends));
        await RunAsync(place);
        Assert.Equal(["""{"events":403,"ids":403}"""], await RowsAsync(place, "SELECT COUNT(*) AS events, COUNT(DISTINCT id) AS ids FROM all_events"));
    }

    [Theory]
    [InlineData("latest", 0)]
    [InlineData("0:40, 1:45", 15)]
    [InlineData("0:1000", 50)]
    [InlineData("group", 30)]
    public async Task Reading_starts_where_it_is_said(string start, int rows)
    {
        kafka.Need();
        await kafka.TopicAsync(_topic, 2);
        Produce(2, 0, 100);
        if (start == "group")
        {
            using var client = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig(kafka.Settings<ClientConfig>()) { GroupId = _topic }).SetLogHandler(static (_, _) => { }).Build();
            client.Commit([new(_topic, 0, 30), new(_topic, 1, 40)]);
        }
        using var place = new Workplace();
        place.Write("events.sql", Source($"{Ends}, start = '{start}', group = '{_topic}'"));
        await RunAsync(place);
        Assert.Equal([$$"""{"events":{{rows}}}"""], await RowsAsync(place, "SELECT COUNT(*) AS events FROM all_events"));
    }

    [Fact]
    public async Task Chosen_partitions_are_read_alone()
    {
        kafka.Need();
        await kafka.TopicAsync(_topic, 3);
        Produce(3, 0, 30);
        using var place = new Workplace();
        place.Write("events.sql", Source(Ends + ", partitions = '0, 2'"));
        await RunAsync(place);
        Assert.Equal(["""{"n":0,"events":10}""", """{"n":2,"events":10}"""], await RowsAsync(place, "SELECT n, COUNT(*) AS events FROM all_events GROUP BY n ORDER BY n"));
    }

    [Fact]
    public async Task Messages_larger_than_a_chunk_arrive_whole()
    {
        kafka.Need();
        await kafka.TopicAsync(_topic, 1);
        // The broker takes 1,000,000 bytes at most; a chunk is 1 MiB.
        var texts = Enumerable.Range(0, 12).Select(i => new string((char)('a' + i), 300_000 + 60_000 * i)).ToList();
        kafka.Produce(_topic, texts.Select((t, i) => (0, (byte[]?)null, (byte[]?)Text($$"""{"id":{{i}},"k":"{{t}}"}"""))));
        using var place = new Workplace();
        place.Write("events.sql", Source(Ends + ", kafka.fetch.message.max.bytes = '2000000'"));
        await RunAsync(place);
        Assert.Equal(texts.Select((t, i) => $"{i} {t.Length} {t[0]}"), (await place.QueryAsync("SELECT id, LENGTH(k) AS n, SUBSTRING(k, 1, 1) AS a FROM all_events ORDER BY id"))
            .Select(r => $"{r.GetProperty("id")} {r.GetProperty("n")} {r.GetProperty("a").GetString()}"));
    }

    [Fact]
    public async Task Errors_say_what_is_wrong()
    {
        kafka.Need();
        await kafka.TopicAsync(_topic, 2);
        Assert.Contains($"there is no topic 'nothing'", await FailAsync(Source().Replace($"topic = '{_topic}'", "topic = 'nothing'", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("Connection refused", await FailAsync(Source(", connect_timeout = '2 seconds'").Replace(kafka.Addresses, "127.0.0.1:1", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("broker.version = '0.9.0'", await FailAsync(Source().Replace(", broker.version = '0.9.0'", "", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("has no partition 7; it has 2 (0 to 1)", await FailAsync(Source(", partitions = '1, 7'")), StringComparison.Ordinal);
        Assert.Contains("No such configuration property", await FailAsync(Source(", kafka.no.such = '1'")), StringComparison.Ordinal);
        Assert.Contains("brokers before 0.10 keep no times", await FailAsync(Source(", start = '2024-03-01 10:00:00'")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_of_another_topic_is_refused()
    {
        kafka.Need();
        await kafka.TopicAsync(_topic, 1);
        await kafka.TopicAsync(_topic + "b", 1);
        Produce(1, 0, 10);
        using var place = new Workplace();
        place.Write("events.sql", Source());
        using (var process = MillraceProcess.Start(place.Path, "run", "events.sql", "--port", "0", "--data", "results"))
        {
            await process.LineWithAsync(" runs at ");
            await Until.TrueAsync(async () => (await place.QueryAsync("SELECT id FROM all_events")).Count == 10, "the rows are committed");
            process.Signal("TERM");
            await process.EndAsync();
        }
        place.Write("events.sql", Source(Ends).Replace($"topic = '{_topic}'", $"topic = '{_topic}b'", StringComparison.Ordinal));
        var (_, _, errors) = await MillraceProcess.RunAsync(place.Path, "run", "events.sql", "--until-done", "--data", "results");
        Assert.Contains($"the checkpoint has read the topic '{_topic}'", errors, StringComparison.Ordinal);
    }
}

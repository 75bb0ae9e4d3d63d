using System.Text;
using Confluent.Kafka;
using Millrace.Connectors;
using Millrace.Connectors.Programs;
using Millrace.Data;
using Millrace.EndToEnd.Robustness;
using Millrace.EndToEnd.Servers;
using Millrace.Kafka;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Kafka;

/// <summary>Rows into topics: of a real broker without transactions, and of librdkafka's stand-in with them.</summary>
public sealed class KafkaSinkTests(KafkaCluster kafka) : IClassFixture<KafkaCluster>
{
    static readonly Schema s_schema = new(new Field("id", DataType.BigInt), new Field("name", DataType.Text));

    static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);

    [Fact]
    public async Task Rows_replace_each_other_by_key_and_what_is_taken_back_is_a_tombstone()
    {
        kafka.Need();
        await kafka.TopicAsync("upserts", 3);
        await kafka.TopicAsync("markers", 1);
        using var place = new Workplace();
        place.Write("in.csv", "k,n\na,1\nb,2\na,3\nc,5\n");
        place.Write("events.sql", $"""
            CREATE SOURCE events (k TEXT, n INTEGER) WITH (connector = 'file', path = 'in.csv', format = 'csv');
            CREATE VIEW few AS SELECT k, COUNT(*) AS events, SUM(n) AS total FROM events GROUP BY k HAVING SUM(n) < 5;
            CREATE SINK out FROM few WITH ({kafka.Options}, topic = 'upserts', marker_topic = 'markers');
            """);
        for (var run = 0; run < 2; run++)
        {
            var (code, output, errors) = await MillraceProcess.RunAsync(place.Path, "run", "events.sql", "--until-done", "--data", "results");
            Assert.True(code == 0, output + errors);
        }
        var newest = new SortedDictionary<string, string?>(StringComparer.Ordinal);
        foreach (var message in kafka.ReadAll("upserts", 3)) newest[Text(message.Message.Key)!] = Text(message.Message.Value);
        Assert.Equal(["""a={"k":"a","events":2,"total":4}""", """b={"k":"b","events":1,"total":2}"""], newest.Where(n => n.Value is not null).Select(n => $"{n.Key}={n.Value}"));
    }

    [Fact]
    public async Task A_version_that_is_told_again_is_not_written_again()
    {
        kafka.Need();
        await kafka.TopicAsync("appends", 1);
        await kafka.TopicAsync("notes", 1);
        Replay(kafka.Addresses, "appends", ("broker.version", "0.9.0"), ("marker_topic", "notes"));
        Assert.Equal(["1", "2", "3"], kafka.ReadAll("appends", 1).Select(m => Text(m.Message.Key)));
    }

    [Fact]
    public void With_transactions_too_a_version_is_written_once_and_the_next_run_knows_it()
    {
        kafka.Need();
        using var mock = new MockKafka("appends", "appends-markers");
        Replay(mock.Addresses, "appends");
        using var client = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig { BootstrapServers = mock.Addresses, GroupId = "reader", EnablePartitionEof = true }).SetLogHandler(static (_, _) => { }).Build();
        client.Assign(new TopicPartitionOffset("appends", 0, Offset.Beginning));
        var keys = new List<string?>();
        while (client.Consume(TimeSpan.FromSeconds(30)) is { IsPartitionEOF: false } message) keys.Add(Text(message.Message.Key));
        Assert.Equal(["1", "2", "3"], keys);
    }

    /// <summary>Three versions by two runs; the second is told version 2 again, which the checkpoint still holds.</summary>
    static void Replay(string brokers, string topic, params (string Name, string Value)[] options)
    {
        var memory = new MemoryAccountant();
        ISink Sink() => new KafkaConnector().CreateSink(new("out", new Options(options.Append(("topic", topic)).Append(("brokers", brokers)).Append(("message_key", "id")).ToDictionary(o => o.Item1, o => o.Item2)), "/", "/data"));
        void Write(ISink sink, long version)
        {
            var batch = RowValues.Rent(memory, s_schema);
            RowValues.Append(batch, [version, "x"]);
            sink.Write([batch], version);
            batch.Release();
        }
        string position;
        using (var sink = Sink())
        {
            sink.Open(s_schema, [], null);
            Write(sink, 1);
            position = sink.Flush();
            Write(sink, 2);
        }
        using (var sink = Sink())
        {
            sink.Open(s_schema, [], position);
            Assert.Equal(2, sink.AppliedVersion);
            Write(sink, 2);
            Write(sink, 3);
            Assert.Equal("3", sink.Flush());
        }
        Assert.Equal(0, memory.Alive);
    }
}

using System.Diagnostics;
using System.Globalization;
using Confluent.Kafka;
using Millrace.Connectors;
using Millrace.EndToEnd.Robustness;
using Millrace.Kafka.Native;

namespace Millrace.EndToEnd.Servers;

/// <summary>A Kafka cluster of its own for some tests, started by tests/servers/kafka: its brokers can be killed and started again, and it ends with the tests' process.</summary>
public class KafkaCluster : IAsyncLifetime
{
    readonly string _folder = Directory.CreateTempSubdirectory("millrace-kafka-").FullName;
    readonly int _brokers;
    string? _missing;

    /// <summary>One broker.</summary>
    public KafkaCluster() : this(1)
    {
    }

    protected KafkaCluster(int brokers) => _brokers = brokers;

    /// <summary>host:port with commas.</summary>
    public string Addresses { get; private set; } = "";

    /// <summary>The options by which a connector finds it.</summary>
    public string Options => $"connector = 'kafka', brokers = '{Addresses}', broker.version = '0.9.0'";

    public async ValueTask InitializeAsync()
    {
        var (code, _, said) = await RunAsync("librdkafka", "install");
        if (code == 0) (code, _, said) = await RunAsync("kafka", "install");
        if (code != 0)
        {
            _missing = said.Trim();
            return;
        }
        Librdkafka.Load();
        (code, var addresses, said) = await RunAsync("kafka", "start", _folder, "--brokers", Number(_brokers), "--owner", Number(Environment.ProcessId));
        Assert.True(code == 0, said);
        Addresses = addresses.Trim();
    }

    /// <summary>Skips the test where there is no Kafka to be had.</summary>
    public void Need() => Needs.That(_missing is null, $"Kafka ({_missing})");

    /// <summary>Makes a topic, or gives it more partitions.</summary>
    public async Task TopicAsync(string name, int partitions)
    {
        var (code, output, said) = await RunAsync("kafka", "topic", _folder, name, Number(partitions));
        Assert.True(code == 0, output + said);
        // The tool tells ZooKeeper; brokers hear of it a little later.
        await Until.TrueAsync(() =>
        {
            var topic = Metadata().Topics.FirstOrDefault(t => t.Topic == name);
            return Task.FromResult(topic is { Error.IsError: false } && topic.Partitions.Count == partitions && topic.Partitions.All(p => p.Leader >= 0));
        }, $"the brokers know topic {name}");
    }

    Metadata Metadata()
    {
        using var admin = new AdminClientBuilder(Settings<ClientConfig>()).SetLogHandler(static (_, _) => { }).Build();
        return admin.GetMetadata(TimeSpan.FromSeconds(10));
    }

    /// <summary>Settings of a client.</summary>
    public T Settings<T>() where T : ClientConfig, new() => new() { BootstrapServers = Addresses, ApiVersionRequest = false, BrokerVersionFallback = "0.9.0" };

    /// <summary>Writes messages and waits until all replicas have them.</summary>
    public void Produce(string topic, IEnumerable<(int Partition, byte[]? Key, byte[]? Value)> messages)
    {
        // A client of its own each time: one that is there already hears of new partitions too late.
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig(Settings<ClientConfig>()) { Acks = Acks.All, LingerMs = 5, QueueBufferingMaxMessages = 2_000_000, MaxInFlight = 1, EnableIdempotence = false })
            .SetLogHandler(static (_, _) => { }).Build();
        Error? error = null;
        foreach (var (partition, key, value) in messages)
            producer.Produce(new TopicPartition(topic, partition), new() { Key = key!, Value = value! }, report => error = report.Error.IsError ? report.Error : error);
        producer.Flush();
        Assert.Null(error);
    }

    /// <summary>How far a group has said that it is.</summary>
    public Dictionary<int, long> CommittedBy(string group, string topic, int partitions)
    {
        using var client = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig(Settings<ClientConfig>()) { GroupId = group }).SetLogHandler(static (_, _) => { }).Build();
        return client.Committed(Enumerable.Range(0, partitions).Select(p => new TopicPartition(topic, p)), TimeSpan.FromSeconds(20)).ToDictionary(c => c.Partition.Value, c => c.Offset.Value);
    }

    /// <summary>All messages of a topic, read by a client that has nothing to do with Millrace.</summary>
    public List<ConsumeResult<byte[]?, byte[]?>> ReadAll(string topic, int partitions)
    {
        using var client = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig(Settings<ClientConfig>()) { GroupId = "reader", EnableAutoCommit = false, EnablePartitionEof = true }).SetLogHandler(static (_, _) => { }).Build();
        client.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        var all = new List<ConsumeResult<byte[]?, byte[]?>>();
        for (var ends = 0; ends < partitions;)
        {
            var result = client.Consume(TimeSpan.FromSeconds(30));
            Assert.NotNull(result);
            if (result.IsPartitionEOF) ends++;
            else all.Add(result);
        }
        return all;
    }

    /// <summary>Kills a broker as a power cut would.</summary>
    public Task KillAsync(int broker) => MustAsync("kill", _folder, Number(broker));

    /// <summary>Starts a broker again.</summary>
    public Task RestartAsync(int broker) => MustAsync("broker", _folder, Number(broker));

    static async Task MustAsync(params string[] arguments)
    {
        var (code, output, said) = await RunAsync("kafka", arguments);
        Assert.True(code == 0, output + said);
    }

    static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    static async Task<(int Code, string Output, string Errors)> RunAsync(string script, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(Path.Combine(Repository, "tests", "servers", script), arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }

    static string Repository
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "millrace.slnx"))) folder = Path.GetDirectoryName(folder)!;
            return folder;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("kafka", "stop", _folder);
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}

using System.Runtime.InteropServices;
using Confluent.Kafka;
using Millrace.Kafka.Native;

namespace Millrace.EndToEnd.Servers;

/// <summary>librdkafka's own stand-in for a cluster, with transactions, in this process. It gives readers what aborted transactions wrote, so it shows the protocol and proves nothing.</summary>
sealed partial class MockKafka : IDisposable
{
    readonly IProducer<Null, Null> _host;
    readonly nint _cluster;

    public MockKafka(params string[] topics)
    {
        Librdkafka.Load();
        NativeLibrary.SetDllImportResolver(typeof(MockKafka).Assembly, static (name, _, _) => name == "librdkafka" ? Librdkafka.Handle : 0);
        _host = new ProducerBuilder<Null, Null>(new ProducerConfig { BootstrapServers = "127.0.0.1:1" }).SetLogHandler(static (_, _) => { }).Build();
        _cluster = New(NativeHandle.Of(_host), 1);
        foreach (var topic in topics) Assert.Equal(0, Create(_cluster, topic, 1, 1));
        Addresses = Marshal.PtrToStringUTF8(Bootstraps(_cluster))!;
    }

    public string Addresses { get; }

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_cluster_new")]
    private static partial nint New(nint client, int brokers);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_cluster_bootstraps")]
    private static partial nint Bootstraps(nint cluster);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_topic_create", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Create(nint cluster, string topic, int partitions, int replicas);

    [LibraryImport("librdkafka", EntryPoint = "rd_kafka_mock_cluster_destroy")]
    private static partial void Destroy(nint cluster);

    public void Dispose()
    {
        Destroy(_cluster);
        _host.Dispose();
    }
}

using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace Millrace.Kafka;

/// <summary>The topic in which sinks note the version that they have written last: a message each, with the writer's name as key, in the transaction of the version's rows where there are transactions.</summary>
/// <remarks>It is read from its beginning at a start, so it should be compacted; all that is needed of it is the newest note of each writer. Notes of one writer are in one partition, in order.</remarks>
static class Markers
{
    /// <summary>The note that a writer has come to a version.</summary>
    public static Message<byte[]?, byte[]?> Of(string writer, long version) => new() { Key = Encoding.UTF8.GetBytes(writer), Value = Encoding.UTF8.GetBytes(version.ToString(CultureInfo.InvariantCulture)) };

    /// <summary>The version that a writer has noted last, or null.</summary>
    /// <param name="settings">How to reach the brokers.</param>
    /// <param name="topic">The topic.</param>
    /// <param name="partitions">How many it has.</param>
    /// <param name="writer">The writer.</param>
    /// <param name="patience">How long to wait for each message.</param>
    public static long? Last(IReadOnlyDictionary<string, string> settings, string topic, int partitions, string writer, TimeSpan patience)
    {
        var own = new Dictionary<string, string>(settings.Where(s => !IsOfProducers(s.Key)), StringComparer.Ordinal)
        {
            ["group.id"] = "millrace", ["enable.auto.commit"] = "false", ["enable.partition.eof"] = "true", ["isolation.level"] = "read_committed", ["auto.offset.reset"] = "earliest",
        };
        using var client = new ConsumerBuilder<byte[]?, byte[]?>(own).SetLogHandler(static (_, _) => { }).SetErrorHandler(static (_, _) => { }).Build();
        client.Assign(Enumerable.Range(0, partitions).Select(p => new TopicPartitionOffset(topic, p, Offset.Beginning)));
        var key = Encoding.UTF8.GetBytes(writer);
        long? last = null;
        for (var ends = 0; ends < partitions;)
        {
            var result = client.Consume(patience) ?? throw new KafkaException(new Error(ErrorCode.Local_TimedOut, $"the topic '{topic}' cannot be read"));
            if (result.IsPartitionEOF) ends++;
            else if (result.Message.Key.AsSpan().SequenceEqual(key) && long.TryParse(Encoding.UTF8.GetString(result.Message.Value ?? []), NumberStyles.None, CultureInfo.InvariantCulture, out var version)) last = version;
        }
        client.Close();
        return last;
    }

    static bool IsOfProducers(string name) => name is "acks" or "compression.type" or "enable.idempotence" or "transactional.id" or "transaction.timeout.ms" or "linger.ms" or "partitioner" or "max.in.flight.requests.per.connection"
        or "message.timeout.ms" or "queue.buffering.max.messages" or "queue.buffering.max.kbytes" or "batch.num.messages" or "batch.size" or "message.max.bytes";
}

using Confluent.Kafka;
using Millrace.Connectors;

namespace Millrace.Kafka;

/// <summary>Looks for a topic at the brokers.</summary>
static class Topics
{
    /// <summary>How many partitions a topic has.</summary>
    /// <param name="client">Whom to ask.</param>
    /// <param name="topic">Its name.</param>
    /// <param name="report">What the client has said.</param>
    /// <param name="patience">How long to wait for an answer.</param>
    /// <param name="clock">Measures that.</param>
    /// <param name="serve">Lets the client tell its errors.</param>
    /// <exception cref="ConnectorException">No broker answers, or there is no such topic.</exception>
    public static int CountPartitions(IClient client, string topic, ClientReport report, TimeSpan patience, TimeProvider clock, Action serve)
    {
        using var admin = new DependentAdminClientBuilder(client.Handle).Build();
        var began = clock.GetTimestamp();
        List<TopicMetadata>? topics = null;
        while (topics is null)
        {
            try
            {
                // All topics are asked for: librdkafka cannot read what brokers before 0.10 answer about one that is not there.
                topics = admin.GetMetadata(TimeSpan.FromSeconds(1)).Topics;
            }
            catch (KafkaException e) when (e.Error.Code is ErrorCode.Local_TimedOut or ErrorCode.Local_Transport && clock.GetElapsedTime(began) < patience)
            {
                serve();
            }
            catch (KafkaException e)
            {
                throw report.Failed("no answer", e.Error);
            }
        }
        if (topics.FirstOrDefault(t => t.Topic == topic) is { } found)
            return found.Error.IsError ? throw report.Failed($"the topic '{topic}' cannot be used", found.Error) : found.Partitions.Count;
        var all = topics.Select(t => t.Topic).Where(t => !t.StartsWith("__", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
        throw report.Wrong($"there is no topic '{topic}'; " + (all.Count == 0 ? "there are none" : $"there {(all.Count == 1 ? "is" : "are")} {string.Join(", ", all.Take(20).Select(t => $"'{t}'"))}{(all.Count > 20 ? " and others" : "")}"));
    }
}

using Millrace.Connectors;
using Millrace.Data;
using Millrace.Kafka;

namespace Millrace.Tests.Kafka;

/// <summary>What is said of options before anything is connected.</summary>
public sealed class KafkaOptionTests
{
    [Theory]
    [InlineData("start", "yesterday", "expected 'earliest', 'latest', 'group', a time")]
    [InlineData("start", "group", "needs group")]
    [InlineData("partitions", "1, x", "expected 'all' or different numbers")]
    [InlineData("broker.version", "nine", "expected a version")]
    [InlineData("security", "sasl_ssl", "needs sasl.username and sasl.password")]
    [InlineData("sasl.username", "me", "needs security")]
    [InlineData("ssl.ca", "no.pem", "needs security = 'ssl'")]
    [InlineData("kafka.enable.auto.commit", "true", "sets this property itself")]
    public void Contradictions_are_told_when_the_source_is_made(string name, string value, string part)
    {
        var options = new Options(new Dictionary<string, string> { ["topic"] = "t", ["brokers"] = "localhost:1", [name] = value });
        var error = Assert.Throws<ConnectorException>(() => new KafkaConnector().CreateSource(new("s", new Schema(new Field("a", DataType.Integer)), options, "/", "/", TimeProvider.System)));
        Assert.Equal(Fault.User, error.Fault);
        Assert.Contains(part, error.Message, StringComparison.Ordinal);
    }
}

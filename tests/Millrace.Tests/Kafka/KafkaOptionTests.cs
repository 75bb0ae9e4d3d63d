using Millrace.Connectors;
using Millrace.Data;
using Millrace.Kafka;
using Millrace.Sql;

namespace Millrace.Tests.Kafka;

/// <summary>What is said of options before anything is connected.</summary>
public sealed class KafkaOptionTests
{
    static IReadOnlyList<Diagnostic> Check(string columns, string options, string connector = "kafka") =>
        SqlCompiler.Compile($"CREATE SOURCE s ({columns}) WITH (connector = '{connector}', {options}); CREATE VIEW v AS SELECT * FROM s;",
            new() { Name = "test", Connectors = new ConnectorList().Add(new KafkaConnector()), Formats = new(), Secrets = _ => "hush" }).Diagnostics;

    const string Needed = "topic = 't', brokers = 'localhost:9092', format = 'json'";

    [Fact]
    public void Options_metadata_and_properties_of_the_library_are_known() =>
        Assert.Empty(Check("a INTEGER, p INTEGER METADATA FROM 'partition', \"offset\" BIGINT METADATA, k BYTES METADATA FROM 'key', h TEXT METADATA FROM 'headers', t TIMESTAMP METADATA FROM 'timestamp'",
            Needed + ", kafka.client.rack = 'r1', start = 'latest', sasl.password = SECRET PASS, security = 'sasl_ssl', sasl.mechanism = 'scram-sha-256', sasl.username = 'u'"));

    [Theory]
    [InlineData("a INTEGER, p TEXT METADATA FROM 'partition'", "MR1104", "is INTEGER, not TEXT")]
    [InlineData("a INTEGER, p TEXT METADATA FROM 'keys'", "MR1104", "key")]
    public void Metadata_that_is_not_there_is_an_error(string columns, string code, string part)
    {
        var found = Assert.Single(Check(columns, Needed));
        Assert.Equal(code, found.Code);
        Assert.Contains(part, found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_have_no_metadata() => Assert.Equal("MR1104", Assert.Single(Check("a INTEGER, p INTEGER METADATA FROM 'partition'", "path = 'x.json', format = 'json'", "file")).Code);

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

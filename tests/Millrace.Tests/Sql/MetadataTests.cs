using Millrace.Connectors;
using Millrace.Kafka;
using Millrace.Sql;

namespace Millrace.Tests.Sql;

/// <summary>Columns that are no field but what is known of a message, and options that stand for a family of names.</summary>
public sealed class MetadataTests
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
}

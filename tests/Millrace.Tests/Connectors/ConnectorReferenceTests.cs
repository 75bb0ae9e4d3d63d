using Millrace.Connectors;
using Millrace.Formats;

namespace Millrace.Tests.Connectors;

public sealed class ConnectorReferenceTests
{
    [Theory]
    [InlineData("connectors.md")]
    [InlineData("formats.md")]
    public void The_page_is_what_the_options_say(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Directory.Packages.props"))) folder = folder.Parent;
        var path = Path.Combine(folder!.FullName, "docs", "reference", name);
        var page = name == "connectors.md" ? ConnectorReference.Connectors(Millrace.Cli.PipelineFile.Connectors()) : ConnectorReference.Formats(new FormatList());
        if (Environment.GetEnvironmentVariable("MILLRACE_UPDATE") == "1") File.WriteAllText(path, page);
        Assert.Equal(page, File.ReadAllText(path), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Every_option_stands_once_with_a_kind_and_a_sentence()
    {
        string[] kinds = ["text", "path", "integer", "number", "boolean", "duration", "secret", "columns"];
        foreach (var connector in Millrace.Cli.PipelineFile.Connectors().All)
            foreach (var options in new[] { connector.SourceOptions, connector.SinkOptions })
            {
                if (options is null) continue;
                Assert.Equal(options.Count, options.Select(o => o.Name).Distinct().Count());
                Assert.All(options, o =>
                {
                    Assert.True(kinds.Contains(o.Kind) || o.Kind.Contains('|'), o.Name);
                    Assert.Matches(@"^\S.*\.$", o.Summary);
                    if (o.Kind.Contains('|') && o.Default is not null) Assert.Contains(o.Default, o.Kind.Split('|'));
                    Assert.False(o.Required && o.Default is not null);
                });
            }
    }
}

using System.Runtime.CompilerServices;
using Millrace.Functions;

namespace Millrace.Tests.Functions;

public sealed class FunctionReferenceTests
{
    static string PathOf([CallerFilePath] string here = "") => Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../../../docs/reference/functions.md"));

    /// <summary>MILLRACE_UPDATE=1 writes the page anew.</summary>
    [Fact]
    public void The_page_of_functions_is_what_the_functions_say()
    {
        var page = FunctionReference.Markdown(Catalog.BuiltIn);
        if (Environment.GetEnvironmentVariable("MILLRACE_UPDATE") == "1") File.WriteAllText(PathOf(), page);
        Assert.Equal(page, File.ReadAllText(PathOf()).ReplaceLineEndings("\n"));
    }
}

using System.Text.RegularExpressions;

namespace Millrace.Specs;

/// <summary>The fenced blocks of a page of the documentation, in order.</summary>
/// <remarks>
/// <c>```sql</c> must compile: declarations together with all others of the page, a SELECT against their views. <c>```sql NAME</c> is besides written to a file of
/// that name, and <c>```csv NAME</c> and other kinds with a name too; <c>```sh</c> is run line by line where the page is one of those that run, and <c>```text</c> behind it
/// is what it prints, with <c>...</c> for what differs from run to run. <c>```sql wrong</c> must not compile. <c>```sh later</c> is not run.
/// </remarks>
sealed partial record Document(string Path, IReadOnlyList<Block> Blocks)
{
    public static Document Read(string path)
    {
        var blocks = new List<Block>();
        foreach (Match match in Fence().Matches(System.IO.File.ReadAllText(Repository.File(path)).ReplaceLineEndings("\n")))
            blocks.Add(new(match.Groups[1].Value, match.Groups[2].Value.Trim(), match.Groups[3].Value));
        return new(path, blocks);
    }

    [GeneratedRegex(@"^```(\w+)([^\n]*)\n(.*?)^```\s*$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();
}

/// <summary>One fenced block.</summary>
sealed record Block(string Kind, string Word, string Text);

using System.Globalization;
using System.Text;

namespace Millrace.Testing;

/// <summary>What became of a test.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Where">Its place in the text: sales.sql:14:9.</param>
/// <param name="Ways">In how many ways it has run.</param>
/// <param name="Failure">Why it failed, in the first way in which it did; null where it passed.</param>
public sealed record SqlTestResult(string Name, string Where, int Ways, SqlTestFailure? Failure)
{
    /// <summary>Whether what was expected came out in every way.</summary>
    public bool Passed => Failure is null;

    /// <summary>The name, and of one that failed what is wrong, over several lines.</summary>
    public override string ToString()
    {
        if (Failure is not { } failure) return Name;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{Name} ({Where})\n{Where.Split(':')[0]}:{failure.Line}: {failure.Message}");
        if (failure.Rows is { } rows) text.Append('\n').Append(rows);
        if (failure.Seed is { } seed) text.Append(CultureInfo.InvariantCulture, $"\nOnly in another way ({failure.Way}): --seed {seed} runs it again.");
        else if (failure.Way != Way.Straight.ToString()) text.Append(CultureInfo.InvariantCulture, $"\nOnly in another way ({failure.Way}).");
        return text.ToString();
    }
}

/// <summary>Why a test failed.</summary>
/// <param name="Way">The way in which it was run: <c>straight</c> (one lane, rows as the text gives them), <c>row by row</c>, or what a seed decided.</param>
/// <param name="Seed">The seed, or null where none decided.</param>
/// <param name="Line">The line of the step that failed.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Rows">How the rows differ; null where the pipeline itself failed.</param>
public sealed record SqlTestFailure(string Way, int? Seed, int Line, string Message, RowDifference? Rows);

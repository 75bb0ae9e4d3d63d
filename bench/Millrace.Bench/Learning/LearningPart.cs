using System.Globalization;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Learning;

/// <summary>A question about models: prints its table line by line as it goes, so that a run that is cut short has shown what it found.</summary>
abstract class LearningPart
{
    readonly List<string> _lines = [];
    readonly List<string> _results = [];

    /// <summary>The word on the command line.</summary>
    public abstract string Name { get; }

    /// <summary>What the table's figures are, and whose figures stand beside them.</summary>
    public abstract string Remark { get; }

    /// <summary>Takes a word that stands behind the part's name.</summary>
    public virtual bool Take(string word) => false;

    /// <summary>Answers and leaves the table and the RESULT lines.</summary>
    public (string Table, IReadOnlyList<string> Results) Run(Workshop workshop)
    {
        Measure(workshop);
        return (string.Join('\n', _lines) + "\n", _results);
    }

    /// <summary>Whether all of it was measured, so that the table may be kept.</summary>
    public virtual bool IsWhole => true;

    /// <summary>Does the work.</summary>
    protected abstract void Measure(Workshop workshop);

    /// <summary>Begins a table.</summary>
    protected void Header(string columns)
    {
        Print("");
        Print(columns);
        Print("|" + string.Concat(columns.Split('|')[1..^1].Select((_, i) => i == 0 ? "---|" : "--:|")));
    }

    /// <summary>A line of the table.</summary>
    protected void Print(FormattableString line) => Print(line.ToString(CultureInfo.InvariantCulture));

    /// <summary>A line of the table.</summary>
    protected void Print(string line)
    {
        _lines.Add(line);
        Console.WriteLine(line);
    }

    /// <summary>A line for the end: what was measured, and whether it is what was aimed at.</summary>
    protected void Result(string what, double value, string unit, bool? isMet = null) =>
        _results.Add(string.Create(CultureInfo.InvariantCulture, $"RESULT learning/{Name}/{what} {value:G6} {unit}{(isMet is false ? " MISSED" : "")}"));

    /// <summary>A cell: met or missed.</summary>
    protected static string Verdict(bool isMet) => isMet ? "yes" : "**no**";
}

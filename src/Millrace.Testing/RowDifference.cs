using System.Globalization;
using System.Text;
using Millrace.Data;

namespace Millrace.Testing;

/// <summary>How the rows that came out differ from those that a test expects.</summary>
/// <remarks>Values are texts as SQL writes them, null for NULL. DOUBLE values are the same where they differ by no more than a part in 10^12; all others are compared exactly.</remarks>
public sealed class RowDifference
{
    const int ShownMax = 20;

    readonly Schema _schema;
    readonly IReadOnlyList<(int Line, Cell[] Row)> _missing;
    readonly IReadOnlyList<Cell[]> _unexpected;
    readonly IReadOnlyList<(int Line, Cell[] Expected, Cell[] Found)> _different;

    RowDifference(Schema schema, IReadOnlyList<(int, Cell[])> missing, IReadOnlyList<Cell[]> unexpected, IReadOnlyList<(int, Cell[], Cell[])> different) =>
        (_schema, _missing, _unexpected, _different) = (schema, missing, unexpected, different);

    /// <summary>The names of the columns.</summary>
    public IReadOnlyList<string> Columns => [.. _schema.Fields.Select(f => f.Name)];

    /// <summary>Rows that did not come out, with the lines in which they are expected.</summary>
    public IReadOnlyList<(int Line, IReadOnlyList<string?> Row)> Missing => [.. _missing.Select(m => (m.Line, Texts(m.Row)))];

    /// <summary>Rows that nobody expects.</summary>
    public IReadOnlyList<IReadOnlyList<string?>> Unexpected => [.. _unexpected.Select(Texts)];

    /// <summary>Rows that came out with other values in some columns; where only the order is another, what stands in the place of what.</summary>
    public IReadOnlyList<(int Line, IReadOnlyList<string?> Expected, IReadOnlyList<string?> Found)> Different => [.. _different.Select(d => (d.Line, Texts(d.Expected), Texts(d.Found)))];

    /// <summary>Whether all expected rows came out and no others, in another order than ORDER BY of the test asks for.</summary>
    public bool IsOrder { get; private init; }

    static IReadOnlyList<string?> Texts(Cell[] row) => [.. row.Select(c => c.Text)];

    /// <summary>The difference, or null where there is none.</summary>
    /// <param name="schema">The visible columns.</param>
    /// <param name="expected">What should have come out, with lines.</param>
    /// <param name="found">What has.</param>
    /// <param name="isOrdered">Whether the order matters.</param>
    internal static RowDifference? Between(Schema schema, IReadOnlyList<(int Line, Cell[] Row)> expected, IReadOnlyList<Cell[]> found, bool isOrdered)
    {
        var unexpected = found.ToList();
        var missing = new List<(int Line, Cell[] Row)>();
        foreach (var row in expected)
        {
            var same = unexpected.FindIndex(r => IsSame(row.Row, r));
            if (same < 0) missing.Add(row);
            else unexpected.RemoveAt(same);
        }
        if (missing.Count == 0 && unexpected.Count == 0)
        {
            if (!isOrdered) return null;
            var moved = expected.Zip(found, (e, f) => (e.Line, e.Row, f)).Where(p => !IsSame(p.Row, p.f)).ToList();
            return moved.Count == 0 ? null : new(schema, [], [], moved) { IsOrder = true };
        }
        return new(schema, missing, unexpected, Pair(missing, unexpected));
    }

    static bool IsSame(Cell[] a, Cell[] b) => Alike(a, b) == a.Length;

    static int Alike(Cell[] a, Cell[] b) => a.Zip(b).Count(p => p.First.Is(p.Second));

    /// <summary>Takes a missing and an unexpected row for one that is different where at least half of the values are the same: the most alike first.</summary>
    static List<(int, Cell[], Cell[])> Pair(List<(int Line, Cell[] Row)> missing, List<Cell[]> unexpected)
    {
        var pairs = missing.SelectMany(m => unexpected.Select(u => (m.Line, Expected: m.Row, Found: u, Alike: Alike(m.Row, u)))).Where(p => p.Alike * 2 >= p.Expected.Length).OrderByDescending(p => p.Alike).ToList();
        var different = new List<(int, Cell[], Cell[])>();
        foreach (var (line, expected, found, _) in pairs)
        {
            if (!missing.Exists(m => ReferenceEquals(m.Row, expected)) || !unexpected.Contains(found)) continue;
            missing.RemoveAll(m => ReferenceEquals(m.Row, expected));
            unexpected.Remove(found);
            different.Add((line, expected, found));
        }
        return different;
    }

    /// <summary>In a few words: 1 row is missing, 2 were not expected.</summary>
    internal string Summary
    {
        get
        {
            if (IsOrder) return "the rows are those that are expected, in another order (expected -> found)";
            var parts = new List<string>();
            if (_missing.Count > 0) parts.Add(Count(_missing.Count, "is missing", "are missing"));
            if (_unexpected.Count > 0) parts.Add(Count(_unexpected.Count, "was not expected", "were not expected"));
            if (_different.Count > 0) parts.Add(Count(_different.Count, "is different", "are different") + " (expected -> found)");
            return string.Join(", ", parts);
        }
    }

    static string Count(int rows, string one, string many) => rows == 1 ? $"1 row {one}" : string.Create(CultureInfo.InvariantCulture, $"{rows} rows {many}");

    /// <summary>A table for people: - stands before rows that are missing, + before those that were not expected, ~ before those that are different. At most twenty of each.</summary>
    public override string ToString()
    {
        var lines = new List<(char Mark, string[] Cells, string Note)>();
        foreach (var (line, row) in _missing.Take(ShownMax)) lines.Add(('-', [.. row.Select(c => c.Shown)], Note(line)));
        foreach (var row in _unexpected.Take(ShownMax)) lines.Add(('+', [.. row.Select(c => c.Shown)], ""));
        foreach (var (line, expected, found) in _different.Take(ShownMax))
            lines.Add(('~', [.. expected.Zip(found, (e, f) => e.Is(f) ? e.Shown : $"{e.Shown} -> {f.Shown}")], Note(line)));
        var widths = _schema.Fields.Select((f, i) => lines.Select(l => l.Cells[i].Length).Append(f.Name.Length).Max()).ToArray();
        var text = new StringBuilder();
        Write(text, ' ', [.. _schema.Fields.Select(f => f.Name)], widths, "");
        foreach (var (mark, cells, note) in lines) Write(text, mark, cells, widths, note);
        var hidden = Math.Max(0, _missing.Count - ShownMax) + Math.Max(0, _unexpected.Count - ShownMax) + Math.Max(0, _different.Count - ShownMax);
        if (hidden > 0) text.Append(CultureInfo.InvariantCulture, $"  ... and {hidden} more\n");
        return text.ToString().TrimEnd('\n');
    }

    static string Note(int line) => string.Create(CultureInfo.InvariantCulture, $"line {line}");

    void Write(StringBuilder text, char mark, string[] cells, int[] widths, string note)
    {
        var line = new StringBuilder();
        line.Append(mark).Append(' ');
        for (var i = 0; i < cells.Length; i++)
        {
            if (i > 0) line.Append(" | ");
            var cell = string.Concat(cells[i].Select(c => char.IsControl(c) ? ' ' : c));
            line.Append(_schema[i].Type.IsNumeric ? cell.PadLeft(widths[i]) : cell.PadRight(widths[i]));
        }
        if (note.Length > 0) line.Append("   ").Append(note);
        text.Append(line.ToString().TrimEnd()).Append('\n');
    }
}

using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Testing;

/// <summary>A value of a row as tests compare and show it.</summary>
/// <param name="Text">Its text form; null where it is NULL.</param>
/// <param name="Number">The number that a DOUBLE is; null for other types.</param>
readonly record struct Cell(string? Text, double? Number)
{
    /// <summary>DOUBLEs are equal where they differ by a part in so many: what sums of the same numbers in another order may differ by.</summary>
    const double Tolerance = 1e-12;

    /// <summary>The visible values of each row; the batches are released.</summary>
    public static List<Cell[]> Rows(IEnumerable<Batch> batches)
    {
        var rows = new List<Cell[]>();
        foreach (var batch in batches)
        {
            for (var row = 0; row < batch.RowCount; row++)
                rows.Add([.. Enumerable.Range(0, batch.Columns.Count).Where(c => !PlanBuilder.IsHidden(batch.Schema[c].Name)).Select(c => Of(batch[c], row))]);
            batch.Release();
        }
        return rows;
    }

    static Cell Of(Column column, int row) => column.IsNull(row) ? default : new(ValueText.Format(column, row), column is Column<double> numbers ? numbers[row] : null);

    /// <summary>Whether it stands for the same value.</summary>
    public bool Is(Cell other) => Text == other.Text || Number is { } a && other.Number is { } b && Math.Abs(a - b) <= Tolerance * Math.Max(Math.Abs(a), Math.Abs(b));

    /// <summary>As people read it: what could be taken for something else stands in quotes.</summary>
    public string Shown => Text switch
    {
        null => "NULL",
        "" or "NULL" => $"'{Text}'",
        _ when char.IsWhiteSpace(Text[0]) || char.IsWhiteSpace(Text[^1]) => $"'{Text}'",
        _ => Text,
    };
}

using Millrace.Data;

namespace Millrace.Expressions.Kernels;

/// <summary>Bitmaps of valid rows.</summary>
internal static class Validity
{
    /// <summary>A row of the result is valid where all arguments are. The result's length is set before.</summary>
    public static void Combine(Column result, ReadOnlySpan<Column> arguments)
    {
        result.HasNulls = false;
        foreach (var argument in arguments)
        {
            if (!argument.HasNulls) continue;
            if (!result.HasNulls)
            {
                result.CopyValidity(argument);
                continue;
            }
            var to = result.Validity;
            var from = argument.Validity;
            for (var i = 0; i < Bits.Words(result.Length); i++) to[i] &= from[i];
        }
    }

    /// <summary>The valid rows as words, all set where there are no NULLs; bits past the length are arbitrary.</summary>
    public static void CopyTo(Column column, Span<ulong> words)
    {
        var count = Bits.Words(column.Length);
        if (column.HasNulls) column.Validity[..count].CopyTo(words);
        else words[..count].Fill(ulong.MaxValue);
    }

    /// <summary>Says that a row failed: its result is NULL; where it was NULL anyhow nothing happened.</summary>
    public static void Fail(Column result, int row, RowErrors errors, string message)
    {
        if (result.IsNull(row)) return;
        result.SetNull(row);
        errors.Report(row, message);
    }
}

using Millrace.Functions.Table;

namespace Millrace.Functions;

/// <summary>The built-in table functions: one line each.</summary>
public static class TableFunctions
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<TableFunction> All { get; } =
    [
        new GenerateSeries(),
        new StringToTable(),
        new RegexpSplitToTable(),
        new RegexpMatches(),
        new JsonArrayElements(), new JsonArrayElementsText(),
        new JsonEach(), new JsonEachText(), new JsonObjectKeys(),
    ];
}

using System.Text;

namespace Millrace.Functions;

/// <summary>The page of all functions, written from their own descriptions.</summary>
public static class FunctionReference
{
    static readonly (string Category, string Title)[] s_titles =
    [
        ("comparison", "Comparison"), ("math", "Numbers"), ("text", "Texts"), ("json", "JSON"), ("time", "Times"), ("conditional", "Choice"), ("conversion", "Conversion"), ("sketches", "Sketches"),
    ];

    /// <summary>The page as Markdown: docs/reference/functions.md.</summary>
    public static string Markdown(Catalog catalog)
    {
        var page = new StringBuilder();
        page.Append("""
            # Functions

            This page is written from the functions themselves; a test runs every example. Unless a line says otherwise a NULL argument gives NULL, and a value that
            cannot be computed is an error of its row, which the source's `bad_data` policy deals with. Numbers are widened where needed (INTEGER to BIGINT to DECIMAL to
            DOUBLE). `CAST(x AS type)`, `TRY_CAST`, `CASE`, `COALESCE`, `NULLIF`, `IS NULL`, `IS DISTINCT FROM`, `AND`, `OR`, `NOT` and `BETWEEN` belong to the grammar.


            """);
        foreach (var (category, title) in Titles(catalog))
        {
            page.Append($"## {title}\n\n| function | what it gives | examples |\n|---|---|---|\n");
            foreach (var function in catalog.Scalars.Where(f => f.Category == category))
                Line(page, function.Syntax, function.Name, function.Aliases, function.Summary, function.Examples);
            page.Append('\n');
        }
        page.Append("""
            ## Aggregates

            Rows in which the argument is NULL are skipped. Any aggregate takes `FILTER (WHERE condition)`; those with `[DISTINCT]` look at each different value once.
            Those marked as append-only cannot take rows back, so they are refused over views whose rows may change.

            | function | what it gives | examples |
            |---|---|---|

            """);
        foreach (var function in catalog.Aggregates)
            Line(page, function.Syntax, function.Name, function.Aliases, function.Summary + (function.CanRetract ? "" : " Append-only."), function.Examples);
        page.Append("""

            ## Tables

            Functions that give rows stand in FROM: by themselves, or behind LATERAL, CROSS JOIN or LEFT JOIN for each row of what stands before them. NULL in any argument gives no rows.

            | function | what it gives | examples |
            |---|---|---|

            """);
        foreach (var function in catalog.Tables) Line(page, function.Syntax, function.Name, function.Aliases, function.Summary, function.Examples);
        return page.ToString();
    }

    static IEnumerable<(string Category, string Title)> Titles(Catalog catalog)
    {
        var categories = catalog.Scalars.Select(f => f.Category).Distinct().ToList();
        return s_titles.Where(t => categories.Contains(t.Category)).Concat(categories.Except(s_titles.Select(t => t.Category)).Select(c => (c, c)));
    }

    static void Line(StringBuilder page, string syntax, string name, IReadOnlyList<string> aliases, string summary, IReadOnlyList<Example> examples)
    {
        var others = aliases.Where(a => !syntax.Contains(a, StringComparison.Ordinal)).Select(Code).ToList();
        var also = others.Count == 0 ? "" : $"<br>also {string.Join(", ", others)}";
        if (!syntax.Contains(name, StringComparison.OrdinalIgnoreCase)) also = $"<br>as a function {Code(name)}" + also;
        page.Append($"| {Code(syntax)}{also} | {Cell(summary)} | {string.Join("<br>", examples.Select(e => $"{Code(e.Sql)} → {Code(e.Result)}"))} |\n");
    }

    static string Code(string text) => text.Length == 0 ? "(empty)" : text.Contains('`') ? $"`` {Cell(text)} ``" : $"`{Cell(text)}`";

    static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("\n", " ", StringComparison.Ordinal);
}

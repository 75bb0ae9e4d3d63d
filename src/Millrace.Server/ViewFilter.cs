using Millrace.Planning;
using Millrace.Sql;
using Millrace.Stores;

namespace Millrace.Server;

/// <summary>The <c>filter</c> of a request: one SQL condition over the columns of a table.</summary>
/// <remarks>
/// It is compiled as the WHERE of a SELECT, in brackets. So that it can be nothing but a condition, a text whose brackets do not match outside of literals, that
/// holds a semicolon or a comment, or that makes the plan anything but a filter over the table, is refused.
/// </remarks>
static class ViewFilter
{
    public const int LengthMax = 4096;

    /// <summary>A plan that yields the whole rows of the table for which the condition is true.</summary>
    public static PlanNode Compile(string filter, TableDefinition table, CompileOptions options)
    {
        if (filter.Length > LengthMax) throw new RequestProblem(400, $"filter has {filter.Length} characters; at most {LengthMax} are allowed.");
        if (Flaw(filter) is { } flaw) throw new RequestProblem(400, $"filter: {flaw}. It must be one SQL condition, e.g. country = 'UK'.");
        var before = $"SELECT * FROM {Quote(table.Name)} WHERE (";
        var result = SqlCompiler.CompileQuery(before + filter + "\n)", [table], options);
        if (result.Plan is null) throw SqlProblem.Of("filter", result.Diagnostics, before.Length);
        var plan = result.Plan;
        while (plan is Project or Sort { Order.IsEmpty: true, Limit: null, Offset: 0 }) plan = plan.Inputs[0];
        return plan switch
        {
            Filter { Input: StoredScan scan } condition when scan.Table == table.Name => condition,
            StoredScan scan when scan.Table == table.Name => scan, // a condition that is always true
            Values => plan,
            _ => throw new RequestProblem(400, "filter: more than one SQL condition over the columns of the table."),
        };
    }

    static string Quote(string name) => $"\"{name.Replace("\"", "\"\"")}\"";

    /// <summary>What keeps a text from being one balanced expression, or null.</summary>
    public static string? Flaw(string text)
    {
        var open = 0;
        for (var i = 0; i < text.Length; i++)
        {
            switch (text[i])
            {
                case '\'' when i > 0 && text[i - 1] is 'e' or 'E' && (i == 1 || !char.IsLetterOrDigit(text[i - 2]) && text[i - 2] != '_'):
                    return $"a text with escapes (E'...') at character {i}";
                case '\'' or '"':
                    var end = text.IndexOf(text[i], i + 1);
                    if (end < 0) return $"the quote at character {i + 1} is not closed";
                    i = end; // a doubled quote begins the next part of the same literal
                    break;
                case '(':
                    open++;
                    break;
                case ')' when open-- == 0: return $"the bracket at character {i + 1} closes nothing";
                case ';': return $"a semicolon at character {i + 1}";
                case '-' when text.AsSpan(i).StartsWith("--"): return $"a comment at character {i + 1}";
                case '/' when text.AsSpan(i).StartsWith("/*"): return $"a comment at character {i + 1}";
                case '$' when text.AsSpan(i).StartsWith("$$"): return $"a dollar quote at character {i + 1}";
                case '\\': return $"a backslash outside of a text at character {i + 1}";
                case '\0': return $"a NUL at character {i + 1}";
            }
        }
        return open > 0 ? $"{open} brackets are not closed" : null;
    }
}

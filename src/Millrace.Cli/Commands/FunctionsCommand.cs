using System.CommandLine;
using Millrace.Cli.Output;
using Millrace.Functions;
using Millrace.Sql;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace functions</c>: what SQL can call.</summary>
sealed class FunctionsCommand : ICommand
{
    public Command Create()
    {
        var name = new Argument<string?>("TEXT") { Description = "Shows those whose name or description holds this.", Arity = ArgumentArity.ZeroOrOne };
        var json = CommonOptions.Json("Writes one JSON object a line.");
        var command = new Command("functions", "Lists the functions that SQL can call.") { name, json };
        command.SetAction(parsed =>
        {
            Write(parsed.GetValue(name) ?? "", parsed.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }

    static void Write(string text, bool isJson)
    {
        var catalog = Catalog.BuiltIn;
        List<string[]> rows =
        [
            .. catalog.Scalars.Select(f => (string[])[f.Syntax, f.Category, f.Summary]),
            .. catalog.Aggregates.Select(f => (string[])[f.Syntax, "aggregates", f.Summary]),
        ];
        if (text.Length > 0) rows.RemoveAll(r => !Array.Exists(r, c => c.Contains(text, StringComparison.OrdinalIgnoreCase)));
        rows.Sort(static (a, b) => (a[1], a[0]).CompareTo((b[1], b[0])));
        if (isJson)
            foreach (var row in rows) Terminal.Json(new { function = row[0], kind = row[1], what = row[2] });
        else if (rows.Count == 0) Terminal.Line($"No function has '{text}' in its name or description.");
        else TextTable.Write(Console.Out, ["function", "kind", "what"], [false, false, false], rows);
    }
}

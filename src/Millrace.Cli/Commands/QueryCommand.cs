using System.CommandLine;
using Millrace.Cli.Output;
using Millrace.Data;
using Millrace.Sql;

namespace Millrace.Cli.Commands;

/// <summary><c>millrace query "SELECT ..."</c>: Millrace's own SQL over stored rows, also while the pipeline runs.</summary>
sealed class QueryCommand : ICommand
{
    public Command Create()
    {
        var text = new Argument<string>("SQL") { Description = "A SELECT over the stored views (or SHOW, EXPLAIN, VALUES)." };
        var data = CommonOptions.Data();
        var store = CommonOptions.Store();
        var csv = new Option<bool>("--csv") { Description = "Writes CSV with a header." };
        var json = new Option<bool>("--json") { Description = "Writes one JSON object a line." };
        var limit = new Option<int?>("--limit") { Description = "Rows at most. Default 1,000 for a table, no limit for CSV and JSON.", HelpName = "N" };
        limit.Between(0, int.MaxValue);
        var command = new Command("query", "Asks the stored results, of one committed version, with Millrace's SQL.") { text, data, store, csv, json, limit };
        command.Validators.Add(result =>
        {
            if (result.GetValue(csv) && result.GetValue(json)) result.AddError("--csv and --json cannot both be given.");
        });
        command.SetAction(parsed =>
        {
            var form = parsed.GetValue(csv) ? ResultForm.Csv : parsed.GetValue(json) ? ResultForm.Json : ResultForm.Table;
            return Run(parsed.GetValue(text)!, parsed.GetValue(data), parsed.GetValue(store), form, parsed.GetValue(limit) ?? (form == ResultForm.Table ? 1000 : long.MaxValue));
        });
        return command;
    }

    static int Run(string text, string? data, string? url, ResultForm form, long limit)
    {
        using var store = StoredResults.Open(url, data);
        using var snapshot = store.Snapshot();
        var query = SqlCompiler.CompileQuery(text, snapshot.Tables, new() { Connectors = PipelineFile.Connectors() });
        DiagnosticOutput.Write(query.Diagnostics);
        if (query.Plan is null) return ExitCodes.Faulty;
        using var signal = new Running.StopSignal();
        using var output = Console.OpenStandardOutput();
        var isMore = ResultOutput.Write(query.Schema, query.Run(snapshot, new MemoryAccountant(), TimeProvider.System, signal.Token), form, limit, output);
        if (isMore && form != ResultForm.Table) Terminal.Warning($"there are more rows than --limit {limit}.");
        return ExitCodes.Done;
    }
}

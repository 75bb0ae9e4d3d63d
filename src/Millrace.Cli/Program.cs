using Millrace.Cli.Commands;
using Millrace.Cli.Output;

namespace Millrace.Cli;

static class Program
{
    static async Task<int> Main(string[] arguments)
    {
        Terminal.Prepare();
        var parsed = CommandList.Root().Parse(arguments);
        if (UsageErrors.Report(parsed)) return ExitCodes.Usage;
        try
        {
            return await parsed.InvokeAsync(new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
        }
        catch (Exception e)
        {
            return Failures.Report(e);
        }
    }
}

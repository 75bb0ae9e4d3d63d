using System.Globalization;
using Millrace.Cli.Output;
using Millrace.Connectors;
using Millrace.Runtime;

namespace Millrace.Cli;

/// <summary>Something that the user can put right; its message is shown as it is.</summary>
public sealed class CommandException(string message, int exitCode = ExitCodes.Faulty) : Exception(message)
{
    /// <summary>What the command ends with.</summary>
    public int ExitCode { get; } = exitCode;
}

/// <summary>Exceptions as people read them: a message, never a stack trace.</summary>
public static class Failures
{
    /// <summary>Prints what went wrong and gives the exit code.</summary>
    public static int Report(Exception failure)
    {
        var (message, code) = Explain(failure);
        Terminal.Error(message);
        return code;
    }

    /// <summary>The message and the exit code of a failure.</summary>
    public static (string Message, int Code) Explain(Exception failure)
    {
        switch (failure)
        {
            case AggregateException { InnerExceptions.Count: 1 } one: return Explain(one.InnerException!);
            case CommandException e: return (e.Message, e.ExitCode);
            case ConnectorException e: return (e.Message, e.Fault == Fault.User ? ExitCodes.Faulty : ExitCodes.Failed);
            case Quality.BadDataException e: return (e.Message, ExitCodes.Faulty);
            case QueryException e: return (e.Message, ExitCodes.Faulty);
            case MemoryLimitException e: return (e.Message, ExitCodes.Faulty);
            case OutOfMemoryException:
                return ("Memory ran out: beside what memory.limit counts there was no room for what the run needs at once. Raise memory.limit, use fewer lanes (--lanes), or set a smaller batch_rows.", ExitCodes.Faulty);
            case OperationCanceledException: return ("Stopped.", ExitCodes.Stopped);
            case UnauthorizedAccessException e: return ($"{e.Message} Check the rights of the file or folder.", ExitCodes.Faulty);
            case IOException e: return (e.Message, ExitCodes.Failed);
            default: return (Unexpected(failure), ExitCodes.Failed);
        }
    }

    static string Unexpected(Exception failure)
    {
        var path = Path.Combine(Path.GetTempPath(), $"millrace-failure-{Environment.ProcessId.ToString(CultureInfo.InvariantCulture)}.txt");
        try
        {
            File.WriteAllText(path, $"Millrace {typeof(Failures).Assembly.GetName().Version}, {Environment.OSVersion}, .NET {Environment.Version}\n{Environment.CommandLine}\n\n{failure}\n");
            return $"Millrace failed in a way it should not: {failure.Message}\nThe details are in {path}; please report them.";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"Millrace failed in a way it should not: {failure.Message} ({failure.GetType().Name})";
        }
    }
}

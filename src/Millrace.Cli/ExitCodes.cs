namespace Millrace.Cli;

/// <summary>What the command ends with; scripts rely on it.</summary>
public static class ExitCodes
{
    /// <summary>All went well.</summary>
    public const int Done = 0;
    /// <summary>The user's file, data or query is wrong, or a test failed: trying again does not help.</summary>
    public const int Faulty = 1;
    /// <summary>The command line is wrong: an unknown option, a missing argument. Of <c>test</c>: there is nothing that could be run.</summary>
    public const int Usage = 2;
    /// <summary>The outside world failed (a full disk, an unreadable device), or Millrace itself did.</summary>
    public const int Failed = 3;
    /// <summary>Stopped by Ctrl-C or SIGTERM, after what was read had been committed.</summary>
    public const int Stopped = 130;

    /// <summary>The codes with a sentence each, for the reference.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Done, "All went well."),
        (Faulty, "The SQL file, the data or the query is wrong, or a port or data folder is taken; the message says what to change. `test`: a test failed."),
        (Usage, "The command line is wrong: an unknown option, a missing argument. `test`: a file cannot be read, has errors, or there is no test."),
        (Failed, "The outside world failed (a full disk, an unreadable device), or Millrace itself did; trying again may help."),
        (Stopped, "Stopped by Ctrl-C or SIGTERM, after what was read had been committed."),
    ];
}

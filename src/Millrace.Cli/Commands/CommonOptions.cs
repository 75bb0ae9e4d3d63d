using System.CommandLine;

namespace Millrace.Cli.Commands;

/// <summary>Arguments and options that several commands share, so that they are called and explained the same everywhere.</summary>
static class CommonOptions
{
    public static Argument<string> File() => new("FILE") { Description = "The SQL file." };

    public static Option<string?> Data() => new("--data")
    {
        Description = "The data folder. Default for a file: its name without extension and with '.millrace', beside it. Default for a stored result: the only '*.millrace' folder here.",
        HelpName = "DIR",
    };

    public static Option<string[]> StartOver() => new("--start-over")
    {
        Description = "A stored view or sink that was edited may begin empty, with rows from here on; rows that are final stay. May be given several times; does nothing where saved state fits.",
        HelpName = "NAME",
        AllowMultipleArgumentsPerToken = false,
    };

    public static Option<string?> Store() => new("--store")
    {
        Description = "Where results and checkpoints are kept instead of the data folder: postgres://user@host:5432/database?schema=NAME. Default: the environment variable MILLRACE_STORE. The password stands in MILLRACE_STORE_PASSWORD, or in the file that MILLRACE_STORE_PASSWORD_FILE names.",
        HelpName = "URL",
        DefaultValueFactory = _ => StoredResults.DefaultUrl,
    };

    public static Option<bool> Json(string what) => new("--json") { Description = what };

    public static Option<string[]> Set() => new("--set")
    {
        Description = "Fills ${NAME} in the SQL file; goes before the environment. May be given several times.",
        HelpName = "NAME=value",
        AllowMultipleArgumentsPerToken = false,
    };
}

using Millrace.Sqlite;

namespace Millrace.Cli;

/// <summary>Finds the results of a pipeline that runs or has run.</summary>
static class StoredResults
{
    /// <summary>Opens the results in a folder, or in the only data folder here where none is named.</summary>
    public static SqliteStore Open(string? folder) => SqliteStore.OpenReader(FolderOf(folder));

    /// <summary>The data folder that is named, or the only one here.</summary>
    public static string FolderOf(string? named) => named ?? OnlyFolder();

    static string OnlyFolder()
    {
        var here = Environment.CurrentDirectory;
        var folders = Directory.GetDirectories(here, "*.millrace").Concat(Directory.Exists("demo") ? Directory.GetDirectories(Path.Combine(here, "demo"), "*.millrace") : [])
            .Where(f => File.Exists(Path.Combine(f, SqliteStore.FileName))).Order(StringComparer.Ordinal).ToList();
        return folders switch
        {
            [var one] => one,
            [] => throw new CommandException("There are no results here: no folder '*.millrace' with a database in it. Run a pipeline first, or name its data folder with --data."),
            _ => throw new CommandException($"There are several data folders here; name one with --data: {string.Join(", ", folders.Select(f => Path.GetRelativePath(here, f)))}"),
        };
    }
}

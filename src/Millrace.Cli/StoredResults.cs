using Millrace.Sqlite;
using Millrace.Stores;

namespace Millrace.Cli;

/// <summary>Opens the store of a pipeline: a URL names one on a server, and without one it lies in a data folder.</summary>
static class StoredResults
{
    const string PasswordVariable = "MILLRACE_STORE_PASSWORD";

    static readonly IStoreKind[] s_kinds = [new Postgres.PostgresStoreKind()];

    /// <summary>The URL that is used where none is given: the environment's, or null.</summary>
    public static string? DefaultUrl => Environment.GetEnvironmentVariable("MILLRACE_STORE") is { Length: > 0 } url ? url : null;

    /// <summary>A store that a run writes to.</summary>
    /// <param name="url">Its URL, or null.</param>
    /// <param name="folder">The data folder.</param>
    public static IStore Create(string? url, string folder) => url is null ? new SqliteStore(folder) : KindOf(url).Create(url, Password());

    /// <summary>Opens the results in a folder, or in the only data folder here where none is named.</summary>
    public static SqliteStore Open(string? folder) => SqliteStore.OpenReader(FolderOf(folder));

    /// <summary>Opens results to read from: of a URL, of a folder, or of the only data folder here where neither is named.</summary>
    public static IStore Open(string? url, string? folder) =>
        url is not null ? KindOf(url).OpenReader(url, Password()) : SqliteStore.OpenReader(FolderOf(folder));

    /// <summary>The place for people.</summary>
    public static string Shown(string url) => KindOf(url).Shown(url);

    static IStoreKind KindOf(string url)
    {
        var end = url.IndexOf("://", StringComparison.Ordinal);
        var scheme = end < 0 ? "" : url[..end].ToLowerInvariant();
        return s_kinds.FirstOrDefault(k => k.Schemes.Contains(scheme))
            ?? throw new CommandException($"The URL of the store begins with '{scheme}'; known are {string.Join(", ", s_kinds.SelectMany(k => k.Schemes).Select(s => s + "://"))}. A folder is named with --data.", ExitCodes.Usage);
    }

    static string? Password()
    {
        if (Environment.GetEnvironmentVariable(PasswordVariable) is { } password) return password;
        if (Environment.GetEnvironmentVariable(PasswordVariable + "_FILE") is not { Length: > 0 } file) return null;
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The file that {PasswordVariable}_FILE names cannot be read: {e.Message}");
        }
    }

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

using System.Globalization;
using Millrace.Connectors;

namespace Millrace.Stores;

/// <summary>Makes sure that one process at a time writes to a data folder. Held until disposed, or until the process ends in whatever way.</summary>
/// <remarks>
/// <c>millrace.lock</c> is locked by the operating system and stays behind unlocked; <c>millrace.pid</c> beside it names the owner, for a locked file cannot be read
/// on every system.
/// </remarks>
public sealed class DataFolderLock : IDisposable
{
    readonly FileStream _file;
    readonly string _owner;

    DataFolderLock(FileStream file, string owner) => (_file, _owner) = (file, owner);

    /// <summary>Takes the lock; creates the folder if it is not there.</summary>
    /// <exception cref="ConnectorException">Another process holds it (the message names it), or the folder cannot be written to.</exception>
    public static DataFolderLock Acquire(string folder)
    {
        var path = Path.Combine(folder, "millrace.lock");
        var owner = Path.Combine(folder, "millrace.pid");
        try
        {
            Durability.CreateFolder(folder);
            var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return new(file, owner);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new ConnectorException(Fault.User, $"The data folder '{folder}' cannot be written to: {e.Message} Choose another with --data.", e);
        }
        catch (IOException e) when (e is not (DirectoryNotFoundException or PathTooLongException) && File.Exists(path) && ReadOwner(owner) is { } process)
        {
            throw new ConnectorException(Fault.User,
                $"The data folder '{folder}' is in use by process {process}. Stop that process, or give this one a folder of its own with --data.", e);
        }
        catch (IOException e)
        {
            throw new ConnectorException(File.Exists(folder) ? Fault.User : Fault.External, $"The data folder '{folder}' cannot be written to: {e.Message} Choose another with --data.", e);
        }
    }

    static string? ReadOwner(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose()
    {
        try
        {
            File.Delete(_owner);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The name of the owner is for messages alone.
        }
        _file.Dispose();
    }
}

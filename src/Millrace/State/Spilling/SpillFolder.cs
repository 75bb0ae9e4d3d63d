using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.State.Spilling;

/// <summary>Where state and results go that have no room in memory: files that no name leads to once they are open, so that nothing of them is left however the process ends.</summary>
/// <remarks>Nothing is synced: what is spilled stands in the checkpoints too, and a restart reads it from there. Thread-safe.</remarks>
/// <param name="path">The folder; created when the first file is.</param>
/// <param name="always">Whether everything that can be spilled is, at each chance, whatever the memory: for tests.</param>
sealed class SpillFolder(string path, bool always = false)
{
    static long s_files; // of all folders: two may be of one path

    long _written;

    /// <summary>Whether state of an account is to be spilled: half of the memory limit is in use (tables grow by doubling), and the account holds enough for it to matter.</summary>
    public bool IsDue(MemoryOwner owner) =>
        always || owner.Accountant is var memory && memory.UsedBytes > memory.LimitBytes / 2 && owner.Bytes > memory.LimitBytes / 16;

    /// <summary>Whether results that wait for a commit are to be spilled.</summary>
    public bool IsDueForResults(MemoryAccountant memory) => always || memory.UsedBytes > memory.LimitBytes / 8 * 5;

    /// <summary>Bytes written so far.</summary>
    public long WrittenBytes => Interlocked.Read(ref _written);

    /// <summary>Begins a file.</summary>
    /// <exception cref="ConnectorException">It cannot be made.</exception>
    public SpillFile Create()
    {
        try
        {
            Directory.CreateDirectory(path);
            var name = Path.Combine(path, $"{Environment.ProcessId}-{Interlocked.Increment(ref s_files)}.spill");
            var handle = File.OpenHandle(name, FileMode.Create, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete, OperatingSystem.IsWindows() ? FileOptions.DeleteOnClose : FileOptions.None);
            if (!OperatingSystem.IsWindows()) File.Delete(name);
            return new(handle, this);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Failed("written", e);
        }
    }

    internal void Count(long bytes) => Interlocked.Add(ref _written, bytes);

    internal ConnectorException Failed(string what, Exception e) => new(Fault.External,
        $"State that does not fit into memory.limit cannot be {what} in '{path}' ({e.Message.TrimEnd('.')}). Free some space or allow writing there, or raise memory.limit, and start again; what was committed is safe.", e);
}

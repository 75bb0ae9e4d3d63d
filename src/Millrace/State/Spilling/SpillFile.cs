using Microsoft.Win32.SafeHandles;

namespace Millrace.State.Spilling;

/// <summary>A file of spilled bytes: written once from front to back, read anywhere. It is gone when the last of those who hold it lets go.</summary>
/// <remarks>Read by calls, not by a memory map: what the system keeps of it in memory is not the process's.</remarks>
sealed class SpillFile(SafeFileHandle handle, SpillFolder folder)
{
    int _holders = 1;

    /// <summary>Bytes written.</summary>
    public long Length { get; private set; }

    /// <summary>Adds bytes at the end.</summary>
    /// <exception cref="Connectors.ConnectorException">There is no room.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        try
        {
            RandomAccess.Write(handle, bytes, Length);
        }
        catch (IOException e)
        {
            throw folder.Failed("written", e);
        }
        Length += bytes.Length;
        folder.Count(bytes.Length);
    }

    /// <summary>Reads as many bytes as there is room for; they must have been written.</summary>
    /// <exception cref="Connectors.ConnectorException">They cannot be read.</exception>
    public void Read(Span<byte> bytes, long at)
    {
        try
        {
            while (bytes.Length > 0)
            {
                var read = RandomAccess.Read(handle, bytes, at);
                if (read == 0) throw new EndOfStreamException($"the file ends at {at}");
                bytes = bytes[read..];
                at += read;
            }
        }
        catch (IOException e)
        {
            throw folder.Failed("read", e);
        }
    }

    /// <summary>Holds it.</summary>
    public SpillFile Retain()
    {
        Interlocked.Increment(ref _holders);
        return this;
    }

    /// <summary>Lets go.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0) handle.Dispose();
    }
}

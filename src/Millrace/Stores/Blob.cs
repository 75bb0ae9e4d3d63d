namespace Millrace.Stores;

/// <summary>The bytes of one name in an <see cref="IBlobStore"/>, which may be more than memory can hold.</summary>
/// <remarks>Thread-safe. They never change.</remarks>
public abstract class Blob : IDisposable
{
    /// <summary>How many there are.</summary>
    public abstract long Length { get; }

    /// <summary>Looks at some of them, valid until the blob is disposed.</summary>
    /// <param name="start">Where they begin.</param>
    /// <param name="length">How many.</param>
    public abstract ReadOnlySpan<byte> Slice(long start, int length);

    /// <summary>Says that some of them are not looked at again soon: they need not stay in memory.</summary>
    internal virtual void Forget(long start, long length)
    {
    }

    /// <summary>Lets go of what it holds.</summary>
    public abstract void Dispose();
}

/// <summary>Bytes that lie in memory.</summary>
/// <param name="bytes">They.</param>
public sealed class MemoryBlob(ReadOnlyMemory<byte> bytes) : Blob
{
    /// <inheritdoc/>
    public override long Length => bytes.Length;

    /// <inheritdoc/>
    public override ReadOnlySpan<byte> Slice(long start, int length) => bytes.Span.Slice(checked((int)start), length);

    /// <inheritdoc/>
    public override void Dispose()
    {
    }
}

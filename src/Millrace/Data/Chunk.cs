using System.Diagnostics;

namespace Millrace.Data;

/// <summary>A run of raw bytes of one partition, as a source hands it to a decoder. Reference-counted; the pool it came from takes it back.</summary>
/// <remarks>The bytes of a filled chunk never change while anybody holds it.</remarks>
public sealed class Chunk
{
    readonly Action<Chunk> _return;
    int _references = 1;

    /// <summary>Creates a chunk with one reference.</summary>
    /// <param name="bytes">Its room.</param>
    /// <param name="onReturn">Called when the last reference is gone; the pool may then <see cref="Restart"/> it.</param>
    public Chunk(byte[] bytes, Action<Chunk> onReturn) => (Bytes, _return) = (bytes, onReturn);

    /// <summary>The room.</summary>
    public byte[] Bytes { get; private set; }

    /// <summary>How many bytes are filled.</summary>
    public int Length { get; set; }

    /// <summary>Where the messages in it end, of a source whose records are messages; else null or without any.</summary>
    public MessageIndex? Messages { get; set; }

    /// <summary>The filled bytes.</summary>
    public ReadOnlySpan<byte> Filled => Bytes.AsSpan(0, Length);

    /// <summary>Replaces the room by a larger one with the same content; only its sole owner may.</summary>
    public void Grow(int size)
    {
        var bytes = new byte[size];
        Filled.CopyTo(bytes);
        Bytes = bytes;
    }

    /// <summary>Gives a returned chunk its first reference again.</summary>
    public void Restart()
    {
        Debug.Assert(_references == 0);
        _references = 1;
        Length = 0;
        Messages?.Clear();
    }

    /// <summary>Adds a reference.</summary>
    public Chunk Retain()
    {
        var references = Interlocked.Increment(ref _references);
        Debug.Assert(references > 1, "retained after it was released");
        return this;
    }

    /// <summary>Gives a reference back.</summary>
    public void Release()
    {
        var references = Interlocked.Decrement(ref _references);
        Debug.Assert(references >= 0, "released twice");
        if (references == 0) _return(this);
    }
}

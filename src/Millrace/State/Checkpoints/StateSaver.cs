using System.Diagnostics;
using Millrace.Functions;

namespace Millrace.State;

/// <summary>Takes what operators with state write at a checkpoint: entries, each a key and what is kept under it, in parts that can be forgotten as a whole.</summary>
/// <remarks>
/// An entry takes the place of one with the same key in the same part that was written before. So a checkpoint holds what has changed since the one before, and all of
/// them together hold everything. A key begins with the eight bytes of its <see cref="Data.Hash64"/>, by which it finds its lane again.
/// </remarks>
public sealed class StateSaver
{
    readonly StateWriter _writer = new();
    UInt128 _state;
    SectionKind _kind;
    long _part;
    int _section = -1; // where the body's length stands, or -1 where no section was begun
    int _entry = -1, _value;

    /// <summary>Where keys and values are written.</summary>
    public StateWriter Writer => _writer;

    /// <summary>Bytes of memory that it has.</summary>
    internal int Capacity => _writer.Capacity;

    /// <summary>The sections written so far.</summary>
    internal ReadOnlyMemory<byte> Written => _writer.Memory;

    /// <summary>Begins a checkpoint.</summary>
    internal void Begin()
    {
        _writer.ClearAndTrim(keep: 4 << 20);
        (_section, _entry) = (-1, -1);
    }

    /// <summary>Begins the state of one operator.</summary>
    internal void BeginState(UInt128 state, SectionKind kind = SectionKind.Keyed)
    {
        EndSection();
        (_state, _kind, _part) = (state, kind, 0);
    }

    /// <summary>Begins a part, 0 being the one that is begun from the start.</summary>
    /// <param name="part">A number of the operator's own choice.</param>
    /// <param name="forgets">Whether nothing which was saved of the part before holds any longer, in no lane: only for what all lanes give up at the same barrier.</param>
    public void BeginPart(long part, bool forgets = false)
    {
        EndSection();
        _part = part;
        if (forgets) StartSection(SectionFlags.ForgetsPart);
    }

    void StartSection(SectionFlags flags)
    {
        _writer.Write(_state);
        _writer.Write((byte)_kind);
        _writer.Write((byte)flags);
        _writer.Write(_part);
        _section = _writer.Length;
        _writer.Write(0);
    }

    internal void EndSection()
    {
        Debug.Assert(_entry < 0, "an entry was not ended");
        if (_section < 0) return;
        _writer.Patch(_section, _writer.Length - _section - sizeof(int));
        _section = -1;
    }

    /// <summary>Begins an entry.</summary>
    /// <returns>Where its key is to be written.</returns>
    public StateWriter BeginEntry()
    {
        Debug.Assert(_entry < 0, "an entry was not ended");
        if (_section < 0) StartSection(SectionFlags.None);
        _entry = _writer.Length;
        _writer.Write(0L); // lengths of key and value
        return _writer;
    }

    /// <summary>Goes on from an entry's key to what is kept under it.</summary>
    public StateWriter BeginValue()
    {
        _value = _writer.Length;
        _writer.Patch(_entry, _value - _entry - sizeof(long));
        return _writer;
    }

    /// <summary>Ends an entry.</summary>
    public void EndEntry()
    {
        _writer.Patch(_entry + sizeof(int), _writer.Length - _value);
        _entry = -1;
    }

    /// <summary>Ends an entry after its key: nothing is kept under it any longer.</summary>
    public void EndGone()
    {
        _writer.Patch(_entry, _writer.Length - _entry - sizeof(long));
        _writer.Patch(_entry + sizeof(int), -1);
        _entry = -1;
    }

    /// <summary>Writes that nothing is kept under a key any longer.</summary>
    internal void Gone(ReadOnlySpan<byte> key)
    {
        BeginEntry().WriteRaw(key);
        EndGone();
    }
}

/// <summary>What a section of a checkpoint holds.</summary>
enum SectionKind : byte
{
    /// <summary>Entries by key.</summary>
    Keyed = 1,
    /// <summary>What an operator remembers that belongs to no key; the keys of its entries are places: a lane, or a partition by its name.</summary>
    Common = 2,
}

/// <summary>What a section says of those before it.</summary>
[Flags]
enum SectionFlags : byte
{
    None = 0,
    /// <summary>What was saved of its part before is forgotten.</summary>
    ForgetsPart = 1,
}

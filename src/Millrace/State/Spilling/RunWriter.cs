using System.Buffers.Binary;
using Millrace.Data;
using Millrace.Functions;

namespace Millrace.State.Spilling;

/// <summary>Writes a <see cref="SpilledRun"/>: entries come in the order of their keys.</summary>
/// <param name="file">A file of its own, which the run takes over.</param>
/// <param name="count">How many entries come at most.</param>
/// <param name="owner">What the run's part in memory is charged to.</param>
sealed class RunWriter(SpillFile file, long count, MemoryOwner owner)
{
    const int BufferBytes = 1 << 18;

    readonly StateWriter _writer = new();
    readonly List<ulong> _firsts = [];
    readonly List<long> _starts = [];
    readonly ulong[] _filter = SpilledRun.NewFilter(count);
    int _entry, _value, _block;
    ulong _last;
    long _count, _flushed;

    /// <summary>Begins an entry.</summary>
    /// <returns>Where its key is to be written.</returns>
    public StateWriter BeginEntry()
    {
        _entry = _writer.Length;
        _writer.Write(0L);
        return _writer;
    }

    /// <summary>Goes on to its value.</summary>
    public StateWriter BeginValue()
    {
        _value = _writer.Length;
        return _writer;
    }

    /// <summary>Ends it.</summary>
    public void EndEntry()
    {
        _writer.Patch(_entry, _value - _entry - SpilledRun.EntryHeadBytes);
        _writer.Patch(_entry + sizeof(int), _writer.Length - _value);
        var hash = BinaryPrimitives.ReadUInt64LittleEndian(_writer.Written[(_entry + SpilledRun.EntryHeadBytes)..]);
        // Entries of one hash stand in one block.
        if (_firsts.Count == 0 || _entry - _block >= SpilledRun.BlockBytes && hash != _last)
        {
            _firsts.Add(hash);
            _starts.Add(_flushed + _entry);
            _block = _entry;
        }
        SpilledRun.Note(_filter, hash);
        (_last, _count) = (hash, _count + 1);
        if (_writer.Length < BufferBytes) return;
        _block -= _writer.Length;
        Flush();
    }

    void Flush()
    {
        file.Append(_writer.Written);
        _flushed += _writer.Length;
        _writer.Clear();
    }

    /// <summary>Ends the run.</summary>
    public SpilledRun End()
    {
        Flush();
        _starts.Add(_flushed);
        return new(file, owner, [.. _firsts], [.. _starts], _filter, _count);
    }
}

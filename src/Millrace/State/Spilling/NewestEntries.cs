using System.Buffers.Binary;

namespace Millrace.State.Spilling;

/// <summary>Goes through several runs at once in the order of keys: of each key the newest entry, those that say that nothing is kept included.</summary>
sealed class NewestEntries
{
    const int BufferBytes = 1 << 16;

    readonly Reader[] _readers; // newest first
    Reader? _at;

    /// <summary>Begins.</summary>
    /// <param name="newestFirst">The runs.</param>
    public NewestEntries(IReadOnlyList<SpilledRun> newestFirst) => _readers = [.. newestFirst.Select(r => new Reader(r))];

    /// <summary>The key.</summary>
    public ReadOnlySpan<byte> Key => _at!.Key;

    /// <summary>What is kept under it; empty where nothing is any longer.</summary>
    public ReadOnlySpan<byte> Value => _at!.Value;

    /// <summary>Goes to the next key.</summary>
    public bool MoveNext()
    {
        if (_at is null)
            foreach (var reader in _readers) reader.MoveNext();
        else
        {
            // Older entries of the key are hidden by it.
            foreach (var reader in _readers)
                if (reader != _at && !reader.HasEnded && reader.Hash == _at.Hash && reader.Key.SequenceEqual(_at.Key)) reader.MoveNext();
            _at.MoveNext();
        }
        Reader? least = null;
        foreach (var reader in _readers)
            if (!reader.HasEnded && (least is null || reader.Hash < least.Hash || reader.Hash == least.Hash && reader.Key.SequenceCompareTo(least.Key) < 0)) least = reader;
        if (least is null) return false;
        _at = least;
        return true;
    }

    /// <summary>One run from front to back.</summary>
    sealed class Reader(SpilledRun run)
    {
        byte[] _bytes = new byte[BufferBytes + SpilledRun.BlockBytes];
        int _nextBlock, _length, _next, _keyLength, _valueLength;

        public bool HasEnded { get; private set; }
        public ulong Hash { get; private set; }
        public ReadOnlySpan<byte> Key => _bytes.AsSpan(_next - _keyLength - _valueLength, _keyLength);
        public ReadOnlySpan<byte> Value => _bytes.AsSpan(_next - _valueLength, _valueLength);

        public void MoveNext()
        {
            if (_next == _length && !Fill())
            {
                HasEnded = true;
                return;
            }
            var head = _bytes.AsSpan(_next);
            (_keyLength, _valueLength) = (BinaryPrimitives.ReadInt32LittleEndian(head), BinaryPrimitives.ReadInt32LittleEndian(head[4..]));
            Hash = BinaryPrimitives.ReadUInt64LittleEndian(head[SpilledRun.EntryHeadBytes..]);
            _next += SpilledRun.EntryHeadBytes + _keyLength + _valueLength;
        }

        // Entries lie whole within blocks.
        bool Fill()
        {
            if (_nextBlock == run.Blocks) return false;
            var first = _nextBlock;
            _length = 0;
            do _length += run.LengthOf(_nextBlock++);
            while (_nextBlock < run.Blocks && _length + run.LengthOf(_nextBlock) <= BufferBytes);
            if (_length > _bytes.Length) _bytes = new byte[_length];
            run.Read(first, _bytes.AsSpan(0, _length));
            _next = 0;
            return true;
        }
    }
}

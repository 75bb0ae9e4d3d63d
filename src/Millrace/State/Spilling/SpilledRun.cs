using System.Buffers.Binary;
using Millrace.Data;

namespace Millrace.State.Spilling;

/// <summary>Entries of state on disk in the order of their keys' hashes, and so by key group: found one by one, or read from front to back.</summary>
/// <remarks>
/// An entry: length of the key (4), length of the value (4), key, value. A key begins with its 8-byte hash; of equal hashes the order is that of the bytes. An empty value says that
/// nothing is kept under the key any longer. In memory lie, for every 4 KiB, the first hash, and 12 bits a key that tell in one look of nearly every key that is not
/// there that it is not: 1.7 bytes a key in all at 50 bytes an entry.
/// </remarks>
sealed class SpilledRun
{
    /// <summary>Bytes that entries are looked for in at once, a little more where the last of them ends.</summary>
    public const int BlockBytes = 4096;

    public const int EntryHeadBytes = 8;

    const int BitsPerKey = 12;

    readonly SpillFile _file;
    readonly MemoryOwner _owner;
    readonly ulong[] _firsts; // hash of each block's first entry
    readonly long[] _starts; // where each block starts; one more for the end
    readonly ulong[] _filter;

    public SpilledRun(SpillFile file, MemoryOwner owner, ulong[] firsts, long[] starts, ulong[] filter, long count)
    {
        (_file, _owner, _firsts, _starts, _filter, Count) = (file, owner, firsts, starts, filter, count);
        owner.Charge(Charged);
    }

    long Charged => 8L * (_firsts.Length + _starts.Length + _filter.Length);

    /// <summary>Number of entries.</summary>
    public long Count { get; }

    /// <summary>Bytes on disk.</summary>
    public long Bytes => _starts[^1] - _starts[0];

    /// <summary>Blocks.</summary>
    public int Blocks => _firsts.Length;

    /// <summary>Bytes of a block.</summary>
    public int LengthOf(int block) => (int)(_starts[block + 1] - _starts[block]);

    /// <summary>Reads blocks that stand one after the other.</summary>
    public void Read(int block, Span<byte> bytes) => _file.Read(bytes, _starts[block]);

    /// <summary>Whether a key with a hash may be there.</summary>
    public bool MayHold(ulong hash)
    {
        var (word, bits) = Place(hash, _filter.Length);
        return (_filter[word] & bits) == bits;
    }

    /// <summary>Room for a filter over some keys.</summary>
    public static ulong[] NewFilter(long count) => new ulong[checked((int)(count * BitsPerKey / 64)) + 1];

    /// <summary>Notes a key in a filter.</summary>
    public static void Note(ulong[] filter, ulong hash)
    {
        var (word, bits) = Place(hash, filter.Length);
        filter[word] |= bits;
    }

    // The top byte is the key group, of which a lane has but a part. Keys that are looked for in order touch words in order, group by group.
    static (int Word, ulong Bits) Place(ulong hash, int words) =>
        ((int)Math.BigMul(hash << 8, (ulong)words, out _), 1UL << (int)hash | 1UL << (int)(hash >> 6) | 1UL << (int)(hash >> 12) | 1UL << (int)(hash >> 18));

    /// <summary>Finds the value of a key.</summary>
    /// <param name="hash">The key's hash.</param>
    /// <param name="key">The whole key.</param>
    /// <param name="at">The block that was looked at last; keys in the order of their hashes read each block once.</param>
    /// <param name="value">The value, valid until the next call; empty where nothing is kept under the key any longer.</param>
    public bool TryFind(ulong hash, ReadOnlySpan<byte> key, BlockBuffer at, out ReadOnlySpan<byte> value)
    {
        value = default;
        var block = Array.BinarySearch(_firsts, hash);
        if (block < 0) block = ~block - 1;
        if (block < 0) return false;
        var bytes = at.Load(this, block);
        for (var i = 0; i < bytes.Length;)
        {
            var keyLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[i..]);
            var valueLength = BinaryPrimitives.ReadInt32LittleEndian(bytes[(i + 4)..]);
            i += EntryHeadBytes;
            var own = BinaryPrimitives.ReadUInt64LittleEndian(bytes[i..]);
            if (own > hash) return false;
            if (own == hash && bytes.Slice(i, keyLength).SequenceEqual(key))
            {
                value = bytes.Slice(i + keyLength, valueLength);
                return true;
            }
            i += keyLength + valueLength;
        }
        return false;
    }

    /// <summary>Lets go of the file.</summary>
    public void Release()
    {
        _owner.Charge(-Charged);
        _file.Release();
    }

    /// <summary>The block of a run that was read last.</summary>
    public sealed class BlockBuffer
    {
        byte[] _bytes = new byte[BlockBytes * 2];
        SpilledRun? _run;
        int _block, _length;

        /// <summary>The bytes of a block.</summary>
        public ReadOnlySpan<byte> Load(SpilledRun run, int block)
        {
            if (_run != run || _block != block)
            {
                _length = run.LengthOf(block);
                if (_length > _bytes.Length) _bytes = new byte[_length * 2];
                run.Read(block, _bytes.AsSpan(0, _length));
                (_run, _block) = (run, block);
            }
            return _bytes.AsSpan(0, _length);
        }
    }
}

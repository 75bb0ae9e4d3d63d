using System.Buffers.Binary;
using System.Text;
using Millrace.Data;

namespace Millrace.State;

/// <summary>The state that a chain of checkpoints holds together: of each entry the newest counts.</summary>
/// <remarks>Read from the newest to the oldest; what was seen of a newer one hides what is older. Cost: one pass over all bytes and 16 bytes of memory an entry, those of the oldest apart.</remarks>
sealed class SavedState
{
    readonly List<byte[]> _blobs;
    readonly List<List<Section>> _sections;
    Dictionary<UInt128, Dictionary<string, byte[]>>? _common;

    /// <summary>Opens a chain.</summary>
    /// <param name="newestFirst">The bytes of its checkpoints, looked at already by <see cref="CheckpointBlob.Open"/>.</param>
    public SavedState(IEnumerable<byte[]> newestFirst)
    {
        _blobs = [.. newestFirst];
        _sections = [.. _blobs.Select(b => CheckpointBlob.Sections(b))];
        Lanes = _blobs.Count == 0 ? 0 : CheckpointBlob.Open(_blobs[0]).Lanes;
    }

    /// <summary>How many lanes wrote the newest checkpoint.</summary>
    public int Lanes { get; }

    /// <summary>What an operator remembered that belongs to no key, by place.</summary>
    public IReadOnlyDictionary<string, byte[]> CommonOf(UInt128 state) => (_common ??= ReadCommon()).GetValueOrDefault(state) ?? [];

    Dictionary<UInt128, Dictionary<string, byte[]>> ReadCommon()
    {
        var found = new Dictionary<UInt128, Dictionary<string, byte[]>>();
        Walk(SectionKind.Common, (in Section section, ReadOnlySpan<byte> entry, int keyLength) =>
        {
            if (!found.TryGetValue(section.State, out var places)) found[section.State] = places = new(StringComparer.Ordinal);
            places[Encoding.UTF8.GetString(entry[..keyLength])] = entry[keyLength..].ToArray();
        });
        return found;
    }

    /// <summary>Gives the living entries of all operators, each once, in no order.</summary>
    public void Load(EntryTaker take) => Walk(SectionKind.Keyed, take);

    void Walk(SectionKind kind, EntryTaker take)
    {
        var seen = new SeenKeys(_blobs);
        var forgottenParts = new HashSet<(UInt128, long)>();
        for (var b = 0; b < _blobs.Count; b++)
        {
            var blob = _blobs[b].AsSpan();
            for (var s = _sections[b].Count - 1; s >= 0; s--)
            {
                var section = _sections[b][s];
                if (section.Kind != kind || forgottenParts.Contains((section.State, section.Part))) continue;
                var body = blob.Slice(section.Start, section.Length);
                for (var at = 0; at < body.Length;)
                {
                    var keyLength = BinaryPrimitives.ReadInt32LittleEndian(body[at..]);
                    var valueLength = BinaryPrimitives.ReadInt32LittleEndian(body[(at + 4)..]);
                    at += CheckpointBlob.EntryHeadBytes;
                    if (seen.Add(in section, b, section.Start + at, keyLength) && valueLength >= 0) take(in section, body.Slice(at, keyLength + valueLength), keyLength);
                    at += keyLength + Math.Max(0, valueLength);
                }
                if ((section.Flags & SectionFlags.ForgetsPart) != 0) forgottenParts.Add((section.State, section.Part));
            }
        }
    }

    /// <summary>The keys that were seen already, by where they lie.</summary>
    sealed class SeenKeys(List<byte[]> blobs)
    {
        readonly Dictionary<UInt128, int> _states = [];
        (ulong Hash, int Blob, int Start, int Length, int State, long Part)[] _slots = new (ulong, int, int, int, int, long)[1024];
        int _count;

        /// <returns>Whether the key is new.</returns>
        public bool Add(in Section section, int blob, int start, int length)
        {
            if (!_states.TryGetValue(section.State, out var state)) _states[section.State] = state = _states.Count;
            var key = blobs[blob].AsSpan(start, length);
            var hash = Hash64.Of(key) ^ Hash64.Of(section.Part) ^ Hash64.Of((long)state) | 1;
            if (_count * 2 >= _slots.Length) Grow();
            var mask = _slots.Length - 1;
            for (var at = (int)(hash >> 8) & mask; ; at = (at + 1) & mask)
            {
                ref var slot = ref _slots[at];
                if (slot.Hash == 0)
                {
                    slot = (hash, blob, start, length, state, section.Part);
                    _count++;
                    return true;
                }
                if (slot.Hash == hash && slot.State == state && slot.Part == section.Part && blobs[slot.Blob].AsSpan(slot.Start, slot.Length).SequenceEqual(key)) return false;
            }
        }

        void Grow()
        {
            var old = _slots;
            _slots = new (ulong, int, int, int, int, long)[old.Length * 2];
            var mask = _slots.Length - 1;
            foreach (var slot in old)
            {
                if (slot.Hash == 0) continue;
                var at = (int)(slot.Hash >> 8) & mask;
                while (_slots[at].Hash != 0) at = (at + 1) & mask;
                _slots[at] = slot;
            }
        }
    }
}

/// <summary>Takes a living entry.</summary>
/// <param name="section">Where it stands.</param>
/// <param name="entry">Its key and value.</param>
/// <param name="keyLength">Bytes of the key.</param>
delegate void EntryTaker(in Section section, ReadOnlySpan<byte> entry, int keyLength);

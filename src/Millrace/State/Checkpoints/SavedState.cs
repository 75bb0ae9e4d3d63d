using System.Buffers.Binary;
using System.Text;
using Millrace.Data;
using Millrace.Stores;

namespace Millrace.State;

/// <summary>The state that a chain of checkpoints holds together: of each entry the newest counts.</summary>
/// <remarks>
/// Read from the newest to the oldest; what was seen of a newer one hides what is older. Keys are remembered for that, 40 to 80 bytes each, so a large state is read in
/// several passes, each over the keys of some of the 256 key groups.
/// </remarks>
sealed class SavedState : IDisposable
{
    /// <summary>Bytes of a chain that are read in one pass.</summary>
    public const long PassBytes = 128 << 20;

    /// <summary>Bytes that are read in one pass where memory is limited: what is remembered of their keys is no more than a sixteenth of the limit.</summary>
    public static long PassBytesFor(long memoryLimit) => Math.Clamp(memoryLimit / 32, 4 << 20, PassBytes);

    readonly IReadOnlyList<Blob> _blobs;
    readonly List<List<Section>> _sections;
    readonly List<(short First, short Last)[]> _groups; // of each section, as far as they are known: the key groups of its entries
    readonly int _passes;
    Dictionary<UInt128, Dictionary<string, byte[]>>? _common;

    /// <summary>Opens a chain.</summary>
    /// <param name="newestFirst">Its checkpoints, looked at already by <see cref="CheckpointBlob.Open"/>; disposed with this.</param>
    /// <param name="passBytes">Bytes that are read in one pass.</param>
    public SavedState(IReadOnlyList<Blob> newestFirst, long passBytes = PassBytes)
    {
        _blobs = newestFirst;
        _sections = [.. _blobs.Select(CheckpointBlob.Sections)];
        _groups = [.. _sections.Select(s => Enumerable.Repeat(((short)0, (short)255), s.Count).ToArray())];
        if (_blobs.Count > 0) (Checkpoint, Lanes) = CheckpointBlob.HeadOf(_blobs[0]);
        var passes = _blobs.Sum(b => b.Length) / passBytes;
        _passes = 1;
        while (_passes < passes && _passes < 256) _passes *= 2;
    }

    /// <summary>The number of the newest checkpoint.</summary>
    public long Checkpoint { get; }

    /// <summary>How many lanes wrote it.</summary>
    public int Lanes { get; }

    /// <summary>The names of the states that are there.</summary>
    public IReadOnlySet<UInt128> States => _sections.SelectMany(s => s).Select(s => s.State).ToHashSet();

    /// <summary>What an operator remembered that belongs to no key, by place.</summary>
    public IReadOnlyDictionary<string, byte[]> CommonOf(UInt128 state) => (_common ??= ReadCommon()).GetValueOrDefault(state) ?? [];

    Dictionary<UInt128, Dictionary<string, byte[]>> ReadCommon()
    {
        var found = new Dictionary<UInt128, Dictionary<string, byte[]>>();
        Walk(SectionKind.Common, 0, 256, (in section, entry, keyLength, isGone) =>
        {
            if (!found.TryGetValue(section.State, out var places)) found[section.State] = places = new(StringComparer.Ordinal);
            places[Encoding.UTF8.GetString(entry[..keyLength])] = entry[keyLength..].ToArray();
        });
        return found;
    }

    /// <summary>Gives the living entries of all operators, each once, in no order.</summary>
    public void Load(EntryTaker take)
    {
        for (var pass = 0; pass < _passes; pass++)
            Walk(SectionKind.Keyed, 256 / _passes * pass, 256 / _passes * (pass + 1), (in section, entry, keyLength, isGone) =>
            {
                if (!isGone) take(in section, entry, keyLength, isGone);
            });
    }

    /// <summary>The chain as one: its entries, each once, as sections that take the place of all its own.</summary>
    /// <param name="isOldest">Whether nothing is older: what is gone need not be said any longer.</param>
    /// <param name="isKept">Which states are wanted.</param>
    /// <param name="stop">Ends it early.</param>
    /// <returns>Sections, each valid until the next is asked for.</returns>
    public IEnumerable<ReadOnlyMemory<byte>> Merge(bool isOldest, Func<UInt128, bool> isKept, CancellationToken stop = default)
    {
        var saver = new StateSaver();
        saver.Begin();
        if (!isOldest)
            foreach (var (state, part) in _sections.SelectMany(s => s).Where(s => (s.Flags & SectionFlags.ForgetsPart) != 0 && isKept(s.State)).Select(s => (s.State, s.Part)).Distinct())
            {
                saver.BeginState(state);
                saver.BeginPart(part, forgets: true);
            }
        for (var pass = -1; pass < _passes; pass++)
        {
            var (kind, from, to) = pass < 0 ? (SectionKind.Common, 0, 256) : (SectionKind.Keyed, 256 / _passes * pass, 256 / _passes * (pass + 1));
            var walk = new NewestEntries(this, kind, from, to);
            (UInt128 State, long Part)? open = null;
            while (walk.NextSection(out var section))
            {
                stop.ThrowIfCancellationRequested();
                if (!isKept(section.State)) continue;
                // What belongs together becomes one section, which holds the key groups of this pass: the next merge looks at it once.
                if (open != (section.State, section.Part))
                {
                    saver.BeginState(section.State, kind);
                    saver.BeginPart(section.Part);
                    open = (section.State, section.Part);
                }
                walk.Read((in section, entry, keyLength, isGone) =>
                {
                    if (isGone && isOldest) return;
                    saver.BeginEntry().WriteRaw(entry[..keyLength]);
                    if (isGone)
                    {
                        saver.EndGone();
                        return;
                    }
                    saver.BeginValue().WriteRaw(entry[keyLength..]);
                    saver.EndEntry();
                });
                if (saver.Written.Length < 1 << 20) continue;
                saver.EndSection();
                yield return saver.Written;
                saver.Begin();
                open = null;
            }
        }
        saver.EndSection();
        yield return saver.Written;
    }

    void Walk(SectionKind kind, int from, int to, EntryTaker take)
    {
        var walk = new NewestEntries(this, kind, from, to);
        while (walk.NextSection(out _)) walk.Read(take);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var blob in _blobs) blob.Dispose();
    }

    /// <summary>One pass over a chain, from the newest section to the oldest: the entries that no newer one hides.</summary>
    /// <param name="state">The chain.</param>
    /// <param name="kind">Which sections.</param>
    /// <param name="from">The first key group; those of other kinds than keyed ones have none.</param>
    /// <param name="to">Behind the last key group.</param>
    sealed class NewestEntries(SavedState state, SectionKind kind, int from, int to)
    {
        readonly SeenKeys _seen = new(state._blobs);
        readonly HashSet<(UInt128, long)> _forgotten = [];
        int _blob, _section = -1;
        Section _at;

        /// <summary>Goes to the next section.</summary>
        public bool NextSection(out Section section)
        {
            if (_section >= 0 && (_at.Flags & SectionFlags.ForgetsPart) != 0) _forgotten.Add((_at.State, _at.Part));
            section = default;
            for (; _blob < state._blobs.Count; _blob++, _section = -1)
            {
                var sections = state._sections[_blob];
                if (_section < 0) _section = sections.Count;
                while (--_section >= 0)
                {
                    section = _at = sections[_section];
                    if (_at.Kind != kind || _forgotten.Contains((_at.State, _at.Part))) continue;
                    var (first, last) = state._groups[_blob][_section];
                    if (kind != SectionKind.Keyed || first < to && last >= from) return true;
                    if ((_at.Flags & SectionFlags.ForgetsPart) != 0) _forgotten.Add((_at.State, _at.Part));
                }
            }
            return false;
        }

        /// <summary>Reads its entries.</summary>
        public void Read(EntryTaker take)
        {
            var body = state._blobs[_blob].Slice(_at.Start, _at.Length);
            var (first, last) = ((short)255, (short)0);
            var isPart = kind == SectionKind.Keyed && (from > 0 || to < 256);
            for (var at = 0; at < body.Length;)
            {
                var keyLength = BinaryPrimitives.ReadInt32LittleEndian(body[at..]);
                var valueLength = BinaryPrimitives.ReadInt32LittleEndian(body[(at + 4)..]);
                at += CheckpointBlob.EntryHeadBytes;
                var end = at + keyLength + Math.Max(0, valueLength);
                var isOurs = true;
                if (isPart)
                {
                    var group = GroupOf(body[at..]);
                    (first, last) = (Math.Min(first, group), Math.Max(last, group));
                    isOurs = group >= from && group < to;
                }
                if (isOurs && _seen.Add(in _at, _blob, _at.Start + at, keyLength)) take(in _at, body[at..end], keyLength, valueLength < 0);
                at = end;
            }
            if (isPart) state._groups[_blob][_section] = (first, last);
            state._blobs[_blob].Forget(_at.Start, _at.Length);
        }
    }

    /// <summary>The key group of a keyed entry: the top byte of the hash with which it begins.</summary>
    public static byte GroupOf(ReadOnlySpan<byte> entry) => entry[sizeof(ulong) - 1];

    /// <summary>The keys that were seen already, by where they lie.</summary>
    sealed class SeenKeys(IReadOnlyList<Blob> blobs)
    {
        readonly Dictionary<UInt128, int> _states = [];
        (ulong Hash, long Start, long Part, int Blob, int Length, int State)[] _slots = new (ulong, long, long, int, int, int)[1024];
        int _count;

        /// <returns>Whether the key is new.</returns>
        public bool Add(in Section section, int blob, long start, int length)
        {
            if (!_states.TryGetValue(section.State, out var state)) _states[section.State] = state = _states.Count;
            var key = blobs[blob].Slice(start, length);
            var hash = Hash64.Of(key) ^ Hash64.Of(section.Part) ^ Hash64.Of((long)state) | 1;
            if (_count * 2 >= _slots.Length) Grow();
            var mask = _slots.Length - 1;
            for (var at = (int)(hash >> 8) & mask; ; at = (at + 1) & mask)
            {
                ref var slot = ref _slots[at];
                if (slot.Hash == 0)
                {
                    slot = (hash, start, section.Part, blob, length, state);
                    _count++;
                    return true;
                }
                if (slot.Hash == hash && slot.State == state && slot.Part == section.Part && blobs[slot.Blob].Slice(slot.Start, slot.Length).SequenceEqual(key)) return false;
            }
        }

        void Grow()
        {
            var old = _slots;
            _slots = new (ulong, long, long, int, int, int)[old.Length * 2];
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

/// <summary>Takes an entry.</summary>
/// <param name="section">Where it stands.</param>
/// <param name="entry">Its key and value.</param>
/// <param name="keyLength">Bytes of the key.</param>
/// <param name="isGone">Whether it says that nothing is kept under the key any longer.</param>
delegate void EntryTaker(in Section section, ReadOnlySpan<byte> entry, int keyLength, bool isGone);

using System.Buffers.Binary;
using System.Collections.Immutable;
using Millrace.State;
using Millrace.Stores;

namespace Millrace.Tests.State.Checkpoints;

public sealed class ChainMergeTests
{
    static ImmutableArray<CheckpointPiece> Chain(params int[] bytes) => [.. bytes.Select((b, i) => new CheckpointPiece(i.ToString(), b))];

    [Fact]
    public void The_longest_run_is_chosen_whose_oldest_piece_is_not_much_larger_than_the_rest()
    {
        Assert.Equal(0, ChainMerge.Choose(Chain()));
        Assert.Equal(0, ChainMerge.Choose(Chain(1, 1, 1, 1, 1, 1, 1)));
        Assert.Equal(8, ChainMerge.Choose(Chain(1, 1, 1, 1, 1, 1, 1, 1)));
        Assert.Equal(8, ChainMerge.Choose(Chain(1, 1, 1, 1, 1, 1, 1, 14)));
        Assert.Equal(0, ChainMerge.Choose(Chain(1, 1, 1, 1, 1, 1, 1, 15)));
        Assert.Equal(9, ChainMerge.Choose(Chain(1, 1, 1, 1, 1, 1, 1, 1, 16, 1000)));
        Assert.Equal(10, ChainMerge.Choose(Chain(1, 1, 1, 1, 1, 1, 1, 1, 100, 200)));
    }

    [Fact]
    public void A_chain_stays_short_and_a_byte_is_written_few_times()
    {
        const int State = 100_000, Delta = 1_000;
        ImmutableArray<CheckpointPiece> chain = [new("", State)];
        var (written, longest) = (0L, 0);
        for (var commit = 0; commit < 10_000; commit++)
        {
            chain = chain.Insert(0, new("", Delta));
            longest = Math.Max(longest, chain.Length);
            if (ChainMerge.Choose(chain) is var count and > 0)
            {
                var bytes = Math.Min(chain[..count].Sum(p => p.Bytes), State);
                written += bytes;
                chain = chain.RemoveRange(0, count).Insert(0, new("", bytes));
            }
        }
        Assert.InRange(longest, 8, 20);
        Assert.InRange(written / (10_000.0 * Delta), 1, 8);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(64)]
    public void A_merged_run_says_what_its_pieces_said(long passBytes)
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var newestFirst = new List<byte[]>();
            var expected = new Dictionary<(int State, int Part, ulong Key), int>();
            for (var checkpoint = 1; checkpoint <= 12; checkpoint++)
            {
                var saver = new StateSaver();
                saver.Begin();
                for (var sections = random.Next(4); sections > 0; sections--) Write(saver, random, expected);
                saver.EndSection();
                newestFirst.Insert(0, Bytes(CheckpointBlob.Create(checkpoint, 2, [saver.Written])));
                if (random.Next(3) > 0) continue;
                var start = random.Next(newestFirst.Count);
                var count = random.Next(1, newestFirst.Count - start + 1);
                using var run = Open(newestFirst.GetRange(start, count), passBytes);
                var merged = Bytes(CheckpointBlob.Create(run.Checkpoint, run.Lanes, run.Merge(start + count == newestFirst.Count, _ => true)));
                newestFirst.RemoveRange(start, count);
                newestFirst.Insert(start, merged);
            }
            var found = new Dictionary<(int, int, ulong), int>();
            using var state = Open(newestFirst, passBytes);
            state.Load((in section, entry, keyLength, _) =>
                found.Add(((int)section.State, (int)section.Part, BinaryPrimitives.ReadUInt64LittleEndian(entry)), BinaryPrimitives.ReadInt32LittleEndian(entry[keyLength..])));
            Assert.True(expected.Count == found.Count && expected.All(e => found.TryGetValue(e.Key, out var value) && value == e.Value), $"seed {seed}");
        }
    }

    static void Write(StateSaver saver, Random random, Dictionary<(int State, int Part, ulong Key), int> expected)
    {
        var (state, part) = (random.Next(1, 3), random.Next(3));
        saver.BeginState((UInt128)state);
        var forgets = random.Next(5) == 0;
        saver.BeginPart(part, forgets);
        if (forgets)
            foreach (var key in expected.Keys.Where(k => k.State == state && k.Part == part).ToList()) expected.Remove(key);
        for (var i = random.Next(6); i > 0; i--)
        {
            var key = (ulong)random.NextInt64(8) << 59 ^ (ulong)random.NextInt64(2);
            saver.BeginEntry().Write(key);
            if (random.Next(3) == 0)
            {
                saver.EndGone();
                expected.Remove((state, part, key));
            }
            else
            {
                var value = random.Next();
                saver.BeginValue().Write(value);
                saver.EndEntry();
                expected[(state, part, key)] = value;
            }
            saver.EndSection(); // of one key the newest entry of a section is not its last one
        }
    }

    [Fact]
    public void What_belongs_to_no_key_stays_and_states_that_are_not_wanted_go()
    {
        var saver = new StateSaver();
        saver.Begin();
        for (UInt128 state = 1; state <= 2; state++)
        {
            saver.BeginState(state, SectionKind.Common);
            saver.BeginEntry().WriteRaw("lane 0 of 1"u8);
            saver.BeginValue().Write((byte)state);
            saver.EndEntry();
        }
        saver.EndSection();
        using var state1 = Open([Bytes(CheckpointBlob.Create(7, 1, [saver.Written]))], 64);
        using var merged = Open([Bytes(CheckpointBlob.Create(7, 1, state1.Merge(true, s => s == 2)))], 64);
        Assert.Equal([2], merged.CommonOf(2)["lane 0 of 1"]);
        Assert.Equal([(UInt128)2], merged.States);
    }

    static byte[] Bytes(IEnumerable<ReadOnlyMemory<byte>> pieces) => [.. pieces.SelectMany(p => p.ToArray())];

    static SavedState Open(List<byte[]> newestFirst, long passBytes) => new([.. newestFirst.Select(b => new MemoryBlob(b))], passBytes);
}

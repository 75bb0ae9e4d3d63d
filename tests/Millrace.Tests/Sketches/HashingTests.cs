using System.Runtime.InteropServices;
using System.Text;
using Millrace.Sketches.Hashing;

namespace Millrace.Tests.Sketches;

public sealed class HashingTests
{
    [Theory]
    [InlineData("", 0UL, 0UL, 0UL)]
    [InlineData("The quick brown fox jumps over the lazy dog", 0UL, 0xE34BBC7BBC071B6CUL, 0x7A433CA9C49A9347UL)]
    [InlineData("The quick brown fox jumps over the lazy eog", 0UL, 0x362108102C62D1C9UL, 0x3285CD100292B305UL)]
    public void Murmur_gives_the_published_hashes(string text, ulong seed, ulong first, ulong second)
    {
        Assert.Equal(first, MurmurHash3.Hash(Encoding.UTF8.GetBytes(text), seed, out var h2));
        Assert.Equal(second, h2);
    }

    [Theory]
    [InlineData("", 0UL, 0xEF46DB3751D8E999UL)]
    [InlineData("abc", 0UL, 0x44BC2CF5AD770999UL)]
    public void Xxh64_gives_the_published_hashes(string text, ulong seed, ulong expected) => Assert.Equal(expected, XxHash64.Hash(Encoding.UTF8.GetBytes(text), seed));

    [Fact]
    public void The_usual_seed_is_93CC() => Assert.Equal(0x93CC, (ushort)MurmurHash3.Hash(HashSeed.Default, 0, out _));

    [Fact]
    public void Murmur_of_words_equals_murmur_of_their_bytes_one_by_one_and_in_batches()
    {
        var random = new Random(1);
        for (var length = 0; length <= 200; length++)
        {
            var items = new ulong[length];
            random.NextBytes(MemoryMarshal.AsBytes(items.AsSpan()));
            var h1 = new ulong[length];
            var h2 = new ulong[length];
            MurmurHash3.Hash(items, 9001, h1, h2);
            for (var i = 0; i < length; i++)
            {
                var expected = MurmurHash3.Hash(BitConverter.GetBytes(items[i]), 9001, out var second);
                Assert.Equal(expected, MurmurHash3.Hash(items[i], 9001, out var alone));
                Assert.Equal(second, alone);
                Assert.Equal(expected, h1[i]);
                Assert.Equal(second, h2[i]);
            }
        }
    }

    [Fact]
    public void Xxh64_of_a_word_equals_that_of_its_bytes()
    {
        var random = new Random(2);
        for (var i = 0; i < 100; i++)
        {
            var item = (ulong)random.NextInt64();
            Assert.Equal(XxHash64.Hash(BitConverter.GetBytes(item), (ulong)i), XxHash64.Hash(item, (ulong)i));
        }
    }

    /// <summary>All lengths, against the definition of the tail byte by byte.</summary>
    [Fact]
    public void Murmur_takes_tails_of_every_length()
    {
        var bytes = Enumerable.Range(1, 64).Select(i => (byte)(i * 37)).ToArray();
        for (var length = 0; length <= bytes.Length; length++)
        {
            var expected = Plain(bytes.AsSpan(0, length), 9001, out var second);
            Assert.Equal(expected, MurmurHash3.Hash(bytes.AsSpan(0, length), 9001, out var found));
            Assert.Equal(second, found);
        }
    }

    static ulong Plain(ReadOnlySpan<byte> bytes, ulong seed, out ulong h2)
    {
        const ulong C1 = 0x87C37B91114253D5, C2 = 0x4CF5AD432745937F;
        ulong a = seed, b = seed;
        var i = 0;
        for (; i + 16 <= bytes.Length; i += 16)
        {
            a ^= ulong.RotateLeft(Word(bytes, i, 8) * C1, 31) * C2;
            a = (ulong.RotateLeft(a, 27) + b) * 5 + 0x52DCE729;
            b ^= ulong.RotateLeft(Word(bytes, i + 8, 8) * C2, 33) * C1;
            b = (ulong.RotateLeft(b, 31) + a) * 5 + 0x38495AB5;
        }
        b ^= ulong.RotateLeft(Word(bytes, i + 8, 8) * C2, 33) * C1;
        a ^= ulong.RotateLeft(Word(bytes, i, 8) * C1, 31) * C2;
        a ^= (ulong)bytes.Length;
        b ^= (ulong)bytes.Length;
        a += b;
        b += a;
        a = Scramble(a);
        b = Scramble(b);
        a += b;
        h2 = b + a;
        return a;

        static ulong Word(ReadOnlySpan<byte> bytes, int from, int count)
        {
            ulong word = 0;
            for (var i = 0; i < count && from + i < bytes.Length; i++) word |= (ulong)bytes[from + i] << 8 * i;
            return word;
        }

        static ulong Scramble(ulong k)
        {
            k ^= k >> 33;
            k *= 0xFF51AFD7ED558CCD;
            k ^= k >> 33;
            k *= 0xC4CEB9FE1A85EC53;
            return k ^ (k >> 33);
        }
    }
}

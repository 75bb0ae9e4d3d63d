using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Millrace.Formats;
using Millrace.Formats.Readers;

namespace Millrace.Tests.Formats;

/// <summary>Numbers of eight rows at once beside those of one row: what the vectors do is what the scalar methods do, and they do all that is usual.</summary>
public sealed class EightNumbersTests(ITestOutputHelper output)
{
    const int Seed = 20261125;

    static readonly string[] s_usual = ["0", "7", "10", "-3", "12345678", "99999999", "-1234567"];
    static readonly string[] s_long = ["1767225599779", "-176722559977", "1234567890123456", "9999999999999999", "123456789", "-999999999999999"];
    static readonly string[] s_decimals = ["5.52", "55.09", "0.5", "999.999", "-1.25", "1234.567", "0.00", "123456.7"];
    static readonly string[] s_odd = ["", "-", ".", "-.", ".5", "5.", "-.5", "-5.", "1.2.3", "--1", "1-", "1 ", " 1", "1e5", "+1", "a", "-0", "-0.0", "1/", "1:", "12345678901234567", "123456789.5", "\0", "é"];

    [Fact]
    public void Usual_numbers_are_done()
    {
        if (!EightNumbers.IsSupported) return;
        foreach (var (texts, method) in new[] { (s_usual, 0), (s_usual, 1), (s_long, 1), (s_usual, 2), (s_decimals, 2) })
            Assert.Equal(0u, Compare([.. Enumerable.Range(0, 8).Select(i => texts[i % texts.Length])], method));
    }

    [Fact]
    public void Any_texts_are_done_as_one_by_one()
    {
        if (!EightNumbers.IsSupported) return;
        output.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var all = s_usual.Concat(s_long).Concat(s_decimals).Concat(s_odd).ToArray();
        for (var round = 0; round < 20_000; round++)
        {
            var texts = Enumerable.Range(0, 8).Select(_ =>
            {
                var text = all[random.Next(all.Length)].ToCharArray();
                if (text.Length > 0 && random.Next(4) == 0) text[random.Next(text.Length)] = "0123456789-.+eE ,\"x"[random.Next(19)];
                return new string(text);
            }).ToArray();
            for (var method = 0; method < 3; method++) Compare(texts, method);
        }
    }

    /// <summary>Rows that were left; every other one is compared with the scalar method.</summary>
    static uint Compare(string[] texts, int method)
    {
        // What stands around a value must not matter: digits.
        var bytes = new List<byte>();
        var slices = new Slice[8];
        for (var i = 0; i < 8; i++)
        {
            bytes.Add((byte)'4');
            var text = Encoding.UTF8.GetBytes(texts[i]);
            slices[i] = new Slice(bytes.Count, text.Length, i % 2 == 0 ? SliceKind.Bare : SliceKind.Quoted);
            bytes.AddRange(text);
        }
        bytes.AddRange(Enumerable.Repeat((byte)'4', 32));
        var room = bytes.ToArray();
        ref var start = ref MemoryMarshal.GetArrayDataReference(room);
        Assert.True(EightNumbers.Find(ref slices[0], room.Length - 32, out var places));
        Assert.False(EightNumbers.Find(ref slices[0], slices[7].Start - 1, out _));
        var longs = new long[8];
        var doubles = new double[8];
        uint left;
        if (method == 2)
        {
            left = EightNumbers.Doubles(ref start, ref slices[0], places, out var values);
            for (var i = 0; i < 8; i++) doubles[i] = values[i];
        }
        else
        {
            left = method == 0 ? EightNumbers.Short(ref start, ref slices[0], places, out var values) : EightNumbers.Long(ref start, ref slices[0], places, out values);
            for (var i = 0; i < 8; i++) longs[i] = values[i];
        }
        for (var i = 0; i < 8; i++)
        {
            if ((left >> i & 1) != 0) continue;
            var why = $"'{texts[i]}' method {method}";
            ref var text = ref room[slices[i].Start];
            if (method == 2)
            {
                Assert.True(Numbers.FastDouble(ref text, slices[i].Length, out var value), why);
                Assert.Equal(BitConverter.DoubleToInt64Bits(value), BitConverter.DoubleToInt64Bits(doubles[i]));
            }
            else
            {
                Assert.True(Numbers.FastInteger(ref text, slices[i].Length, out var value), why);
                Assert.True(value == longs[i], $"{why}: {longs[i]}");
            }
        }
        return left;
    }
}

using System.Text;

namespace Millrace.Bench.Sketches;

/// <summary>The inputs, the same as those of the reference's figures: 10 million each, made when they are first asked for.</summary>
static class SketchInputs
{
    /// <summary>How many items an input has.</summary>
    public const int Count = 10_000_000;

    const int TextLength = 12;

    static ulong[]? s_integers;
    static double[]? s_numbers;
    static byte[]? s_texts;
    static ulong[]? s_zipf;

    /// <summary>Different integers of 64 bits in random order.</summary>
    public static ulong[] Integers => s_integers ??= Fill(static i => SplitMix((ulong)i));

    /// <summary>Numbers from 0 to 1, uniform.</summary>
    public static double[] Numbers => s_numbers ??= Fill(static i => (SplitMix((ulong)i) >> 11) * (1.0 / (1L << 53)));

    /// <summary>Integers below a million, the i-th with a frequency of about i^-1.1.</summary>
    public static ulong[] Zipf => s_zipf ??= MakeZipf();

    /// <summary>Text of 12 ASCII bytes; see <see cref="Text"/>.</summary>
    public static byte[] Texts => s_texts ??= MakeTexts();

    /// <summary>The text of an index.</summary>
    public static ReadOnlySpan<byte> Text(byte[] texts, int index) => texts.AsSpan(index * TextLength, TextLength);

    /// <summary>Feeds items batch by batch, as programs do: a loop that is entered once a lap would never be compiled in the runtime's last tier.</summary>
    public static void InBatches<TSketch, T>(T[] items, TSketch sketch, Feed<TSketch, T> feed)
    {
        const int BatchSize = 10_000;
        for (var i = 0; i < items.Length; i += BatchSize) feed(sketch, items.AsSpan(i, Math.Min(BatchSize, items.Length - i)));
    }

    /// <summary>Feeds a sketch with some items.</summary>
    public delegate void Feed<in TSketch, T>(TSketch sketch, ReadOnlySpan<T> some);

    static T[] Fill<T>(Func<int, T> at)
    {
        var items = new T[Count];
        for (var i = 0; i < items.Length; i++) items[i] = at(i);
        return items;
    }

    static byte[] MakeTexts()
    {
        var texts = new byte[Count * TextLength];
        for (var i = 0; i < Count; i++) Encoding.ASCII.GetBytes($"item{i:D8}", texts.AsSpan(i * TextLength, TextLength));
        return texts;
    }

    static ulong[] MakeZipf()
    {
        const int Items = 1_000_000;
        var sums = new double[Items];
        var sum = 0.0;
        for (var i = 0; i < Items; i++) sums[i] = sum += Math.Pow(i + 1, -1.1);
        return Fill(i =>
        {
            var place = Array.BinarySearch(sums, (SplitMix((ulong)i) >> 11) * (1.0 / (1L << 53)) * sum);
            return (ulong)(place < 0 ? ~place : place);
        });
    }

    /// <summary>A scrambled integer (Steele, Lea, Flood 2014).</summary>
    public static ulong SplitMix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}

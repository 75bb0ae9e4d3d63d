namespace Millrace.Bench.Nexmark;

/// <summary>Random texts of Nexmark: short ones drawn letter by letter, paddings cut out of a long one.</summary>
sealed class Letters
{
    const int PoolSize = 1 << 20;

    readonly byte[] _pool = new byte[PoolSize];
    readonly byte[] _short = new byte[256];

    public Letters(ulong seed)
    {
        var random = new EventRandom(seed, -1);
        foreach (ref var letter in _pool.AsSpan()) letter = (byte)('a' + random.Below(26));
    }

    /// <summary>Appends 3 to most - 1 letters to a text, one in 13 of them the special one, and cuts blanks at both ends off.</summary>
    /// <returns>The new length of the text.</returns>
    public static int Draw(ref EventRandom random, Span<byte> text, int length, int most, byte special)
    {
        var start = length;
        for (var left = 3 + random.Below(most - 3); left > 0; left--) text[length++] = random.Below(13) == 0 ? special : (byte)('a' + random.Below(26));
        var letters = text[start..length].Trim((byte)' ');
        letters.CopyTo(text[start..]);
        return start + letters.Length;
    }

    /// <summary>A short text that stays until the next but three is drawn.</summary>
    public Slice Draw(ref EventRandom random, int most, int place)
    {
        var start = place * 128;
        return new Slice(_short, start, Draw(ref random, _short.AsSpan(start, 128), 0, most, (byte)' '));
    }

    /// <summary>So much padding that an event has about the bytes that it should have, a fifth more or less.</summary>
    public Slice Padding(ref EventRandom random, int size, int desired)
    {
        if (size > desired) return default;
        var left = desired - size;
        var spread = (int)Math.Round(left * 0.2);
        var length = left - spread + (spread == 0 ? 0 : random.Below(2 * spread));
        return new Slice(_pool, random.Below(PoolSize - length), length);
    }
}

/// <summary>A text as a part of an array.</summary>
readonly record struct Slice(byte[] Array, int Start, int Length)
{
    /// <summary>Its bytes.</summary>
    public ReadOnlySpan<byte> Span => Array.AsSpan(Start, Length);
}

namespace Millrace.Learning.Preparation;

/// <summary>Turns text into a row of numbers: how often its words, and its runs of words, fall into each of some slots.</summary>
/// <remarks>
/// A word is a run of letters and digits, in lower case. Each word and run of words is hashed to a slot and a sign, so that what shares a slot cancels out on average; nothing is learned, nothing is kept, no word is unknown. The row has length 1
/// (Euclid), that of no word is zero. Cost: some nanoseconds a letter. The same numbers on every machine.
/// Weinberger et al. (2009), Feature hashing for large scale multitask learning, ICML.
/// </remarks>
public sealed class HashedText
{
    const ulong Start = 14695981039346656037, Prime = 1099511628211; // FNV-1a

    readonly int _words;

    /// <summary>A way to turn text into rows.</summary>
    /// <param name="slots">Numbers of a row, 2 to 16 million.</param>
    /// <param name="words">The longest run of words that counts by itself, 1 to 5.</param>
    public HashedText(int slots = 1024, int words = 2)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 2);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(slots, 1 << 24);
        ArgumentOutOfRangeException.ThrowIfLessThan(words, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(words, 5);
        _words = words;
        Output = FeatureSet.Numeric(slots);
    }

    /// <summary>The columns of the rows.</summary>
    public FeatureSet Output { get; }

    /// <summary>Makes the row of a text.</summary>
    /// <param name="text">Any text.</param>
    /// <param name="output">Room for one number for each slot.</param>
    public void Transform(ReadOnlySpan<char> text, Span<double> output)
    {
        output = output[..Output.Count];
        output.Clear();
        Span<ulong> runs = stackalloc ulong[_words]; // hashes of the runs that end with the last word, the shortest first
        var known = 0;
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsLetterOrDigit(text[i]))
            {
                i++;
                continue;
            }
            var from = i;
            while (i < text.Length && char.IsLetterOrDigit(text[i])) i++;
            known = Math.Min(known + 1, _words);
            for (var run = known - 1; run > 0; run--) Count(output, runs[run] = Hash(text[from..i], Hash(" ", runs[run - 1])));
            Count(output, runs[0] = Hash(text[from..i], Start));
        }
        var squares = 0.0;
        foreach (var number in output) squares += number * number;
        if (squares == 0) return;
        var factor = 1 / Math.Sqrt(squares);
        foreach (ref var number in output) number *= factor;
    }

    static ulong Hash(ReadOnlySpan<char> word, ulong hash)
    {
        foreach (var letter in word) hash = (hash ^ char.ToLowerInvariant(letter)) * Prime;
        return hash;
    }

    // The last bits of FNV are its worst: they are mixed before use.
    static void Count(Span<double> output, ulong hash)
    {
        hash = (hash ^ (hash >> 32)) * 0x9E3779B97F4A7C15;
        hash ^= hash >> 29;
        output[(int)(hash % (ulong)output.Length)] += hash >> 63 == 0 ? 1 : -1;
    }
}

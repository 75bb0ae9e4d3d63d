namespace Millrace.Sketches.Cpc;

/// <summary>The codes that images are compressed with.</summary>
/// <remarks>
/// All are canonical, so the lengths of the code words, one hexadecimal digit for each symbol, say everything. They were made by the Apache DataSketches
/// project from the distribution of bits in the matrix, and are a part of the format.
/// </remarks>
static class CpcCodes
{
    /// <summary>For a byte of the window: 16 codes by the fraction of C/K, then six for the time before C/K is about 2.4.</summary>
    public static PrefixCode[] Windows { get; } = [.. Lengths.Select(static l => new PrefixCode(l))];

    /// <summary>For the distance of two surprises in a row, 0 to 64.</summary>
    public static PrefixCode Columns { get; } = new("12345788aabcccccccccccccccccccccccccccccccccccccccccccccccccccccc");

    /// <summary>Which code of <see cref="Windows"/> is used.</summary>
    public static int Phase(int lgK, long coupons)
    {
        var k = 1L << lgK;
        if (1000 * coupons >= 2375 * k) return (int)(coupons >> lgK - 4) & 15;
        if (4 * coupons < 3 * k) return 16;
        if (10 * coupons < 11 * k) return 17;
        if (100 * coupons < 132 * k) return 18;
        if (3 * coupons < 5 * k) return 19;
        if (1000 * coupons < 1965 * k) return 20;
        return 1000 * coupons < 2275 * k ? 21 : 6;
    }

    /// <summary>At which place each of the 56 columns outside a sliding window is sent, so that the likeliest surprises come first.</summary>
    public static byte[] Places(int phase) => s_places[phase];

    /// <summary>Which column is sent at each place: the inverse of <see cref="Places"/>.</summary>
    public static byte[] ColumnsAt(int phase) => s_columns[phase];

    static readonly byte[][] s_places = [.. PlacesBefore.Select(static last => (byte[])[.. Enumerable.Range(0, 56).Select(static c => (byte)c).Except(last), .. last])];
    static readonly byte[][] s_columns = [.. s_places.Select(static places => Enumerable.Range(0, 56).Select(p => (byte)Array.IndexOf(places, (byte)p)).ToArray())];

    // The places of the last columns, which lie just before the window; the others share the rest in order.
    static byte[][] PlacesBefore =>
    [
        [34, 14, 4],
        [35, 15, 4],
        [37, 16, 5],
        [39, 17, 5],
        [41, 18, 6],
        [43, 19, 6],
        [45, 20, 7, 0],
        [47, 21, 7, 0],
        [50, 22, 8, 0],
        [52, 23, 9, 1],
        [25, 9, 1],
        [26, 10, 1],
        [27, 11, 2],
        [29, 11, 2],
        [30, 12, 3],
        [32, 13, 3],
    ];

    static string[] Lengths =>
    [
        "95739572a684a583b7a5b795c8a6c8a6c8b6c8a6c9c7c9b7cac8cac8cbc9cbc9c9c7c9b7cac8cac8cbc9cbc9cccacccacccacccacccbcccbcccccccccccccccc" +
        "cac8cac8cbc9cbc9cccacccacccbcccbcccbcccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "a5839572b694a683c7a5b795c8b6c8a5c8b6c8a6c9c7c9b6cac8cac8cbc9cbc9c9c7c9b7cac8cac8cbc9cbc9cccacccacccacccacccbcccbcccccccccccccccc" +
        "cac8cac8cbc9cbc9cccacccacccbcccbcccbcccbcccccccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "a583a582b694b683c7a5c7a5c8b6c8a5c8b6c8b6c9c7c9c6cac8cac8cbc9cbc8c9c7c9c7cac8cac7cbc9cbc9cccacccacccacccacccbcccbcccccccccccccccc" +
        "cac8cac8cbc9cbc8cccacccacccbcccbcccbcccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "b693a582c694b693c8b5c7a4c8b6c8b5c9c6c8b6c9c7c9c6cbc8cac8cbc9cbc8cac7c9c7cbc8cac7ccc9cbc9cccaccc9cccacccacccbcccbcccccccccccccccc" +
        "cbc8cac8ccc9cbc9cccacccacccbcccbcccbcccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "b693b582c7a4b693c8b5c7a4c8b6c8b5c9c6c8b6cac7c9c6cbc8cac7cbc9cbc8cac7c9c7cbc8cac7ccc9cbc8cccaccc9cccacccacccbcccacccccccbcccccccc" +
        "cbc8cac8ccc9cbc8cccaccc9cccbcccacccbcccbcccccccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "c693b582c7a4c693c8b5c7a4c8c6c8b5c9c6c8b6cac7c9c6cbc8cac7ccc9cbc8cac7c9c7cbc8cac7ccc9cbc8cccaccc9cccaccc9cccbcccacccccccbcccccccc" +
        "cbc8cac8ccc9cbc8cccaccc9cccbcccacccbcccbcccccccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "63627463857496859685a796b8a7b9a8a797b8a7c9b8cab9cac9cbcacccbcccbb8a8c9b8cac9cbcacbcacccbcccccccccccbcccccccccccccccccccccccccccc" +
        "c9b8cac9cbcacccbcccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "73627463857496859685a796b8a7c9b8a796b8a7c9b8cac9cac9cbcacccbcccbb8a7c9b8cac9cbcacbcacccbcccccccccccbcccccccccccccccccccccccccccc" +
        "cab9cac9cbcacccbcccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "7462746385749584a685a796b8a7b8a7b796b8a7c9b8c9b8cac9cac9cccbcccbc8a7c9b8cac9cac9cbcacbcacccccccccccbcccbcccccccccccccccccccccccc" +
        "c9c8cac9cbcacbcacccbcccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "7462746395749684a685a795b8a7c8a7b796b8a7c9b8c9b8cac9cac9cccacccbc8b7c9b8cac9cac9cbcacbcacccbcccccccbcccbcccccccccccccccccccccccc" +
        "c9c8cac8cbcacbcacccbcccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "7462846395749684a695a795b8a7c8a7b8a6b8a6c9b8c9b8cac9cac9cbcacccac9b7c9b7cac9cac9cbcacbcacccbcccbcccbcccbcccccccccccccccccccccccc" +
        "c9c8cac8cbcacbcacccbcccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "8462846395849684a695a795b8a6c8a7b8a6b8a6c9b8c9b8cac9cac9cbcacccac9b7c9b7cac9cac9cbcacbcacccbcccbcccbcccbcccccccccccccccccccccccc" +
        "cac8cac8cbc9cbcacccbcccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "8462847395849684a795b795c8a6c8a6c8a6c8a6c9b7c9b7cac9cac9cbcacbcac9b7c9b7cac8cac9cbcacbcacccbcccbcccbcccbcccccccccccccccccccccccc" +
        "cac8cac8cbcacbcacccbcccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "84738472a684a584b795b795c8a6c8a6c8a6c8a6c9b7c9b7cac8cac8cbcacbcac9b7c9b7cac8cac8cbc9cbc9cccbcccbcccbcccbcccccccccccccccccccccccc" +
        "cac8cac8cbc9cbc9cccbcccacccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "94739472a684a584b795b795c8a6c8a6c8a6c8a6c9b7c9b7cac8cac8cbcacbc9c9b7c9b7cac8cac8cbc9cbc9cccbcccacccacccacccccccbcccccccccccccccc" +
        "cac8cac8cbc9cbc9cccacccacccccccbcccbcccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "94739472a684a584b795b795c8b6c8a6c8b6c8a6c9c7c9b7cac8cac8cbc9cbc9c9c7c9b7cac8cac8cbc9cbc9cccacccacccacccacccccccbcccccccccccccccc" +
        "cac8cac8cbc9cbc9cccacccacccccccbcccbcccbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "12455689689aabcc78abbccccccccccc8abccccccccccccccccccccccccccccc9acccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc" +
        "abcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "22344566567789aa67889abbabcccccc789aabccbccccccccccccccccccccccc89abbccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc" +
        "9abbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "2243546665778899778899aaaabbcccc8799aabbbbcccccccccccccccccccccc99aabbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccc" +
        "a9bbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "324354546566878776779898a9aacbcb8798a9a9babbcccccbcccccccccccccc98a9babbcbcccccccccccccccccccccccccccccccccccccccccccccccccccccc" +
        "a9bacbcbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "424354546565868676869797a8a8baba9797a8a8b9bacbcbcbcbcccccccccccca8a8b9b9cbcbcccccccccccccccccccccccccccccccccccccccccccccccccccc" +
        "b9b9cacacccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
        "535264537575868586869796a8a8b9b99797a8a7b9b9cacacacacbcbcccccccca8a8b9b9cacacbcbcbcbcccccccccccccccccccccccccccccccccccccccccccc" +
        "b9b9cacacbcbcccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc",
    ];
}

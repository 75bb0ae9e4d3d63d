using System.Globalization;
using System.Text;

namespace Millrace.Bench.Nexmark;

/// <summary>The texts that events choose from: each column's list, in a fixed order, so that an index stands for a text.</summary>
sealed class Vocabulary
{
    /// <summary>Channels besides the four hot ones.</summary>
    public const int Channels = 10_000;

    static readonly string[] s_hotChannels = ["Google", "Facebook", "Baidu", "Apple"];
    static readonly string[] s_firstNames = "Peter,Paul,Luke,John,Saul,Vicky,Kate,Julie,Sarah,Deiter,Walter".Split(',');
    static readonly string[] s_lastNames = "Shultz,Abrams,Spencer,White,Bartels,Walton,Smith,Jones,Noris".Split(',');

    /// <summary>First and last names, 99.</summary>
    public byte[][] Names { get; } = [.. s_firstNames.SelectMany(_ => s_lastNames, static (first, last) => Encoding.UTF8.GetBytes($"{first} {last}"))];

    /// <summary>Ten cities.</summary>
    public byte[][] Cities { get; } = Bytes("Phoenix,Los Angeles,San Francisco,Boise,Portland,Bend,Redmond,Seattle,Kent,Cheyenne");

    /// <summary>Six states.</summary>
    public byte[][] States { get; } = Bytes("AZ,CA,ID,OR,WA,WY");

    /// <summary>The hot channels, then the others.</summary>
    public byte[][] ChannelNames { get; }

    /// <summary>An URL for each channel; nine of ten of those that are not hot say their channel_id.</summary>
    public byte[][] Urls { get; }

    public Vocabulary(ulong seed)
    {
        ChannelNames = [.. s_hotChannels.Concat(Enumerable.Range(0, Channels).Select(static i => $"channel-{i}")).Select(Encoding.UTF8.GetBytes)];
        Urls = new byte[ChannelNames.Length][];
        var random = new EventRandom(seed, -2);
        for (var i = 0; i < Urls.Length; i++)
        {
            var url = Url(ref random);
            var channel = i - s_hotChannels.Length;
            if (channel >= 0 && random.Below(10) > 0) url += string.Create(CultureInfo.InvariantCulture, $"&channel_id={Math.Abs((long)Reverse(channel))}");
            Urls[i] = Encoding.UTF8.GetBytes(url);
        }
    }

    static string Url(ref EventRandom random)
    {
        Span<byte> text = stackalloc byte[32];
        var length = 0;
        for (var directory = 0; directory < 3; directory++)
        {
            length = Letters.Draw(ref random, text, length, most: 5, special: (byte)'_');
            text[length++] = (byte)'/';
        }
        return $"https://www.nexmark.com/{Encoding.UTF8.GetString(text[..length])}item.htm?query=1";
    }

    /// <summary>The bits of a number in reverse.</summary>
    static int Reverse(int value)
    {
        var reversed = 0;
        for (var bit = 0; bit < 32; bit++) reversed |= (value >> bit & 1) << 31 - bit;
        return reversed;
    }

    static byte[][] Bytes(string list) => [.. list.Split(',').Select(Encoding.UTF8.GetBytes)];
}

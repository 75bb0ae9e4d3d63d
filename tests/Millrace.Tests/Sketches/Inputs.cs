using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Millrace.Tests.Sketches;

/// <summary>The inputs that MANIFEST.tsv names.</summary>
static partial class Inputs
{
    /// <summary>An input such as u64[0,1000): family, first, and the one after the last.</summary>
    public static (string Family, long From, long To)? Parse(string input)
    {
        var match = Range().Match(input);
        return match.Success ? (match.Groups[1].Value, long.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture), long.Parse(match.Groups[3].Value, CultureInfo.InvariantCulture)) : null;
    }

    /// <summary>Feeds a range of a family to whoever takes integers, numbers or bytes.</summary>
    public static void Feed(string family, long from, long to, Action<long> integer, Action<double> number, Action<byte[]> bytes)
    {
        for (var i = from; i < to; i++)
        {
            switch (family)
            {
                case "u64": integer(i); break;
                case "i64neg": integer(-(i + 1)); break;
                case "u64sm": integer((long)SplitMix(i)); break;
                case "dbl": number(i + 0.5); break;
                case "str": bytes(Encoding.UTF8.GetBytes($"item-{i}")); break;
                case "utf8": bytes(Encoding.UTF8.GetBytes($"ключ-{i}")); break;
                case "distinct": integer(i); break;
                case "logu": integer(Logu(i)); break;
                case "item-<logu>": bytes(Encoding.UTF8.GetBytes($"item-{Logu(i)}")); break;
                default: throw new ArgumentException($"unknown input {family}");
            }
        }
    }

    public static ulong SplitMix(long i)
    {
        var x = (ulong)i + 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    static long Logu(long i) => (long)Math.Floor(Math.Exp((SplitMix(i) >> 11) * Math.Pow(2, -53) * Math.Log(100000))) - 1;

    [GeneratedRegex(@"^(\w+|item-<logu>)\[(\d+),(\d+)\)$")]
    private static partial Regex Range();
}

using System.Text.RegularExpressions;
using Millrace.Functions.Scalar;

namespace Millrace.Tests.Functions.Scalar;

public sealed class SimplePatternTests
{
    [Theory]
    [InlineData("^[0-9]{6}$")]
    [InlineData("abc")]
    [InlineData("^a*b")]
    [InlineData("[^a-z]{2,5}x")]
    [InlineData("^\\d+\\.$")]
    [InlineData("")]
    public void Simple(string pattern) => Assert.True(SimplePattern.Is(pattern));

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("a|b")]
    [InlineData("a*b")]
    [InlineData("^a*a*b")]
    [InlineData("a?a?")]
    [InlineData("x{1,}")]
    [InlineData("a{0,9999}")]
    [InlineData("^a+?")]
    [InlineData("\\bword")]
    [InlineData("(.)\\1")]
    [InlineData("[a-z-[aeiou]]")]
    [InlineData("[a")]
    [InlineData("a{")]
    [InlineData("\\")]
    public void Not_simple(string pattern) => Assert.False(SimplePattern.Is(pattern));

    [Fact]
    public void Both_engines_match_the_same_texts()
    {
        const int seed = 20261125;
        var random = new Random(seed);
        var atoms = new[] { "a", "b", ".", "[ab]", "[^a]", "\\d", "\\.", "1", "^", "$" };
        var repeats = new[] { "", "", "", "", "{2}", "{1,3}", "?", "*", "+" };
        var simple = 0;
        for (var round = 0; round < 3_000; round++)
        {
            var pattern = string.Concat(Enumerable.Range(0, random.Next(1, 6)).Select(_ => atoms[random.Next(atoms.Length)] + repeats[random.Next(repeats.Length)]));
            if (!SimplePattern.Is(pattern)) continue;
            var text = string.Concat(Enumerable.Range(0, random.Next(0, 12)).Select(_ => "ab1. "[random.Next(5)]));
            // Where they match is not compared: of '\.?[ab]' in '.  a..a' .NET 10's engine without backtracking misses the first match.
            bool plain, safe;
            try
            {
                plain = Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant);
                safe = Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
            }
            catch (ArgumentException)
            {
                continue; // '^*' is no pattern for either
            }
            Assert.True(plain == safe, $"seed {seed}: '{pattern}' on '{text}'");
            simple++;
        }
        Assert.True(simple > 500);
    }
}

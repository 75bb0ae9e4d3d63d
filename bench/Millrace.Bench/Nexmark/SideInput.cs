using System.Globalization;

namespace Millrace.Bench.Nexmark;

/// <summary>The static table of q13: 10,000 numbers and their texts.</summary>
static class SideInput
{
    /// <summary>As CSV with a header.</summary>
    public static IEnumerable<string> Lines => Enumerable.Range(0, 10_000).Select(static i => string.Create(CultureInfo.InvariantCulture, $"{i},{i}")).Prepend("key,value");
}

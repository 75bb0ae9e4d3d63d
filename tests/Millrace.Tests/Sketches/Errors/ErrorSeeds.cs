using System.Globalization;

namespace Millrace.Tests.Sketches.Errors;

/// <summary>How many streams an error is measured over: few in a test run, 200 and more by ./bench/sketch-errors.</summary>
static class ErrorSeeds
{
    public static int Count { get; } = Environment.GetEnvironmentVariable("MILLRACE_SKETCH_SEEDS") is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : 40;
}

using Millrace.Functions.Scalar;

namespace Millrace.Functions;

/// <summary>The built-in scalar functions: one line each family.</summary>
public static class Scalars
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ScalarFunction> All { get; } =
    [
        // Operators
        new Add(), new Subtract(), new Multiply(), new Divide(), new Remainder(), new Negate(),
        new Equal(), new NotEqual(), new Less(), new LessOrEqual(), new Greater(), new GreaterOrEqual(), new InList(),
        new Concatenate(),
        // Text
        .. LetterCase.All, .. Lengths.All, .. Trim.All, .. Substring.All, .. Pad.All, .. Replace.All,
        new Concat(), new ConcatWithSeparator(), new Like(), new InsensitiveLike(), .. RegularExpressions.All, .. Codes.All,
        .. Json.All, .. Urls.All, .. Likeness.All, new Format(),
        // Numbers
        new Absolute(), new Sign(), new Round(), new Truncate(), new Floor(), new Ceiling(), .. Elementary.All, .. Integers.All, .. Geo.All, .. NumberTexts.All,
        // Times
        .. TimeFields.All, .. Times.All, .. FieldShortcuts.All, .. TimeSteps.All,
        // Sketches
        .. DistinctImages.All, .. QuantileImages.All, .. FrequentImages.All, .. BloomImages.All,
        // Conditional
        new Greatest(), new Least(),
    ];
}

namespace Millrace.Learning.Trees;

/// <summary>A question on a row's way down a tree, and its answer.</summary>
/// <param name="Column">The column that is asked about.</param>
/// <param name="IsCategory">Whether it holds codes of categories.</param>
/// <param name="Bound">The bound of a number (is it at most this?), or the code (is it this one?); NaN where each code has a way of its own.</param>
/// <param name="Child">The way that the row takes: 0 for yes, 1 for no, or its code.</param>
/// <param name="Gain">Bits that the question told about the class when it was added.</param>
public readonly record struct TreeQuestion(int Column, bool IsCategory, double Bound, int Child, double Gain);

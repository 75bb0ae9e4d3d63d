namespace Millrace.Sketches.Quantiles;

/// <summary>A quantile with the items between which the true one lies.</summary>
/// <typeparam name="T">Type of the items.</typeparam>
/// <param name="Value">The item at the rank that was asked for.</param>
/// <param name="Lower">The item at the lower bound of that rank.</param>
/// <param name="Upper">The item at the upper bound of that rank.</param>
public readonly record struct QuantileBounds<T>(T Value, T Lower, T Upper);

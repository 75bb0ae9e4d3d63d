using Millrace.Time;

namespace Millrace.Quality;

/// <summary>One late row as an example of the others: rows that ON LATE DROP takes away can be looked at so.</summary>
/// <param name="View">The view it was late for.</param>
/// <param name="WindowEnd">End of the window that had closed.</param>
/// <param name="Watermark">How far time was when it came.</param>
/// <param name="Row">Its columns as the view reads them, masked ones masked: <c>device = a, value = 9</c>.</param>
public sealed record LateSample(string View, Timestamp WindowEnd, Timestamp Watermark, string Row);

namespace Millrace.EndToEnd;

/// <summary>A server-sent event.</summary>
/// <param name="Kind">snapshot, delta or end.</param>
/// <param name="Id">What a reader that comes back names.</param>
/// <param name="Version">The version that it brings its reader to.</param>
sealed record Event(string Kind, string Id, long Version);

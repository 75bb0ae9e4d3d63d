namespace Millrace.Server;

/// <summary>A request cannot be answered; becomes a problem document (RFC 9457).</summary>
/// <param name="status">HTTP status.</param>
/// <param name="detail">What was found, what was expected, where, and what to do.</param>
sealed class RequestProblem(int status, string detail) : Exception(detail)
{
    public int Status { get; } = status;

    /// <summary>When to try again, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Findings about an SQL text, or null.</summary>
    public IReadOnlyList<DiagnosticAnswer>? Diagnostics { get; init; }
}

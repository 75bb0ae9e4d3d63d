namespace Millrace.Server;

/// <summary>What an ad-hoc query may take.</summary>
static class QueryLimits
{
    public static readonly TimeSpan Time = TimeSpan.FromSeconds(10);

    public static RequestProblem TooSlow() =>
        new(408, $"The query took more than {Time.TotalSeconds:F0} seconds. Read fewer rows, or write a materialized view that keeps the answer.");
}

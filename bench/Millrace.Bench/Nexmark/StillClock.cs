namespace Millrace.Bench.Nexmark;

/// <summary>A clock whose time of day stands still at the start of 2026, for questions on the machine's time; waiting works as ever.</summary>
sealed class StillClock : TimeProvider
{
    /// <summary>The one.</summary>
    public static StillClock Instance { get; } = new();

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
}

namespace Millrace.EndToEnd;

/// <summary>Waits for what another process does.</summary>
static class Until
{
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2); // against a hang only

    /// <summary>Asks again and again until it is so; fails with what was awaited.</summary>
    public static async Task TrueAsync(Func<Task<bool>> isSo, string what)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (!await isSo())
        {
            Assert.False(patience.IsCancellationRequested, $"In vain it was awaited that {what}.");
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }
}

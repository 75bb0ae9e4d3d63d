namespace Millrace.Server.Changes;

/// <summary>The bytes of one event, made once and written to every reader that needs it. Counted by the hub from the first holder to the last.</summary>
sealed class EventPayload : IDisposable
{
    readonly CancellationTokenSource _dropped = new();
    readonly Lazy<(long Version, byte[] Data)> _content;

    public EventPayload(string kind, Func<(long Version, byte[] Data)> make) => (Kind, _content) = (kind, new(make));

    /// <summary>snapshot or delta.</summary>
    public string Kind { get; }

    /// <summary>The version that it brings a reader to.</summary>
    public long Version => _content.Value.Version;

    /// <summary>Its JSON, less the opening bracket.</summary>
    public ReadOnlyMemory<byte> Data => _content.Value.Data;

    /// <summary>Whether its bytes are there yet.</summary>
    public bool IsMade => _content.IsValueCreated;

    /// <summary>The cache and the readers that are writing it; guarded by the hub's lock.</summary>
    public int Holders { get; set; }

    /// <summary>Bytes that the hub has counted for it; guarded by the hub's lock.</summary>
    public long Counted { get; set; }

    /// <summary>Cancelled when its readers take too long while memory is short.</summary>
    public CancellationToken Dropped => _dropped.Token;

    /// <summary>Lets its readers go.</summary>
    public void Drop() => _ = _dropped.CancelAsync();

    public void Dispose() => _dropped.Dispose();
}

using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Server.Changes;

/// <summary>What is known of the changes of one view; guarded by the hub's lock.</summary>
/// <param name="table">Its table.</param>
/// <param name="isAppend">Whether its rows are only added.</param>
sealed class ViewFeed(TableDefinition table, bool isAppend)
{
    public TableDefinition Table { get; } = table;
    public string Name => Table.Name;
    public bool IsAppend { get; } = isAppend;

    /// <summary>All columns, hidden ones included: readers need them as keys.</summary>
    public int[] Columns { get; } = RowJson.All(table.Schema);
    public int[] KeyColumns { get; } = [.. table.Key];

    /// <summary>Recent commits that changed it, oldest first.</summary>
    public Queue<ViewDelta> Recent { get; } = new();

    /// <summary>All changes after this version are in <see cref="Recent"/>.</summary>
    public long Floor { get; set; }

    /// <summary>The last commit that changed its rows.</summary>
    public long LastChange { get; set; }

    /// <summary>The version that readers are brought to.</summary>
    public long Target { get; set; }

    /// <summary>How far event time has come.</summary>
    public Frontier Frontier { get; set; } = Frontier.Start;

    /// <summary>The frontier at <see cref="Target"/>, and when it was told.</summary>
    public Frontier ToldFrontier { get; set; } = Frontier.Start;
    public long ToldAt { get; set; }

    public int Readers { get; set; }
    public long LastLeftAt { get; set; }
    public bool WasRead { get; set; }

    /// <summary>Events to the present target: deltas by the version they start from (limit -1), snapshots (from -1) by their limit.</summary>
    public Dictionary<(long From, int Limit), EventPayload> Events { get; } = [];
}

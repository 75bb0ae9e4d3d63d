using Millrace.Data;
using Millrace.Stores;

namespace Millrace.Quality;

/// <summary>The rows that one lane sets aside between two commits: dead letters and late rows.</summary>
sealed class SetAsideRows(int lane, IEnumerable<TableDefinition> lateTables, MemoryAccountant memory, TimeProvider clock) : IDisposable
{
    readonly Dictionary<string, LateTableWriter> _late = lateTables.ToDictionary(t => t.Name, t => new LateTableWriter(t, memory), StringComparer.Ordinal);

    /// <summary>The lane.</summary>
    public int Lane { get; } = lane;

    /// <summary>Dead letters.</summary>
    public DeadLetterWriter DeadLetters { get; } = new(memory, clock);

    /// <summary>The writer of a late table.</summary>
    public LateTableWriter Late(string table) => _late[table];

    /// <summary>Hands over what was written, by table.</summary>
    public List<(TableDefinition Table, List<Batch> Batches)> Take()
    {
        var taken = new List<(TableDefinition, List<Batch>)>();
        foreach (var writer in _late.Values)
            if (writer.Take() is { Count: > 0 } rows) taken.Add((writer.Table, rows));
        if (DeadLetters.Take() is { Count: > 0 } letters) taken.Add((Quality.DeadLetters.Table, letters));
        return taken;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var writer in _late.Values) writer.Dispose();
        DeadLetters.Dispose();
    }
}

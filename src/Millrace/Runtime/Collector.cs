using Millrace.Data;
using Millrace.State.Spilling;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>The end of a chain: keeps what arrived since the last barrier for one reader.</summary>
/// <remarks>
/// Windows that close one by one come as batches of a few rows, each with columns that have room for thousands: those are put together, or a
/// commit of small windows would hold a hundred times the memory that its rows need.
/// </remarks>
sealed class Collector : Target
{
    /// <summary>Fewer batches are not worth the way to disk.</summary>
    const int SpillBatches = 16;

    List<Batch> _batches = [];
    SpilledRows? _spilled;
    Batch? _gathered; // the last of _batches, if rows may be appended to it

    /// <summary>Batches that have room; more are taken all the same.</summary>
    public int RoomBatches { get; init; } = int.MaxValue;

    /// <summary>Where rows go that have no room in memory until they are committed; null where they have to stay. Rows that are only added may change their order.</summary>
    public SpillFolder? Spill { get; init; }

    public override bool IsBlocked => _batches.Count >= RoomBatches;

    /// <summary>Whether it keeps any rows.</summary>
    public bool HasRows => _batches.Count > 0;

    /// <summary>How far time has come here.</summary>
    public Frontier Frontier { get; private set; } = Frontier.Start;

    /// <summary>Whether nothing is known of time here for now.</summary>
    public bool IsIdle { get; private set; }

    public override void OnBatch(Batch batch)
    {
        Keep(batch);
        if (Spill is null || _batches.Count < SpillBatches || !Spill.IsDueForResults(batch.Home)) return;
        _spilled ??= new(Spill);
        foreach (var kept in _batches)
        {
            _spilled.Add(kept);
            kept.Release();
        }
        _gathered = null;
        _batches.Clear();
    }

    void Keep(Batch batch)
    {
        var room = batch.Home.BatchRows;
        if (batch.RowCount <= room / 4)
        {
            if (_gathered is null || _gathered.RowCount + batch.RowCount > room)
            {
                _gathered = batch.Home.RentBatch(batch.Schema);
                foreach (var column in batch.Columns) _gathered.Add(batch.Home.Rent(column.Type));
                _batches.Add(_gathered);
            }
            _gathered.Append(batch);
            return;
        }
        _gathered = null;
        if (batch.Origin is null && batch.Watermarks is null)
        {
            _batches.Add(batch.Retain());
            return;
        }
        // Origins hold on to raw bytes, which nobody asks for past this point.
        var bare = batch.Home.RentBatch(batch.Schema);
        for (var i = 0; i < batch.Columns.Count; i++) bare.Add(batch[i].Retain());
        bare.Weights = (Column<int>?)batch.Weights?.Retain();
        bare.RowCount = batch.RowCount;
        _batches.Add(bare);
    }

    public override void OnFrontier(Frontier frontier) => Frontier = frontier;

    public override void OnIdle(bool isIdle) => IsIdle = isIdle;

    /// <summary>Hands over what was kept, and takes an empty list in its place.</summary>
    public List<Batch> Take(List<Batch> empty)
    {
        _gathered = null;
        (var taken, _batches) = (_batches, empty);
        return taken;
    }

    /// <summary>Hands over what had no room in memory, or null.</summary>
    public SpilledRows? TakeSpilled()
    {
        (var taken, _spilled) = (_spilled, null);
        return taken;
    }

    /// <summary>Releases what is left, at the end of a run.</summary>
    public void Clear()
    {
        _gathered = null;
        foreach (var batch in _batches) batch.Release();
        _batches.Clear();
        TakeSpilled()?.Release();
    }
}

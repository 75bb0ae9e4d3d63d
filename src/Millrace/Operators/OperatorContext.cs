using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State.Spilling;

namespace Millrace.Operators;

/// <summary>What an operator is told when it is made: one for each place where it runs (a lane, a partition).</summary>
/// <param name="Memory">Where batches and columns come from.</param>
/// <param name="Owner">The account that its state is charged to.</param>
/// <param name="Reports">Where it says what it set aside.</param>
/// <param name="Demand">The ports that somebody reads, see <see cref="Ports"/>; what nobody reads is not computed.</param>
/// <param name="Lane">The lane it runs on.</param>
/// <param name="Lanes">How many lanes share the key groups.</param>
public sealed record OperatorContext(MemoryAccountant Memory, MemoryOwner Owner, IReports Reports, Demand Demand = Demand.Changes, int Lane = 0, int Lanes = 1)
{
    /// <summary>For each column that the operator gives whether anybody above reads it; null = all. The others need not be copied.</summary>
    public IReadOnlyList<bool>? Used { get; init; }

    /// <summary>The same for each of <see cref="Ports"/> by itself; empty = as <see cref="Used"/> says.</summary>
    internal IReadOnlyList<IReadOnlyList<bool>> UsedByPort { get; init; } = [];

    /// <summary>Where state goes that has no room in memory; null where it has to stay there.</summary>
    internal SpillFolder? Spill { get; init; }

    /// <summary>Whether anybody who reads a port reads a column of it.</summary>
    internal bool IsUsed(int port, int column) => UsedByPort.Count > 0 ? UsedByPort[port][column] : Used is null || Used[column];

    /// <summary>A hash that this lane owns: for what it keeps that belongs to no key and may go on in any lane.</summary>
    internal ulong OwnHash => (ulong)((Lane * Hash64.KeyGroups + Lanes - 1) / Lanes) << 56;

    /// <summary>Whether rows of a key group come to this lane.</summary>
    public bool Owns(int keyGroup) => Hash64.LaneOf(keyGroup, Lanes) == Lane;
}

/// <summary>
/// The ports of operators with state: EMIT belongs to the reader of a view, so one operator speaks to all kinds of reader at once. The plan above it up to its readers
/// is stateless (filters, projections) and stands once for each port that is read. Operators without state have port 0 only.
/// </summary>
public static class Ports
{
    /// <summary>Changes: at each barrier, once for every key that changed since the last: -1 the row told before, +1 the row that holds now.</summary>
    public const int Changes = 0;
    /// <summary>On window close: a row when the closed frontier passes its window, and changes of it at each barrier afterwards until it is final.</summary>
    public const int OnClose = 1;
    /// <summary>Final: a row once, when the final frontier has passed it and nothing can change it.</summary>
    public const int Final = 2;

    /// <summary>How many there are.</summary>
    internal const int Count = 3;
}

/// <summary>The set of <see cref="Ports"/> that are read.</summary>
[Flags]
public enum Demand
{
    /// <summary>Nobody reads.</summary>
    None = 0,
    /// <summary><see cref="Ports.Changes"/>.</summary>
    Changes = 1,
    /// <summary><see cref="Ports.OnClose"/>.</summary>
    OnClose = 2,
    /// <summary><see cref="Ports.Final"/>.</summary>
    Final = 4,
}

/// <summary>Where operators report rows that do not go on. Implemented by the runtime: it counts them, keeps them in <c>dead_letters</c> or a late table, or stops the pipeline.</summary>
/// <remarks>Called on the operator's thread. The batch is not released by the call.</remarks>
public interface IReports
{
    /// <summary>What happens to rows whose expressions fail: with <see cref="BadData.Null"/> a projection gives NULL and the row goes on, otherwise the row is left out.</summary>
    BadData BadData { get; }

    /// <summary>Rows whose expression failed (overflow, division by zero, a cast). With <see cref="BadData.Fail"/> this throws.</summary>
    void Failed(Batch batch, RowErrors errors);

    /// <summary>What a constraint found in one batch.</summary>
    void Checked(Constraint constraint, string on, long seen, long violated, long acted);

    /// <summary>Rows that a constraint with QUARANTINE set aside; with FAIL this throws.</summary>
    void SetAside(Batch batch, ReadOnlySpan<int> rows, Constraint constraint, string on);

    /// <summary>Rows that came too late for a window (or for a key of a DISTINCT ON).</summary>
    /// <param name="batch">The rows with their origin.</param>
    /// <param name="rows">Indexes of the late rows; a row that is late for several windows stands here once for each.</param>
    /// <param name="windowEnds">For each its window's end.</param>
    /// <param name="watermarks">For each the final frontier that it was behind.</param>
    /// <param name="view">The view that it missed.</param>
    void Late(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<long> windowEnds, ReadOnlySpan<long> watermarks, string view);

    /// <summary>Rows that DISTINCT or DISTINCT ON dropped.</summary>
    void Duplicates(long rows);

    /// <summary>Rows whose event time is NULL, which fall in no window.</summary>
    void Timeless(long rows, string view);
}

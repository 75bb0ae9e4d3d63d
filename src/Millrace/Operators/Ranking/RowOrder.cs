using Millrace.Data;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Ranking;

/// <summary>The order of rows that are kept by slot: that of ORDER BY, then that of whole rows, column by column. Rows that are equal in it are equal.</summary>
sealed class RowOrder : IDisposable
{
    readonly SortKey[] _order;
    readonly SlotColumn[] _orderColumns, _columns;
    readonly MemoryOwner _owner;
    ulong[] _leads = [];

    public RowOrder(IReadOnlyList<SortKey> order, RowSlots rows, int columns, MemoryOwner owner)
    {
        (_order, _owner) = ([.. order], owner);
        _orderColumns = [.. order.Select(o => rows[o.Column])];
        _columns = [.. Enumerable.Range(0, columns).Select(c => rows[c])];
    }

    /// <summary>Makes room for slots 0 to count - 1.</summary>
    public void EnsureSlots(int count)
    {
        if (count <= _leads.Length) return;
        var length = Math.Max(count, Math.Max(16, _leads.Length * 2));
        _owner.Charge(8L * (length - _leads.Length));
        Array.Resize(ref _leads, length);
    }

    /// <summary>Sets a slot's <see cref="LeadingKey"/>.</summary>
    public void SetLead(int slot, ulong lead) => _leads[slot] = lead;

    /// <summary>A slot's <see cref="LeadingKey"/>.</summary>
    public ulong LeadOf(int slot) => _leads[slot];

    /// <summary>The order of two rows; 0 where they are equal in all columns.</summary>
    public int Compare(int a, int b)
    {
        var (left, right) = (_leads[a], _leads[b]);
        if (left != right) return left < right ? -1 : 1;
        var result = CompareKeys(a, b);
        for (var i = 0; result == 0 && i < _columns.Length; i++) result = _columns[i].Compare(a, b);
        return result;
    }

    /// <summary>Whether ORDER BY does not tell two rows apart.</summary>
    public bool ArePeers(int a, int b) => _leads[a] == _leads[b] && CompareKeys(a, b) == 0;

    int CompareKeys(int a, int b)
    {
        for (var i = 0; i < _order.Length; i++)
        {
            var (column, key) = (_orderColumns[i], _order[i]);
            var result = column.Compare(a, b); // NULLs last
            if (result == 0) continue;
            if (column.IsNull(a) || column.IsNull(b)) return key.NullsFirst ? -result : result;
            return key.Descending ? -result : result;
        }
        return 0;
    }

    public void Dispose()
    {
        _owner.Charge(-8L * _leads.Length);
        _leads = [];
    }
}

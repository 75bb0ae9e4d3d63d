using Millrace.Functions;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>The state as the engine keeps it: what is kept of each partition.</summary>
sealed partial class TopNOperator
{
    public long StateRows => _rows.Count;

    public void SaveCommon(StateWriter writer)
    {
        writer.Write(_frontier);
        _partitions.SaveCommon(writer);
    }

    public void LoadCommon(ref StateReader reader)
    {
        _frontier = reader.Read<Frontier>();
        _partitions.LoadCommon(ref reader);
    }

    public void Save(StateSaver saver)
    {
        var writer = saver.Writer;
        foreach (var number in _partitions.Keys.SaveChanged(saver))
        {
            _partitions.Save(number, writer);
            SaveRows(_parts[number].Rows, writer);
            SaveRows(_parts[number].Owed, writer);
        }
    }

    void SaveRows(int root, StateWriter writer)
    {
        var counted = writer.Length;
        var count = 0;
        writer.Write(0);
        for (var walk = _trees.Begin(root); walk.Next(); count++)
        {
            writer.Write(_order.LeadOf(walk.Slot));
            _rows.Save(walk.Slot, writer);
        }
        writer.Patch(counted, count);
    }

    public void Load(long part, ref StateReader reader)
    {
        var number = _partitions.Load(ref reader);
        Grow();
        _parts[number] = default;
        _parts[number].Count = LoadRows(ref _parts[number].Rows, isKept: true, ref reader);
        LoadRows(ref _parts[number].Owed, isKept: false, ref reader);
        // A state is saved when everything is told: what shows now was told as it is.
        Show(number);
        foreach (var (slot, rank) in _shown) _places[slot].Told = rank;
        for (var i = _shown.Count - 1; i >= 0; i--) (_places[_shown[i].Slot].NextTold, _parts[number].Told) = (_parts[number].Told, _shown[i].Slot + 1);
    }

    int LoadRows(ref int root, bool isKept, ref StateReader reader)
    {
        var count = reader.Read<int>();
        for (var i = 0; i < count; i++)
        {
            var lead = reader.Read<ulong>();
            var slot = _rows.Load(ref reader);
            GrowSlots();
            _places[slot] = new() { IsKept = isKept };
            _order.SetLead(slot, lead);
            _trees.Add(ref root, slot);
        }
        return count;
    }
}

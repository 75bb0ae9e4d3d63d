using Millrace.Functions;
using Millrace.State;
using Millrace.Operators.Frames;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>The state as the engine keeps it: what is kept of each partition, and the rows that wait.</summary>
sealed partial class OverOperator
{
    public long StateRows => _rows.Count;
    public void SaveCommon(StateWriter writer) => writer.Write(_frontier);
    public void LoadCommon(ref StateReader reader) => _frontier = reader.Read<Frontier>();

    public void Save(StateSaver saver)
    {
        if (_waiting is null)
        {
            _waiting = [];
            foreach (var row in _pending.All())
            {
                if (!_waiting.TryGetValue(_partOf[row.Slot], out var rows)) _waiting[_partOf[row.Slot]] = rows = [];
                rows.Add(row);
            }
        }
        var writer = saver.Writer;
        foreach (var number in _keys.SaveChanged(saver))
        {
            SaveChain(number, writer);
            _out.Save(number, writer);
            var waiting = _waiting.GetValueOrDefault(number) ?? [];
            writer.Write(waiting.Count);
            foreach (var (time, slot) in waiting)
            {
                writer.Write(time);
                writer.Write(_order.LeadOf(slot));
                writer.Write(_chains[slot].Value);
                _rows.Save(slot, writer);
            }
        }
    }

    void SaveChain(int number, StateWriter writer)
    {
        ref var part = ref _chains.PartOf(number);
        writer.Write(part.Rows);
        writer.Write(part.Groups);
        writer.Write(part.LastTime);
        writer.Write(part.IsQueued);
        writer.Write(part.Todo == 0 ? -1 : _chains[part.Todo - 1].Number);
        var counted = writer.Length;
        var count = 0;
        writer.Write(0);
        for (var row = part.First; row != 0; row = _chains[row - 1].Next, count++)
        {
            ref var link = ref _chains[row - 1];
            writer.Write(link.Number);
            writer.Write(link.Group);
            writer.Write(link.FirstPeer);
            writer.Write(link.Value);
            _rows.Save(row - 1, writer);
        }
        writer.Patch(counted, count);
    }

    public void Load(long part, ref StateReader reader)
    {
        var number = _keys.LoadKey(ref reader);
        Begin(number);
        LoadChain(number, ref reader);
        _out.Load(number, GrowSlots, ref reader);
        for (var waiting = reader.Read<int>(); waiting > 0; waiting--)
        {
            var (time, lead, value) = (reader.Read<long>(), reader.Read<ulong>(), reader.Read<long>());
            var slot = _rows.Load(ref reader);
            GrowSlots();
            _order.SetLead(slot, lead);
            _partOf[slot] = number;
            _chains[slot].Value = value;
            _chains.PartOf(number).Pending++;
            _pending.Add(slot, time);
        }
    }

    void LoadChain(int number, ref StateReader reader)
    {
        var (rows, groups, lastTime, isQueued, todo) = (reader.Read<long>(), reader.Read<long>(), reader.Read<long>(), reader.Read<bool>(), reader.Read<long>());
        var (first, last, todoRow) = (0, 0, 0);
        for (var count = reader.Read<int>(); count > 0; count--)
        {
            Chains.Link link = new() { Number = reader.Read<long>(), Group = reader.Read<long>(), FirstPeer = reader.Read<long>(), Value = reader.Read<long>() };
            var slot = _rows.Load(ref reader);
            GrowSlots();
            _chains[slot] = link;
            if (last != 0) _chains[last - 1].Next = slot + 1;
            else first = slot + 1;
            last = slot + 1;
            if (link.Number == todo) todoRow = slot + 1;
        }
        _chains.PartOf(number) = new() { First = first, Last = last, Todo = todoRow, Rows = rows, Groups = groups, LastTime = lastTime, IsQueued = isQueued };
        if (isQueued) _forgetting.Enqueue(number, PassesAt(lastTime));
    }
}

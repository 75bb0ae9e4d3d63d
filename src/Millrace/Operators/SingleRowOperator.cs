using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.Quality;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Counts the rows of each key; more than one at a barrier or at the end is an error. In between there may be more: the new row may come before the old one goes.</summary>
sealed class SingleRowOperator : IOperator, IStateful
{
    readonly SingleRow _node;
    readonly OperatorContext _context;
    readonly KeyedTable _keys;
    readonly int[] _numbers;
    long[] _counts = [];
    long _held, _tooMany;

    public SingleRowOperator(SingleRow node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        _keys = new([.. node.Keys.Select(k => node.Schema[k].Type)], context.Memory, context.Owner);
        _numbers = new int[context.Memory.BatchRows];
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        var numbers = _numbers.AsSpan(0, batch.RowCount);
        _keys.Find(batch, _node.Keys, [], numbers);
        Grow();
        for (var row = 0; row < numbers.Length; row++) Add(numbers[row], batch.Weights is null ? 1 : batch.Weights[row]);
        output.Push(batch.Retain());
    }

    void Add(int key, long weight)
    {
        var (before, after) = (_counts[key], _counts[key] + weight);
        _counts[key] = after;
        _keys.MarkChanged(key);
        if (before > 1 != after > 1) _tooMany += after > 1 ? 1 : -1;
        if (before == 0 && after != 0)
        {
            _keys.Hold(key);
            _held++;
        }
        else if (before != 0 && after == 0)
        {
            _keys.Release(key);
            _held--;
        }
    }

    void Grow()
    {
        if (_counts.Length >= _keys.Limit) return;
        var length = Math.Max(_keys.Limit, _counts.Length * 2);
        _context.Owner.Charge(8L * (length - _counts.Length));
        Array.Resize(ref _counts, length);
    }

    public void OnBarrier(long epoch, IOutput output)
    {
        Check();
        _keys.SweepIfDue();
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        if (frontier == Frontier.End) Check();
        output.Advance(frontier);
    }

    void Check()
    {
        if (_tooMany > 0)
            throw new BadDataException($"The query {_node.Query} stands for one value and has more than one row. Use an aggregate such as MAX, or a condition that leaves one row.");
    }

    public void Dispose()
    {
        _keys.Dispose();
        _context.Owner.Charge(-8L * _counts.Length);
        _counts = [];
    }

    public long StateRows => _held;
    public void SaveCommon(StateWriter writer) { }
    public void LoadCommon(ref StateReader reader) { }

    public void Save(StateSaver saver)
    {
        var writer = saver.Writer;
        foreach (var key in _keys.SaveChanged(saver))
        {
            writer.Write(_counts[key]);
        }
    }

    public void Load(long part, ref StateReader reader)
    {
        var key = _keys.LoadKey(ref reader);
        Grow();
        _counts[key] = 0;
        Add(key, reader.Read<long>());
    }
}

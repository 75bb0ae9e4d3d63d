using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Constant rows. They are emitted before the first frontier, which for a node without inputs is the end of time.</summary>
sealed class ValuesOperator(Values node, OperatorContext context) : IOperator, IStateful
{
    int _next;
    Frontier? _after;

    public void OnBatch(int input, Batch batch, IOutput output) => throw new InvalidOperationException("VALUES has no input.");

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        _after = frontier;
        Resume(output);
    }

    public bool Resume(IOutput output)
    {
        while (_next < node.Rows.Length)
        {
            var count = Math.Min(context.Memory.BatchRows, node.Rows.Length - _next);
            output.Push(Make(_next, count));
            _next += count;
            if (output.IsFull && _next < node.Rows.Length) return true;
        }
        if (_after is { } frontier) output.Advance(frontier);
        _after = null;
        return false;
    }

    Batch Make(int start, int count)
    {
        var batch = context.Memory.RentBatch(node.Schema);
        batch.RowCount = count;
        for (var c = 0; c < node.Schema.Count; c++)
        {
            var column = context.Memory.Rent(node.Schema[c].Type);
            for (var i = 0; i < count; i++) Append(column, (Literal)node.Rows[start + i][c]);
            batch.Add(column);
        }
        return batch;
    }

    public long StateRows => 0;
    public void SaveCommon(StateWriter writer) => writer.Write(_next);
    public void LoadCommon(ref StateReader reader) => _next = reader.Read<int>();
    public void Save(StateSaver saver) { }
    public void Load(long part, ref StateReader reader) { }

    static void Append(Column column, Literal literal)
    {
        if (literal.Value is null)
        {
            column.AppendNull();
            return;
        }
        switch (column)
        {
            case Column<byte> c: c.Append(Literals.Value<byte>(literal)); break;
            case Column<int> c: c.Append(Literals.Value<int>(literal)); break;
            case Column<long> c: c.Append(Literals.Value<long>(literal)); break;
            case Column<double> c: c.Append(Literals.Value<double>(literal)); break;
            case Column<Int128> c: c.Append(Literals.Value<Int128>(literal)); break;
            case Column<Interval> c: c.Append(Literals.Value<Interval>(literal)); break;
            default: ((TextColumn)column).Append(Literals.Bytes(literal)); break;
        }
    }
}

using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Operators;

/// <summary>Gives each row once for every row that a table function makes of it, with its weight. A row that makes many is told in batches, between which others may be served.</summary>
/// <remarks>Rows whose arguments cannot be computed are reported and left out; with bad_data = 'null' they count as rows of which nothing is made.</remarks>
sealed class UnnestOperator : IOperator
{
    readonly Unnest _node;
    readonly OperatorContext _context;
    readonly Evaluator _evaluator;
    readonly ITableKernel _kernel;
    readonly RowErrors _errors;
    readonly Column[] _arguments, _made; // _made: the function's columns, then the ordinality
    readonly int[] _rows;
    Batch? _batch; // while not all of it is told
    int _row, _count;
    long _ordinal;
    bool _isInRow;

    public UnnestOperator(Unnest node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        _evaluator = Evaluator.Compile(node.Arguments, context.Memory);
        _kernel = node.Function.Compile(node.Signature, [.. node.Arguments.Select(a => a as Literal)]);
        _errors = new(context.Memory.BatchRows);
        _arguments = new Column[node.Arguments.Length];
        _made = new Column[node.Schema.Count - node.Input.Schema.Count];
        _rows = new int[context.Memory.BatchRows];
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        Finish(output);
        if (batch.RowCount == 0) return;
        _batch = batch.Retain();
        (_row, _isInRow) = (0, false);
        _errors.Clear();
        _evaluator.Evaluate(batch, _errors, _arguments);
        Resume(output);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        Finish(output);
        output.Advance(frontier);
    }

    public void OnBarrier(long epoch, IOutput output) => Finish(output);

    public bool Resume(IOutput output)
    {
        if (_batch is not { } batch) return false;
        while (_row < batch.RowCount)
        {
            Start();
            if (!_isInRow && !Begin(_row)) _row++;
            else MakeRows();
            if (_count < _rows.Length) continue;
            Emit(batch, output);
            if (output.IsFull) return true;
        }
        Emit(batch, output);
        if (_errors.Any) _context.Reports.Failed(batch, _errors);
        Drop();
        return false;
    }

    /// <summary>Begins with a row.</summary>
    /// <returns>Whether the function may make rows of it.</returns>
    bool Begin(int row)
    {
        var isKnown = !_errors.Has(row);
        foreach (var argument in _arguments) isKnown &= !argument.IsNull(row);
        if (isKnown)
        {
            if (_kernel.Begin(_arguments, row) is not { } error)
            {
                (_isInRow, _ordinal) = (true, 0);
                return true;
            }
            _errors.Report(row, error);
        }
        if (_node.IsLeft && (!_errors.Has(row) || _context.Reports.BadData == BadData.Null)) AddNulls(row);
        return false;
    }

    void MakeRows()
    {
        var room = _rows.Length - _count;
        var made = _kernel.Append(_made.AsSpan(0, _node.Signature.Columns.Length), room);
        _rows.AsSpan(_count, made).Fill(_row);
        if (_node.HasOrdinality)
        {
            var numbers = (Column<long>)_made[^1];
            for (var i = 1; i <= made; i++) numbers.Append(_ordinal + i);
        }
        _ordinal += made;
        _count += made;
        if (made == room) return;
        if (_ordinal == 0 && _node.IsLeft) AddNulls(_row);
        _isInRow = false;
        _row++;
    }

    void AddNulls(int row)
    {
        foreach (var column in _made) column.AppendNull();
        _rows[_count++] = row;
    }

    void Start()
    {
        if (_made[0] is not null) return;
        for (var i = 0; i < _made.Length; i++) _made[i] = _context.Memory.Rent(_node.Schema[_node.Input.Schema.Count + i].Type);
    }

    void Emit(Batch batch, IOutput output)
    {
        if (_count == 0)
        {
            GiveBack();
            return;
        }
        var rows = _rows.AsSpan(0, _count);
        var told = _context.Memory.RentBatch(_node.Schema);
        told.RowCount = _count;
        for (var c = 0; c < batch.Columns.Count; c++)
            told.Add(_context.Used is { } used && !used[c] ? _context.Memory.RentNulls(batch[c].Type, _count) : batch[c].Gather(rows));
        foreach (var column in _made) told.Add(column);
        told.GatherBesides(batch, rows);
        _made.AsSpan().Clear();
        _count = 0;
        output.Push(told);
    }

    void GiveBack()
    {
        foreach (var column in _made) column?.Release();
        _made.AsSpan().Clear();
    }

    void Finish(IOutput output)
    {
        while (_batch is not null) Resume(output);
    }

    void Drop()
    {
        GiveBack();
        foreach (var column in _arguments) column.Release();
        _arguments.AsSpan().Clear();
        _batch!.Release();
        _batch = null;
    }

    public void Dispose()
    {
        if (_batch is not null) Drop();
        _evaluator.Dispose();
    }
}

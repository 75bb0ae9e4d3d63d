using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Operators;

/// <summary>Computes columns. A column that is only passed on is shared, not copied.</summary>
/// <remarks>Rows in which an expression fails are reported; with bad_data = 'null' they go on with NULL in its place, otherwise they are left out.</remarks>
sealed class ProjectOperator(Project node, OperatorContext context) : IOperator
{
    readonly Evaluator _evaluator = Evaluator.Compile(node.Expressions, context.Memory);
    readonly Column[] _results = new Column[node.Expressions.Length];
    readonly RowErrors _errors = new(context.Memory.BatchRows);
    readonly int[] _rows = new int[context.Memory.BatchRows];
    Evaluator[]? _each; // made when a row fails for the first time
    RowErrors? _own;

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        _errors.Clear();
        _evaluator.Evaluate(batch, _errors, _results);
        var projected = context.Memory.RentBatch(node.Schema);
        projected.RowCount = batch.RowCount;
        foreach (var column in _results) projected.Add(column);
        projected.ShareBesides(batch);
        _results.AsSpan().Clear();
        if (_errors.Any) projected = Mend(batch, projected);
        output.Push(projected);
    }

    public void Dispose()
    {
        _evaluator.Dispose();
        foreach (var evaluator in _each ?? []) evaluator.Dispose();
    }

    /// <summary>Reports the rows that failed and gives the batch that goes on in place of the projected one.</summary>
    Batch Mend(Batch batch, Batch projected)
    {
        var keepsRows = context.Reports.BadData == BadData.Null;
        try
        {
            context.Reports.Failed(batch, _errors);
            return keepsRows ? WithNulls(batch) : projected.Gather(_rows.AsSpan(0, Sound(batch.RowCount)));
        }
        finally
        {
            projected.Release();
        }
    }

    int Sound(int rows)
    {
        var count = 0;
        for (var i = 0; i < rows; i++)
            if (!_errors.Has(i)) _rows[count++] = i;
        return count;
    }

    /// <summary>Each expression by itself, so that only what failed is NULL.</summary>
    Batch WithNulls(Batch batch)
    {
        _each ??= [.. node.Expressions.Select(e => Evaluator.Compile(e, context.Memory))];
        _own ??= new(context.Memory.BatchRows);
        var mended = context.Memory.RentBatch(node.Schema);
        mended.RowCount = batch.RowCount;
        for (var i = 0; i < batch.RowCount; i++) _rows[i] = i;
        foreach (var evaluator in _each)
        {
            _own.Clear();
            var column = evaluator.Evaluate(batch, _own);
            if (_own.Any)
            {
                var copy = column.Gather(_rows.AsSpan(0, batch.RowCount));
                column.Release();
                column = copy;
                for (var row = 0; row < batch.RowCount; row++)
                    if (_own.Has(row)) column.SetNull(row);
            }
            mended.Add(column);
        }
        mended.ShareBesides(batch);
        return mended;
    }
}

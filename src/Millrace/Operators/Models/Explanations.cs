using System.Text;
using Millrace.Data;
using Millrace.Planning;

namespace Millrace.Operators.Models;

/// <summary>The rows that ML_EXPLAIN gives: each once for each feature.</summary>
sealed class Explanations(PredictModel node, AnswerColumns answers, MemoryAccountant memory) : IDisposable
{
    readonly byte[][] _names = [.. node.Model.Features.Select(f => Encoding.UTF8.GetBytes(node.Model.Rows.Schema[f].Name))];
    readonly int[] _rows = new int[memory.BatchRows];
    TextColumn? _features;
    Column<double>? _contributions;
    int _count;

    /// <summary>Adds one; a full batch is pushed.</summary>
    public void Add(Batch batch, int row, in Answer said, TrainedModel model, int feature, double contribution, IOutput output)
    {
        if (_features is null || _contributions is null)
        {
            answers.Begin();
            (_features, _contributions) = ((TextColumn)memory.Rent(DataType.Text), memory.Rent<double>(DataType.Double));
        }
        _rows[_count++] = row;
        answers.Add(said, model);
        _features.Append(_names[feature]);
        if (double.IsNaN(contribution)) _contributions.AppendNull();
        else _contributions.Append(contribution);
        if (_count == _rows.Length) Push(batch, output);
    }

    /// <summary>Pushes what was added of a batch.</summary>
    public void Push(Batch batch, IOutput output)
    {
        if (_features is null || _contributions is null) return;
        var result = memory.RentBatch(node.Schema);
        result.RowCount = _count;
        foreach (var column in batch.Columns) result.Add(column.Gather(_rows.AsSpan(0, _count)));
        answers.AddTo(result);
        result.Add(_features);
        result.Add(_contributions);
        (_features, _contributions, _count) = (null, null, 0);
        output.Push(result);
    }

    public void Dispose()
    {
        _features?.Release();
        _contributions?.Release();
    }
}

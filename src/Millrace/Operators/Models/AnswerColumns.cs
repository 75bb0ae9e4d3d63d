using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;

namespace Millrace.Operators.Models;

/// <summary>The columns that a model adds to a batch, filled row by row.</summary>
sealed class AnswerColumns(ModelDefinition definition, MemoryAccountant memory)
{
    readonly Column[] _columns = new Column[definition.Answers.Length];

    /// <summary>Begins with a batch.</summary>
    public void Begin()
    {
        for (var i = 0; i < _columns.Length; i++) _columns[i] = memory.Rent(definition.Answers[i].Type);
    }

    /// <summary>Appends what is said of the next row.</summary>
    public void Add(in Answer answer, TrainedModel model)
    {
        switch (definition.Kind.Answer)
        {
            case ModelAnswer.Class:
                if (answer.Label < 0) _columns[0].AppendNull();
                else model.AppendLabel(_columns[0], answer.Label);
                Append(1, answer.Value);
                break;
            case ModelAnswer.Number:
                Append(0, answer.Value);
                Append(1, answer.Lower);
                Append(2, answer.Upper);
                break;
            default:
                Append(0, answer.Value);
                if (double.IsNaN(answer.Lower)) _columns[1].AppendNull();
                else ((Column<byte>)_columns[1]).Append(answer.Value > answer.Lower ? (byte)1 : (byte)0);
                break;
        }
    }

    void Append(int column, double value)
    {
        if (double.IsNaN(value)) _columns[column].AppendNull();
        else ((Column<double>)_columns[column]).Append(value);
    }

    /// <summary>Puts the columns behind those of the batch.</summary>
    public void AddTo(Batch batch)
    {
        foreach (var column in _columns) batch.Add(column);
    }
}

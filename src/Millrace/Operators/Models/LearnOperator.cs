using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Models;

/// <summary>Lets a model say something of each row when its time has passed, then lets it learn the row.</summary>
sealed class LearnOperator : IOperator, IStateful
{
    const long ModelPart = 0, RowsPart = 1;

    readonly RowsByTime _rows;
    readonly Training _learner;
    readonly AnswerColumns _answers;
    Frontier _frontier = Frontier.Start;
    bool _advances;

    public LearnOperator(LearnModel node, OperatorContext context)
    {
        var schema = node.Input.Schema;
        _rows = new(schema, null, node.Schema, node.Model.Time, node.View, context);
        _learner = new(node.Model, schema, testsAlways: true, context);
        _answers = new(node.Model, context.Memory);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        Finish(output);
        _rows.Add(batch, _frontier);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        Finish(output);
        _frontier = frontier;
        _rows.Advance(frontier.Final);
        _advances = true;
        Resume(output);
    }

    public void OnBarrier(long epoch, IOutput output) => Finish(output);

    public bool Resume(IOutput output)
    {
        if (!_advances) return false;
        while (_rows.ReadBatch())
        {
            _learner.Read(_rows.Batch);
            _answers.Begin();
            do _answers.Add(_learner.Learn(_rows.Row), _learner.Model);
            while (_rows.NextRow());
            _answers.AddTo(_rows.Batch);
            output.Push(_rows.Batch.Retain());
            if (output.IsFull) return true;
        }
        _advances = false;
        // What is told is final: what is closed and what is final are one from here on.
        output.Advance(new(_frontier.Final, _frontier.Final));
        return false;
    }

    void Finish(IOutput output)
    {
        while (_advances) Resume(output);
    }

    public void Dispose()
    {
        _rows.Dispose();
        _learner.Dispose();
    }

    public long StateRows => _rows.Count;
    public void SaveCommon(StateWriter writer) => writer.Write(_frontier);
    public void LoadCommon(ref StateReader reader) => _frontier = reader.Read<Frontier>();

    public void Save(StateSaver saver)
    {
        _learner.Save(saver, ModelPart);
        _rows.Save(saver, RowsPart);
    }

    public void Load(long part, ref StateReader reader)
    {
        if (part == ModelPart) _learner.Load(ref reader);
        else _rows.Load(ref reader);
    }

    public void EndLoad() => _learner.EndLoad();
}

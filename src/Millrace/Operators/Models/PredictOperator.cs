using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Models;

/// <summary>Goes through the rows of both sides in the order of their time: lets the model learn those of the right, asks it about those of the left.</summary>
/// <remarks>Rows wait until the frontier of both sides has passed them. A row of the left is asked about before the rows of its own moment are learned.</remarks>
sealed class PredictOperator : IOperator, IStateful
{
    const long ModelPart = 0, TrainingPart = 1, RowsPart = 2;

    readonly RowsByTime _rows, _training;
    readonly Training _learner;
    readonly AnswerColumns _answers;
    readonly Explanations? _explanations;
    readonly PredictModel _node;
    FeatureRows? _features;
    Frontier _frontier = Frontier.Start;
    bool _advances, _learns; // a batch of rows to learn is begun

    public PredictOperator(PredictModel node, OperatorContext context)
    {
        _node = node;
        var (left, right) = (node.Left.Schema, node.Right.Schema);
        var kept = new bool[left.Count];
        for (var i = 0; i < kept.Length; i++) kept[i] = context.Used is null || context.Used[i];
        ColumnUse.Mark(node.Features, kept);
        kept[node.Time.Column] = true;
        _rows = new(left, kept, node.Explains ? left : node.Schema, node.Time, node.View, context);
        _training = new(right, null, right, node.Model.Time, node.View, context);
        _learner = new(node.Model, right, testsAlways: false, context);
        _answers = new(node.Model, context.Memory);
        if (node.Explains) _explanations = new(node, _answers, context.Memory);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        Finish(output);
        (input == 0 ? _rows : _training).Add(batch, _frontier);
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        Finish(output);
        _frontier = frontier;
        _rows.Advance(frontier.Final);
        _training.Advance(frontier.Final);
        _learns = false;
        _advances = true;
        Resume(output);
    }

    public void OnBarrier(long epoch, IOutput output) => Finish(output);

    public bool Resume(IOutput output)
    {
        if (!_advances) return false;
        while (_rows.ReadBatch())
        {
            _features ??= _learner.Model.FeaturesOf(_node.Features);
            _features.Read(_rows.Batch);
            if (_explanations is null) Answer(_features, output);
            else Explain(_features, _explanations, output);
            if (output.IsFull) return true;
        }
        // What is asked about later lies behind the frontier, as these rows do not.
        LearnBefore(long.MaxValue);
        _advances = false;
        // What is told is final: what is closed and what is final are one from here on.
        output.Advance(new(_frontier.Final, _frontier.Final));
        return false;
    }

    void Answer(FeatureRows features, IOutput output)
    {
        _answers.Begin();
        do
        {
            LearnBefore(_rows.Known);
            _answers.Add(_learner.Model.Ask(features.Of(_rows.Row, learns: false)), _learner.Model);
        }
        while (_rows.NextRow());
        _answers.AddTo(_rows.Batch);
        output.Push(_rows.Batch.Retain());
    }

    void Explain(FeatureRows features, Explanations explanations, IOutput output)
    {
        do
        {
            LearnBefore(_rows.Known);
            var row = features.Of(_rows.Row, learns: false);
            var said = _learner.Model.Ask(row);
            for (var feature = 0; feature < row.Length; feature++) explanations.Add(_rows.Batch, _rows.Row, said, _learner.Model, feature, _learner.Model.Contribution(row, feature, said), output);
        }
        while (_rows.NextRow());
        explanations.Push(_rows.Batch, output);
    }

    void LearnBefore(long time)
    {
        while (true)
        {
            if (!_learns)
            {
                if (!_training.ReadBatch()) return;
                _learner.Read(_training.Batch);
                _learns = true;
            }
            if (_training.Known >= time && time != long.MaxValue) return;
            _learner.Learn(_training.Row);
            _learns = _training.NextRow();
        }
    }

    void Finish(IOutput output)
    {
        while (_advances) Resume(output);
    }

    public void Dispose()
    {
        _explanations?.Dispose();
        _rows.Dispose();
        _training.Dispose();
        _learner.Dispose();
    }

    public long StateRows => _rows.Count + _training.Count;
    public void SaveCommon(StateWriter writer) => writer.Write(_frontier);
    public void LoadCommon(ref StateReader reader) => _frontier = reader.Read<Frontier>();

    public void Save(StateSaver saver)
    {
        _learner.Save(saver, ModelPart);
        _training.Save(saver, TrainingPart);
        _rows.Save(saver, RowsPart);
    }

    public void Load(long part, ref StateReader reader)
    {
        switch (part)
        {
            case ModelPart: _learner.Load(ref reader); break;
            case TrainingPart: _training.Load(ref reader); break;
            default: _rows.Load(ref reader); break;
        }
    }

    public void EndLoad() => _learner.EndLoad();
}

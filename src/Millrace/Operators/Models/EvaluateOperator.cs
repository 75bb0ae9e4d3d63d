using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Models;

/// <summary>Counts rows that a model was tested on, in their order, and tells its metrics at the end of each stretch of event time that has any.</summary>
sealed class EvaluateOperator : IOperator, IStateful
{
    const long ScoresPart = 0;

    readonly EvaluateModel _node;
    readonly OperatorContext _context;
    readonly Scores _scores;
    readonly ImageAndLog _saved = new();
    readonly StateWriter _row = new();
    readonly int _target, _said;
    double[] _truths = [], _guesses = [];
    long _start = long.MinValue; // of the open stretch
    Batch? _batch;
    Frontier _frontier = Frontier.Start;

    public EvaluateOperator(EvaluateModel node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        _scores = new(node.Model.Kind.Answer, node.Rolling);
        (_target, _said) = (node.Model.Target, node.Model.Rows.Schema.Count);
    }

    public void OnBatch(int input, Batch batch, IOutput output)
    {
        var isNumber = _node.Model.Kind.Answer == ModelAnswer.Number;
        if (isNumber)
        {
            if (_truths.Length < batch.RowCount) (_truths, _guesses) = (new double[batch.RowCount], new double[batch.RowCount]);
            FeatureRows.Numbers(batch[_target], batch.RowCount, _truths);
            FeatureRows.Numbers(batch[_said], batch.RowCount, _guesses);
        }
        var times = (Column<long>)batch[_node.Model.Time.Column];
        for (var row = 0; row < batch.RowCount; row++)
        {
            if (batch[_target].IsNull(row) || batch[_said].IsNull(row) || isNumber && !double.IsFinite(_truths[row])) continue;
            var known = Math.Min(times[row], long.MaxValue - _node.Model.Time.LagMicroseconds) + _node.Model.Time.LagMicroseconds;
            _row.Clear();
            _row.Write(known);
            if (isNumber)
            {
                _row.Write(_truths[row]);
                _row.Write(_guesses[row]);
            }
            else
            {
                Write(batch[_target], row);
                Write(batch[_said], row);
            }
            var reader = new StateReader(_row.Written);
            TakeIn(ref reader, output);
            _saved.Log?.WriteRaw(_row.Written);
            _saved.Changed();
        }
        Push(output);
    }

    void Write(Column column, int row)
    {
        if (column is TextColumn text) _row.WriteBytes(text[row]);
        else
        {
            _row.Write(sizeof(long));
            _row.Write(column switch { Column<byte> c => c[row], Column<int> c => c[row], _ => ((Column<long>)column)[row] });
        }
    }

    /// <summary>Counts a row; a stretch that ends before it is told.</summary>
    void TakeIn(ref StateReader row, IOutput? output)
    {
        var start = StartOf(row.Read<long>());
        if (start != _start) Tell(output);
        _start = start;
        if (_node.Model.Kind.Answer == ModelAnswer.Number) _scores.Add(row.Read<double>(), row.Read<double>());
        else _scores.Add(row.ReadBytes(), row.ReadBytes());
    }

    long StartOf(long time)
    {
        var into = time % _node.EveryMicroseconds;
        if (into < 0) into += _node.EveryMicroseconds;
        return time < long.MinValue + into ? long.MinValue + 1 : time - into;
    }

    long EndOf(long start) => start > long.MaxValue - _node.EveryMicroseconds ? long.MaxValue : start + _node.EveryMicroseconds;

    /// <summary>Ends the open stretch.</summary>
    /// <param name="output">Where its row goes; null where it was told before.</param>
    void Tell(IOutput? output)
    {
        if (_start == long.MinValue) return;
        if (_batch is null)
        {
            _batch = _context.Memory.RentBatch(_node.Schema);
            foreach (var field in _node.Schema.Fields) _batch.Add(_context.Memory.Rent(field.Type));
        }
        ((Column<long>)_batch[0]).Append(_start);
        ((Column<long>)_batch[1]).Append(EndOf(_start));
        ((Column<long>)_batch[2]).Append(_scores.Rows);
        _scores.AppendTo(_batch.Columns, 3);
        _batch.RowCount++;
        _start = long.MinValue;
        if (_batch.RowCount == _context.Memory.BatchRows || output is null) Push(output);
    }

    void Push(IOutput? output)
    {
        if (_batch is null) return;
        if (output is null) _batch.Release();
        else output.Push(_batch);
        _batch = null;
    }

    public void OnFrontier(Frontier frontier, IOutput output)
    {
        _frontier = frontier;
        if (_start != long.MinValue && (EndOf(_start) <= frontier.Final.Microseconds || frontier.Final == Timestamp.MaxValue))
        {
            Tell(output);
            Push(output);
            // That a stretch was told is not seen in the rows.
            _saved.ChangedWhole();
        }
        output.Advance(frontier);
    }

    public void Dispose() => _batch?.Release();

    public long StateRows => Math.Min(_scores.Rows, _node.Rolling);
    public void SaveCommon(StateWriter writer) => writer.Write(_frontier);
    public void LoadCommon(ref StateReader reader) => _frontier = reader.Read<Frontier>();
    public void Save(StateSaver saver) => _saved.Save(saver, ScoresPart, Save);
    public void Load(long part, ref StateReader reader) => _saved.Load(ref reader);

    void Save(StateWriter writer)
    {
        writer.Write(_start);
        _scores.Save(writer);
    }

    public void EndLoad() => _saved.EndLoad(Load, Again);

    void Load(byte[] image)
    {
        var reader = new StateReader(image);
        _start = reader.Read<long>();
        _scores.Load(ref reader);
    }

    void Again(byte[] rows)
    {
        var reader = new StateReader(rows);
        while (reader.Remaining > 0) TakeIn(ref reader, null);
    }
}

using Millrace.Data;
using Millrace.Functions;
using Millrace.Learning;
using Millrace.Planning;
using Millrace.State;
using Millrace.Time;

namespace Millrace.Operators.Models;

/// <summary>Goes through the rows of each series in the order of their time: says what was expected, learns the number, and tells how it will go on.</summary>
sealed class SeriesOperator : IOperator, IStateful
{
    const long WholePart = 0, RecentPart = 1, RowsPart = 2;

    readonly FollowSeries _node;
    readonly OperatorContext _context;
    readonly RowsByTime _rows;
    readonly KeyedTable _keys;
    readonly List<Series?> _series = []; // by key
    readonly List<int> _changed = [];
    readonly int[] _numbers;
    readonly double[] _values, _lower, _upper;
    readonly SeriesOutput _out;
    readonly List<(int Key, byte[] Whole, byte[] Recent)> _loaded = [];
    double[] _told = [];
    Frontier _frontier = Frontier.Start;
    long _charged;
    bool _advances;

    public SeriesOperator(FollowSeries node, OperatorContext context)
    {
        (_node, _context) = (node, context);
        var schema = node.Input.Schema;
        _rows = new(schema, null, schema, node.Time, node.View, context, node.Partition);
        _keys = new([.. node.Partition.Select(p => schema[p].Type)], context.Memory, context.Owner);
        _numbers = new int[context.Memory.BatchRows];
        (_values, _lower, _upper) = (new double[node.Horizon], new double[node.Horizon], new double[node.Horizon]);
        _out = new(node, context.Memory);
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
            Follow(_rows.Batch, output);
            if (output.IsFull) return true;
        }
        _advances = false;
        // What is told is final: what is closed and what is final are one from here on.
        output.Advance(new(_frontier.Final, _frontier.Final));
        return false;
    }

    void Follow(Batch batch, IOutput output)
    {
        var numbers = _numbers.AsSpan(0, batch.RowCount);
        if (_node.Partition.IsEmpty) numbers.Fill(_keys.Only());
        else _keys.Find(batch, _node.Partition, [], numbers);
        if (_told.Length < batch.RowCount) _told = new double[batch.RowCount];
        FeatureRows.Numbers(batch[_node.Value], batch.RowCount, _told);
        var times = (Column<long>)batch[_node.Time.Column];
        for (var row = 0; row < batch.RowCount; row++)
        {
            var series = SeriesOf(numbers[row]);
            if (!series.IsListed)
            {
                series.IsListed = true;
                _changed.Add(numbers[row]);
            }
            var value = double.IsFinite(_told[row]) ? _told[row] : double.NaN;
            series.PassTo(times[row]);
            var (expected, width) = series.Expect();
            if (_node.Horizon == 0) _out.Add(batch, row, value, expected, width, series.Score(value - expected), output);
            series.Learn(times[row], value, expected);
            if (_node.Horizon == 0) continue;
            var isBounded = series.Forecast(_values, _lower, _upper);
            for (var step = 0; step < _values.Length; step++)
                _out.Add(batch, row, step + 1, times[row], _values[step], isBounded ? _lower[step] : double.NaN, isBounded ? _upper[step] : double.NaN, output);
        }
        _out.Push(batch, output);
    }

    Series SeriesOf(int key)
    {
        while (_series.Count <= key) _series.Add(null);
        if (_series[key] is { } known) return known;
        _keys.Hold(key);
        var series = _series[key] = new(_node);
        var size = series.MemorySize;
        _context.Owner.Charge(size);
        _charged += size;
        return series;
    }

    void Finish(IOutput output)
    {
        while (_advances) Resume(output);
    }

    public void Dispose()
    {
        _out.Dispose();
        _rows.Dispose();
        _keys.Dispose();
        _context.Owner.Charge(-_charged);
        _charged = 0;
    }

    public long StateRows => _rows.Count + _keys.Count;
    public void SaveCommon(StateWriter writer) => writer.Write(_frontier);
    public void LoadCommon(ref StateReader reader) => _frontier = reader.Read<Frontier>();

    public void Save(StateSaver saver)
    {
        saver.BeginPart(WholePart);
        foreach (var key in _changed)
        {
            var series = _series[key]!;
            series.IsListed = false;
            if (!series.IsDue) continue;
            _keys.SaveKey(key, saver.BeginEntry());
            series.SaveWhole(saver.BeginValue());
            saver.EndEntry();
        }
        saver.BeginPart(RecentPart);
        foreach (var key in _changed)
        {
            _keys.SaveKey(key, saver.BeginEntry());
            _series[key]!.SaveRecent(saver.BeginValue());
            saver.EndEntry();
        }
        _changed.Clear();
        _rows.Save(saver, RowsPart);
    }

    public void Load(long part, ref StateReader reader)
    {
        if (part == RowsPart)
        {
            _rows.Load(ref reader);
            return;
        }
        var key = _keys.LoadOrFind(ref reader);
        var bytes = reader.ReadRest().ToArray();
        _loaded.Add(part == WholePart ? (key, bytes, []) : (key, [], bytes));
    }

    public void EndLoad()
    {
        // A series is read whole before what came since is learned again.
        foreach (var (key, whole, _) in _loaded)
        {
            if (whole.Length == 0) continue;
            var reader = new StateReader(whole);
            try
            {
                SeriesOf(key).LoadWhole(ref reader);
            }
            catch (ModelFormatException error)
            {
                throw new InvalidDataException($"A series of '{_node.View}' cannot be read back: {error.Message}", error);
            }
        }
        foreach (var (key, whole, recent) in _loaded)
        {
            if (whole.Length > 0) continue;
            var reader = new StateReader(recent);
            SeriesOf(key).LearnAgain(ref reader);
        }
        _loaded.Clear();
    }
}

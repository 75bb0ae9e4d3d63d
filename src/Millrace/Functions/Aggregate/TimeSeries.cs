using System.Numerics;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Aggregate;

/// <summary>EWMA(x, half_life [, ts]).</summary>
/// <remarks>
/// Forward decay (Cormode, Shkapenyuk, Srivastava, Xu: Forward Decay: A Practical Time Decay Model for Streaming Systems, ICDE 2009): with exponential weights the mean
/// does not depend on the moment it is asked for, so neither on the order of rows.
/// </remarks>
internal sealed class Ewma() : OverRows("ewma", "ewma(x, half_life [, ts])",
    "The mean of x in which a value weighs half as much as one that is a half-life (an INTERVAL without months) later: sum of x · 2^(t / h) over sum of 2^(t / h), DOUBLE. ts is the window's time, or the source's, unless given. NULL for an empty group.",
    [("SELECT ewma(x, INTERVAL '1 minute', ts) FROM (VALUES (1, TIMESTAMP '2024-01-01 00:00:00'), (4, TIMESTAMP '2024-01-01 00:01:00')) AS t(x, ts)", "3")])
{
    const long MaxHalfLife = 100 * 366 * Interval.MicrosecondsPerDay;
    long _halfLife;

    public override IReadOnlyList<int> ConstantArguments => [1];
    public override int TimeArgument => 2;

    public override AggregateFunction With(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending, bool distinct)
    {
        var value = constants is [{ Value: string text }] ? (ConstantFolding.Fold(new Cast(constants[0], DataType.Interval, false)) as Literal)?.Value : constants.FirstOrDefault()?.Value;
        if (value is not Interval { IsFixed: true } half || half.ApproximateMicroseconds <= 0 || half.ApproximateMicroseconds > MaxHalfLife) throw new ArgumentException("a half-life is an INTERVAL without months, above zero and at most 100 years");
        return new Ewma { _halfLife = half.FixedMicroseconds };
    }

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) =>
        !distinct && _halfLife > 0 && arguments is [var x, var time] && (x.IsNumeric || x.Kind == TypeKind.Null) && time.Kind is TypeKind.Timestamp or TypeKind.Null ? Form(DataType.Double, DataType.Double, DataType.Timestamp) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        retracts ? new Kept(RowForm.Of(signature, [1, 0], [false, false], [0, 1]), _halfLife, memory) : new EwmaStates(_halfLife, memory);

    /// <summary>All rows, in order of time: only so can the latest be taken back when it outweighs the others a billion times.</summary>
    sealed class Kept(RowForm form, long halfLife, MemoryOwner memory) : RowSetStates(form, memory)
    {
        protected override void Append(OrderedRows rows, Column results)
        {
            var mean = default(DecayedMean);
            for (var i = 0; i < rows.Count; i++)
            {
                var sample = TimedValue.Of(rows[i]);
                mean.Add(sample.Value, sample.Time, halfLife, (int)Math.Min(int.MaxValue, rows.CopiesOf(i)));
            }
            ((Column<double>)results).Append(mean.Result);
        }
    }
}

/// <summary>Sums of weights and weighted values. Weights are relative to the last point of a grid of 64 half-lives, so going on to the next point multiplies by a power of two and loses nothing.</summary>
struct DecayedMean
{
    CompensatedSum _values;
    CompensatedSum _weights;
    Int128 _point;
    byte _isSet;

    const int Step = 64;

    public readonly bool IsEmpty => _isSet == 0;
    public readonly double Result => _values.Result / _weights.Result;

    public void Add(double value, long time, long halfLife, int copies)
    {
        var length = (Int128)halfLife * Step;
        var point = time / length;
        if (time < point * length) point--;
        MoveTo(point);
        var weight = Math.Pow(2, (double)((Int128)time - point * length) / halfLife) * ScaleOf(_point - point);
        if (double.IsFinite(value)) _values.Add(Exact.Product(value, weight), copies);
        else _values.Add(value, copies);
        _weights.AddProduct(weight, copies);
    }

    public void Merge(in DecayedMean other)
    {
        if (other._isSet == 0) return;
        MoveTo(other._point);
        var (values, weights) = (other._values, other._weights);
        var scale = ScaleOf(_point - other._point);
        values.Scale(scale);
        weights.Scale(scale);
        _values.Merge(in values);
        _weights.Merge(in weights);
    }

    void MoveTo(Int128 point)
    {
        if (_isSet == 0) (_point, _isSet) = (point, 1);
        if (point <= _point) return;
        var scale = ScaleOf(point - _point);
        _values.Scale(scale);
        _weights.Scale(scale);
        _point = point;
    }

    static double ScaleOf(Int128 points) => points > 20 ? 0 : Math.ScaleB(1, -Step * (int)points);
}

/// <summary>One <see cref="DecayedMean"/> for each group, where no rows are taken back. State: 96 bytes.</summary>
sealed class EwmaStates(long halfLife, MemoryOwner memory) : AggregateStates
{
    DecayedMean[] _means = [];

    public override void EnsureGroups(int count) => GroupArray.Grow(ref _means, count, memory);

    public override void Add(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        var (values, times) = ((Column<double>)arguments[0], (Column<long>)arguments[1]);
        for (var i = 0; i < groups.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            if (!values.IsNull(row) && !times.IsNull(row)) _means[groups[i]].Add(values[row], times[row], halfLife, weights.IsEmpty ? 1 : weights[i]);
        }
    }

    public override void Merge(int group, AggregateStates other, int otherGroup) => _means[group].Merge(in ((EwmaStates)other)._means[otherGroup]);
    public override void Reset(int group) => _means[group] = default;

    public override void AppendResults(ReadOnlySpan<int> groups, Column results)
    {
        var column = (Column<double>)results;
        foreach (var group in groups)
            if (_means[group].IsEmpty) column.AppendNull();
            else column.Append(_means[group].Result);
    }

    public override void Save(int group, StateWriter writer) => writer.Write(in _means[group]);
    public override void Load(int group, ref StateReader reader) => _means[group] = reader.Read<DecayedMean>();
    public override void Dispose() => GroupArray.Free(ref _means, memory);
}

/// <summary>RATE(x [, ts]).</summary>
/// <remarks>
/// A counter only grows, and begins again at 0 when what counts is restarted: a value below the one before counts whole, as in Prometheus's rate()
/// (https://prometheus.io/docs/prometheus/latest/querying/functions/#rate). Other than there nothing is extrapolated to the ends of the window.
/// </remarks>
internal sealed class Rate() : OverRows("rate", "rate(x [, ts])",
    "The growth a second of a counter x between the first and the last row of the group, DOUBLE; a value below the one before is a counter that began again at 0. ts is the window's time, or the source's, unless given. NULL where fewer than two times are there. Keeps every different (ts, x).",
    [("SELECT rate(x, ts) FROM (VALUES (10, TIMESTAMP '2024-01-01 00:00:00'), (40, TIMESTAMP '2024-01-01 00:00:10'), (5, TIMESTAMP '2024-01-01 00:00:20')) AS t(x, ts)", "1.75")])
{
    public override int TimeArgument => 1;

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) =>
        !distinct && arguments is [var x, var time] && (x.IsNumeric || x.Kind == TypeKind.Null) && time.Kind is TypeKind.Timestamp or TypeKind.Null ? Form(DataType.Double, DataType.Double, DataType.Timestamp) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        new Counter(RowForm.Of(signature, [1, 0], [false, false], [0, 1]), memory);

    sealed class Counter(RowForm form, MemoryOwner memory) : RowSetStates(form, memory)
    {
        protected override void Append(OrderedRows rows, Column results)
        {
            var (first, last) = (TimedValue.Of(rows[0]), TimedValue.Of(rows[rows.Count - 1]));
            if (first.Time == last.Time)
            {
                results.AppendNull();
                return;
            }
            var growth = default(CompensatedSum);
            var before = first.Value;
            for (var i = 1; i < rows.Count; i++)
            {
                var value = TimedValue.Of(rows[i]).Value;
                growth.Add(value);
                if (!(value < before)) growth.Add(-before);
                before = value;
            }
            ((Column<double>)results).Append(growth.Result / ((double)((Int128)last.Time - first.Time) / 1e6));
        }
    }
}

/// <summary>A value and its time, as rows (ts, x) hold them.</summary>
readonly record struct TimedValue(long Time, double Value)
{
    public static TimedValue Of(ReadOnlySpan<byte> row) => new(
        (long)(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(row[1..]) ^ 1UL << 63),
        SortableBytes.ToDouble(System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(row[10..])));
}

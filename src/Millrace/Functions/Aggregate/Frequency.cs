using System.Buffers;
using System.Text.Json;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Functions.Aggregate;

/// <summary>MODE(x) and MODE() WITHIN GROUP (ORDER BY x).</summary>
internal sealed class Mode() : OverRows("mode", "mode(x), mode() WITHIN GROUP (ORDER BY x [DESC])", "The most frequent value; of several the least, downwards the greatest; NULL for an empty group.",
    [("SELECT mode(x) FROM (VALUES ('b'), ('a'), ('b')) AS t(x)", "b"), ("SELECT mode() WITHIN GROUP (ORDER BY x DESC) FROM (VALUES (1), (2)) AS t(x)", "2")])
{
    bool _isDescending;

    public override AggregateOrder Order => AggregateOrder.WithinOrPlain;

    public override AggregateFunction With(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending, bool distinct) => descending is [true] ? new Mode { _isDescending = true } : this;

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) => arguments is [var x] ? Form(Known(x), Known(x)) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        Multiset.States(signature.Parameters[0], new MostFrequent(_isDescending), distinct, memory);

    sealed class MostFrequent(bool isDescending) : IOverValues
    {
        public void Append<TKey, TKeys>(in TKeys keys, ReadOnlySpan<TKey> values, ReadOnlySpan<long> counts, Column results) where TKey : unmanaged where TKeys : struct, IKeys<TKey>
        {
            var best = 0;
            for (var i = 1; i < counts.Length; i++)
                if (counts[i] > counts[best] || isDescending && counts[i] == counts[best]) best = i;
            keys.Append(values[best], results);
        }
    }
}

/// <summary>HISTOGRAM(x) and HISTOGRAM(x, low, high, count).</summary>
internal sealed class Histogram() : OverRows("histogram", "histogram(x), histogram(x, low, high, count)",
    "JSON: an object of each different value, in order, with how often it is there; or an array of count + 2 numbers: how many values lie below low, in each of count equal buckets, and at or above high (as width_bucket; NaN counts as above). NULL for an empty group.",
    [("SELECT histogram(x) FROM (VALUES (2), (1), (2)) AS t(x)", "{\"1\":1,\"2\":2}"), ("SELECT histogram(x, 0, 10, 2) FROM (VALUES (-1), (1), (6), (7), (10)) AS t(x)", "[1,1,2,1]")])
{
    const int MaxBuckets = 1000;
    double _low, _high;
    int _count;

    public override IReadOnlyList<int> ConstantArguments => [1, 2, 3];

    public override AggregateFunction With(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending, bool distinct)
    {
        if (constants.Count == 0) return this;
        var numbers = constants.Select(c => (ConstantFolding.Fold(new Cast(c, DataType.Double, false)) as Literal)?.Value as double? ?? double.NaN).ToArray();
        if (numbers is not [var low, var high, >= 1 and <= MaxBuckets and var count] || !(low < high) || !double.IsFinite(high - low) || count != Math.Floor(count))
            throw new ArgumentException($"low lies below high, and there are 1 to {MaxBuckets} buckets");
        return new Histogram { _low = low, _high = high, _count = (int)count };
    }

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) => arguments is not [var x] ? null
        : _count == 0 ? Form(DataType.Text, x.Kind == TypeKind.Interval ? DataType.Text : Known(x))
        : x.IsNumeric || x.Kind == TypeKind.Null ? Form(DataType.Text, DataType.Double) : null;

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts)
    {
        if (_count == 0) return Multiset.States(signature.Parameters[0], new Counted(signature.Parameters[0]), distinct, memory);
        var buckets = new BucketStates(_low, _high, _count, memory);
        return distinct ? DistinctStates.Of(signature.Parameters[0], buckets, memory, retracts) : buckets;
    }

    sealed class Counted(DataType type) : IOverValues
    {
        public void Append<TKey, TKeys>(in TKeys keys, ReadOnlySpan<TKey> values, ReadOnlySpan<long> counts, Column results) where TKey : unmanaged where TKeys : struct, IKeys<TKey>
        {
            var text = new ArrayBufferWriter<byte>();
            using (var json = new Utf8JsonWriter(text, new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true }))
            {
                json.WriteStartObject();
                for (var i = 0; i < values.Length; i++)
                {
                    var one = results.Home.Rent(type);
                    keys.Append(values[i], one);
                    json.WriteNumber(ValueText.Format(one, 0), counts[i]);
                    one.Release();
                }
                json.WriteEndObject();
            }
            ((TextColumn)results).Append(text.WrittenSpan);
        }
    }
}

/// <summary>How many values of each group lie in each bucket. State: 8 bytes a bucket.</summary>
sealed class BucketStates(double low, double high, int count, MemoryOwner memory) : AggregateStates
{
    readonly int _width = count + 2;
    long[] _counts = [];

    public override void EnsureGroups(int groups) => GroupArray.Grow(ref _counts, checked(groups * _width), memory);

    public override void Add(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        var column = (Column<double>)arguments[0];
        for (var i = 0; i < groups.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            if (!column.IsNull(row)) _counts[groups[i] * _width + BucketOf(column[row])] += weights.IsEmpty ? 1 : weights[i];
        }
    }

    int BucketOf(double value)
    {
        if (value < low) return 0;
        return value < high ? Math.Min(count, (int)((value - low) / (high - low) * count) + 1) : count + 1;
    }

    Span<long> Of(int group) => _counts.AsSpan(group * _width, _width);

    public override void Merge(int group, AggregateStates other, int otherGroup)
    {
        var to = Of(group);
        var from = ((BucketStates)other).Of(otherGroup);
        for (var i = 0; i < to.Length; i++) to[i] += from[i];
    }

    public override void Reset(int group) => Of(group).Clear();

    public override void AppendResults(ReadOnlySpan<int> groups, Column results)
    {
        foreach (var group in groups)
        {
            var counts = Of(group);
            if (!counts.ContainsAnyExcept(0L)) results.AppendNull();
            else ((TextColumn)results).Append(System.Text.Encoding.UTF8.GetBytes($"[{string.Join(',', counts.ToArray())}]"));
        }
    }

    public override void Save(int group, StateWriter writer)
    {
        foreach (var one in Of(group)) writer.Write(in one);
    }

    public override void Load(int group, ref StateReader reader)
    {
        foreach (ref var one in Of(group)) one = reader.Read<long>();
    }

    public override void Dispose() => GroupArray.Free(ref _counts, memory);
}

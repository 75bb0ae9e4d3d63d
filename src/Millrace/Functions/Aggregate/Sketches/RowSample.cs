using System.Buffers;
using System.Diagnostics;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;
using Millrace.Formats;

namespace Millrace.Functions.Aggregate;

/// <summary>SAMPLE(x, k [, by]).</summary>
/// <remarks>Bottom-k: the rows with the least hashes. Cohen and Kaplan (2007), Summarizing Data Using Bottom-k Sketches, PODC.</remarks>
internal sealed class RowSample() : OverRows("sample", "sample(x, k [, by])",
    "k values (1 to 10,000) of the group's rows, each row with the same chance: a JSON array, NULL for an empty group. A hash of x and by decides which, so the answer is the same for any order and any number of lanes; rows that are alike in both count once. Let by be what tells rows apart, such as an id; without it x alone does, and the sample is one of the different values.",
    [("SELECT sample(x, 5) FROM (VALUES (7), (NULL), (7)) AS t(x)", "[7]"), ("SELECT json_array_length(sample(x, 2, y)) FROM (VALUES ('a', 1), ('a', 2), ('b', 3)) AS t(x, y)", "2")])
{
    const int MostRows = 10_000;
    int _k;

    public override bool CanRetract => false;
    public override IReadOnlyList<int> ConstantArguments => [1];
    public override string ToString() => $"sample({_k})";

    public override AggregateFunction With(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending, bool distinct) =>
        constants.Count == 0 ? this : new RowSample { _k = SketchConstants.Whole(constants[0], "k", 1, MostRows) };

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) => distinct || _k == 0 ? null
        : arguments switch { [var x] => Form(DataType.Text, Known(x)), [var x, var by] => Form(DataType.Text, Known(x), Known(by)), _ => null };

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts) =>
        new SampleStates(RowForm.Of(signature, signature.Parameters.Length == 2 ? [1, 0] : [0], new bool[signature.Parameters.Length], [0]), signature.Parameters[0], _k, memory);
}

/// <summary>The rows of each group whose hashes are least, each different one once. A row costs its bytes and some 40 more.</summary>
sealed class SampleStates(RowForm form, DataType type, int k, MemoryOwner memory) : AggregateStates
{
    readonly ByteBuffer _bytes = new();
    readonly ByteBuffer _scratch = new();
    readonly ArrayBufferWriter<byte> _json = new();
    LeastRows?[] _samples = [];

    public override void EnsureGroups(int count) => GroupArray.Grow(ref _samples, count, memory);

    public override void Add(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        Debug.Assert(!weights.ContainsAnyInRange(int.MinValue, -1), "rows are taken back although nobody announced it");
        for (var i = 0; i < groups.Length; i++)
            if ((weights.IsEmpty || weights[i] != 0) && form.TryRead(arguments, rows.IsEmpty ? i : rows[i], _bytes)) Offer(groups[i], Hash64.Of(_bytes.Written), _bytes.Written);
    }

    void Offer(int group, ulong hash, ReadOnlySpan<byte> row) => memory.Charge((_samples[group] ??= new()).Offer(hash, row, k));

    public override void Merge(int group, AggregateStates other, int otherGroup)
    {
        if (((SampleStates)other)._samples[otherGroup] is not { } added) return;
        for (var i = 0; i < added.Count; i++) Offer(group, added.HashOf(i), added[i]);
    }

    public override void Reset(int group)
    {
        memory.Charge(-(_samples[group]?.Charged ?? 0));
        _samples[group] = null;
    }

    public override void AppendResults(ReadOnlySpan<int> groups, Column results)
    {
        foreach (var group in groups)
        {
            if (_samples[group] is not { } sample)
            {
                results.AppendNull();
                continue;
            }
            _json.ResetWrittenCount();
            _json.Write("["u8);
            for (var i = 0; i < sample.Count; i++)
            {
                if (i > 0) _json.Write(","u8);
                var value = results.Home.Rent(type);
                form.AppendLast(sample[i], _scratch, value);
                Values.FormatJson(value, 0, _json);
                value.Release();
            }
            _json.Write("]"u8);
            ((TextColumn)results).Append(_json.WrittenSpan);
        }
    }

    public override void Save(int group, StateWriter writer)
    {
        writer.Write(_samples[group]?.Count ?? 0);
        for (var i = 0; i < _samples[group]?.Count; i++) writer.WriteBytes(_samples[group]![i]);
    }

    public override void Load(int group, ref StateReader reader)
    {
        for (var count = reader.Read<int>(); count > 0; count--)
        {
            var row = reader.ReadBytes();
            Offer(group, Hash64.Of(row), row);
        }
    }

    public override void Dispose()
    {
        for (var group = 0; group < _samples.Length; group++) Reset(group);
        GroupArray.Free(ref _samples, memory);
    }
}

/// <summary>Rows in the order of their hashes, the least k of all that were offered.</summary>
sealed class LeastRows
{
    const int Overhead = 48; // of an array of bytes, its place and its hash

    ulong[] _hashes = [];
    byte[][] _rows = [];

    public int Count { get; private set; }

    /// <summary>Bytes of memory that were told of.</summary>
    public long Charged { get; private set; }

    public ReadOnlySpan<byte> this[int i] => _rows[i];

    public ulong HashOf(int i) => _hashes[i];

    /// <summary>Takes a row in if it is among the least; returns how many bytes more that takes.</summary>
    public long Offer(ulong hash, ReadOnlySpan<byte> row, int k)
    {
        if (Count == k && hash > _hashes[Count - 1]) return 0;
        var place = _hashes.AsSpan(0, Count).BinarySearch(hash);
        if (place < 0) place = ~place;
        else
        {
            while (place > 0 && _hashes[place - 1] == hash) place--;
            for (; place < Count && _hashes[place] == hash; place++)
            {
                var order = row.SequenceCompareTo(_rows[place]);
                if (order == 0) return 0;
                if (order < 0) break;
            }
        }
        if (place == k) return 0;
        var charge = 0L;
        if (Count == k) charge -= Overhead + _rows[--Count].Length;
        if (Count == _hashes.Length)
        {
            var room = Math.Min(k, Math.Max(4, 2 * Count));
            Array.Resize(ref _hashes, room);
            Array.Resize(ref _rows, room);
        }
        _hashes.AsSpan(place, Count - place).CopyTo(_hashes.AsSpan(place + 1));
        _rows.AsSpan(place, Count - place).CopyTo(_rows.AsSpan(place + 1));
        (_hashes[place], _rows[place]) = (hash, row.ToArray());
        Count++;
        charge += Overhead + row.Length;
        Charged += charge;
        return charge;
    }
}

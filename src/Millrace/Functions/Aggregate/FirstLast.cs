using System.Diagnostics;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Functions.Aggregate;

/// <summary>FIRST_VALUE(x).</summary>
internal sealed class FirstValue() : ByArrival("first_value", "first_value(x [ORDER BY y])",
    "The first value that is not NULL, in the order of y (of several the least), or else of arrival, where rows of several partitions have no fixed order and none can be taken back; NULL for an empty group.",
    isLast: false, ("first_value(x)", "NULL; 2; 1", "2"), ("first_value(x ORDER BY x DESC)", "1; 2", "2"))
{
    public override IReadOnlyList<string> Aliases => ["first"];
    protected override AggregateStates Fixed<T>(Signature signature, MemoryOwner memory) => Plain<First<T>, T, T>(signature, memory);
    protected override AggregateStates Texts(MemoryOwner memory) => new TextStates<FirstText>(memory);
}

/// <summary>LAST_VALUE(x).</summary>
internal sealed class LastValue() : ByArrival("last_value", "last_value(x [ORDER BY y])",
    "The last value that is not NULL, in the order of y (of several the greatest), or else of arrival, where rows of several partitions have no fixed order and none can be taken back; NULL for an empty group.",
    isLast: true, ("last_value(x)", "1; 2; NULL", "2"), ("last_value(x ORDER BY x)", "2; 1", "2"))
{
    public override IReadOnlyList<string> Aliases => ["last"];
    protected override AggregateStates Fixed<T>(Signature signature, MemoryOwner memory) => Plain<Last<T>, T, T>(signature, memory);
    protected override AggregateStates Texts(MemoryOwner memory) => new TextStates<LastText>(memory);
}

/// <summary>One value by the order of arrival, or of other values. DISTINCT is refused: it would say nothing.</summary>
internal abstract class ByArrival(string name, string syntax, string summary, bool isLast, params (string, string, string)[] examples) : BuiltInAggregate(name, syntax, summary, examples)
{
    bool[] _descending = []; // of ORDER BY, if there is one

    public override bool CanRetract => _descending.Length > 0;
    internal override bool IsByArrival => _descending.Length == 0;
    public override AggregateOrder Order => AggregateOrder.Inside;

    public override AggregateFunction With(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending, bool distinct)
    {
        var placed = (ByArrival)MemberwiseClone();
        placed._descending = [.. descending];
        return placed;
    }

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct)
    {
        if (distinct || arguments.Length != 1 + _descending.Length) return null;
        var parameters = new DataType[arguments.Length];
        for (var i = 0; i < parameters.Length; i++) parameters[i] = arguments[i].Kind == TypeKind.Null ? DataType.Text : arguments[i];
        return Form(parameters[0], parameters);
    }

    // By order it is the first row, or the first the other way round.
    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts)
    {
        if (_descending.Length == 0) return CreateStates(signature, memory, retracts);
        int[] arguments = [.. Enumerable.Range(1, _descending.Length), 0];
        return FirstRow.States(RowForm.Of(signature, arguments, [.. _descending.Select(d => d != isLast), isLast], [0]), memory, retracts);
    }

    protected override Signature Resolve(DataType argument) => argument.Kind == TypeKind.Null ? Form(DataType.Text, DataType.Text) : Form(argument, argument);

    protected override AggregateStates CreateStates(Signature signature, MemoryOwner memory, bool retracts) => signature.Result.Storage switch
    {
        Storage.Byte => Fixed<byte>(signature, memory),
        Storage.Int => Fixed<int>(signature, memory),
        Storage.Long => Fixed<long>(signature, memory),
        Storage.Double => Fixed<double>(signature, memory),
        Storage.Int128 => Fixed<Int128>(signature, memory),
        Storage.Interval => Fixed<Interval>(signature, memory),
        _ => Texts(memory),
    };

    protected abstract AggregateStates Fixed<T>(Signature signature, MemoryOwner memory) where T : unmanaged;
    protected abstract AggregateStates Texts(MemoryOwner memory);
}

struct First<T> : IAggregate<First<T>, T, T> where T : unmanaged
{
    T _value;
    byte _isSet;

    public void Add(T value)
    {
        if (_isSet == 0) (_value, _isSet) = (value, 1);
    }

    public void Add(T value, int weight)
    {
        Debug.Assert(weight > 0);
        Add(value);
    }

    public void Merge(in First<T> other)
    {
        if (_isSet == 0) this = other;
    }

    public readonly bool TryResult(Signature signature, out T result)
    {
        result = _value;
        return _isSet != 0;
    }
}

struct Last<T> : IAggregate<Last<T>, T, T> where T : unmanaged
{
    T _value;
    byte _isSet;

    public void Add(T value) => (_value, _isSet) = (value, 1);

    public void Add(T value, int weight)
    {
        Debug.Assert(weight > 0);
        Add(value);
    }

    public void Merge(in Last<T> other)
    {
        if (other._isSet != 0) this = other;
    }

    public readonly bool TryResult(Signature signature, out T result)
    {
        result = _value;
        return _isSet != 0;
    }
}

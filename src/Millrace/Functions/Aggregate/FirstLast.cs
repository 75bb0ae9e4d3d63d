using System.Diagnostics;
using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>FIRST_VALUE(x).</summary>
internal sealed class FirstValue() : ByArrival("first_value", "first_value(x)",
    "The value that arrived first and is not NULL; NULL for an empty group. Rows of several partitions arrive in no fixed order.", ("first_value(x)", "NULL; 2; 1", "2"))
{
    public override IReadOnlyList<string> Aliases => ["first"];
    protected override AggregateStates Fixed<T>(Signature signature, MemoryOwner memory) => Plain<First<T>, T, T>(signature, memory);
    protected override AggregateStates Texts(MemoryOwner memory) => new TextStates<FirstText>(memory);
}

/// <summary>LAST_VALUE(x).</summary>
internal sealed class LastValue() : ByArrival("last_value", "last_value(x)",
    "The value that arrived last and is not NULL; NULL for an empty group. Rows of several partitions arrive in no fixed order.", ("last_value(x)", "1; 2; NULL", "2"))
{
    public override IReadOnlyList<string> Aliases => ["last"];
    protected override AggregateStates Fixed<T>(Signature signature, MemoryOwner memory) => Plain<Last<T>, T, T>(signature, memory);
    protected override AggregateStates Texts(MemoryOwner memory) => new TextStates<LastText>(memory);
}

/// <summary>One value by the order of arrival. DISTINCT is refused: it would say nothing.</summary>
internal abstract class ByArrival(string name, string syntax, string summary, params (string, string, string)[] examples) : BuiltInAggregate(name, syntax, summary, examples)
{
    public override bool CanRetract => false;

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct) => distinct ? null : base.Resolve(arguments, distinct);

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

using System.Diagnostics;
using System.Runtime.CompilerServices;
using Millrace.Data;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Aggregate;

/// <summary>MIN(x).</summary>
internal sealed class Min() : Extreme("min", "min(x)", "The least value; NULL for an empty group. Texts are compared bytewise, NaN is greater than every number.", isGreatest: false,
    ("min(x)", "3; 1; NULL", "1"), ("min(x)", "'b'; 'a'", "a"));

/// <summary>MAX(x).</summary>
internal sealed class Max() : Extreme("max", "max(x)", "The greatest value; NULL for an empty group. Texts are compared bytewise, NaN is greater than every number.", isGreatest: true,
    ("max(x)", "3; 1; NULL", "3"), ("max(x)", "'b'; 'a'", "b"));

/// <summary>ANY_VALUE(x).</summary>
internal sealed class AnyValue() : Extreme("any_value", "any_value(x)", "Some value of the group, always the least, so that the answer is the same every time; NULL for an empty group.", isGreatest: false,
    ("any_value(x)", "3; 1; NULL", "1"));

/// <summary>MIN and MAX. Where rows can be taken back every different value is kept with its count; otherwise only the best.</summary>
internal abstract class Extreme(string name, string syntax, string summary, bool isGreatest, params (string, string, string)[] examples)
    : BuiltInAggregate(name, syntax, summary, examples)
{
    protected override bool DependsOnCopies => false;

    protected override Signature Resolve(DataType argument) => argument.Kind == TypeKind.Null ? Form(DataType.Text, DataType.Text) : Form(argument, argument);

    protected override AggregateStates CreateStates(Signature signature, MemoryOwner memory, bool retracts) =>
        (signature.Result.Storage, retracts) switch
        {
            (Storage.Byte, false) => Best<byte>(signature, memory),
            (Storage.Int, false) => Best<int>(signature, memory),
            (Storage.Long, false) => Best<long>(signature, memory),
            (Storage.Double, false) => Best<double>(signature, memory),
            (Storage.Int128, false) => Best<Int128>(signature, memory),
            (Storage.Interval, false) => Best<Interval>(signature, memory),
            (_, false) => isGreatest ? new TextStates<GreatestText>(memory) : new TextStates<LeastText>(memory),
            (Storage.Byte, _) => Counted<byte>(memory),
            (Storage.Int, _) => Counted<int>(memory),
            (Storage.Long, _) => Counted<long>(memory),
            (Storage.Double, _) => Counted<double>(memory),
            (Storage.Int128, _) => Counted<Int128>(memory),
            (Storage.Interval, _) => Counted<Interval>(memory),
            _ => new CountedExtremeStates<int, TextKeys>(new(new TextPool(memory)), isGreatest, memory),
        };

    AggregateStates Best<T>(Signature signature, MemoryOwner memory) where T : unmanaged, IComparable<T> =>
        isGreatest ? Plain<Greatest<T>, T, T>(signature, memory) : Plain<Least<T>, T, T>(signature, memory);

    CountedExtremeStates<T, FixedKeys<T>> Counted<T>(MemoryOwner memory) where T : unmanaged, IComparable<T> => new(new(), isGreatest, memory);
}

struct Least<T> : IAggregate<Least<T>, T, T> where T : unmanaged, IComparable<T>
{
    T _value;
    byte _isSet;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T value)
    {
        if (_isSet == 0 || LessThan.Scalar(value, _value)) (_value, _isSet) = (value, 1);
    }

    public void Add(T value, int weight)
    {
        Debug.Assert(weight > 0, "rows are taken back although nobody announced it");
        Add(value);
    }

    public void Merge(in Least<T> other)
    {
        if (other._isSet != 0) Add(other._value);
    }

    public readonly bool TryResult(Signature signature, out T result)
    {
        result = FixedKeys<T>.Canonical(_value);
        return _isSet != 0;
    }
}

struct Greatest<T> : IAggregate<Greatest<T>, T, T> where T : unmanaged, IComparable<T>
{
    T _value;
    byte _isSet;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(T value)
    {
        if (_isSet == 0 || LessThan.Scalar(_value, value)) (_value, _isSet) = (value, 1);
    }

    public void Add(T value, int weight)
    {
        Debug.Assert(weight > 0, "rows are taken back although nobody announced it");
        Add(value);
    }

    public void Merge(in Greatest<T> other)
    {
        if (other._isSet != 0) Add(other._value);
    }

    public readonly bool TryResult(Signature signature, out T result)
    {
        result = FixedKeys<T>.Canonical(_value);
        return _isSet != 0;
    }
}

using System.Runtime.CompilerServices;
using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>BIT_AND(x).</summary>
internal sealed class BitAnd() : OfBits("bit_and", "bit_and(x)", "The bits that are set in every integer; NULL for an empty group.", ("bit_and(x)", "7; 13; NULL", "5"))
{
    protected override bool DependsOnCopies => false;
    protected override AggregateStates Ints(Signature signature, MemoryOwner memory) => Plain<SetInAll<int>, int, int>(signature, memory);
    protected override AggregateStates Longs(Signature signature, MemoryOwner memory) => Plain<SetInAll<long>, long, long>(signature, memory);
}

/// <summary>BIT_OR(x).</summary>
internal sealed class BitOr() : OfBits("bit_or", "bit_or(x)", "The bits that are set in some integer; NULL for an empty group.", ("bit_or(x)", "4; 1; NULL", "5"))
{
    protected override bool DependsOnCopies => false;
    protected override AggregateStates Ints(Signature signature, MemoryOwner memory) => Plain<SetInSome<int>, int, int>(signature, memory);
    protected override AggregateStates Longs(Signature signature, MemoryOwner memory) => Plain<SetInSome<long>, long, long>(signature, memory);
}

/// <summary>BIT_XOR(x).</summary>
internal sealed class BitXor() : OfBits("bit_xor", "bit_xor([DISTINCT] x)", "The bits that are set in an odd number of integers; NULL for an empty group.", ("bit_xor(x)", "7; 2; NULL", "5"))
{
    protected override AggregateStates Ints(Signature signature, MemoryOwner memory) => Plain<SetInOdd<int>, int, int>(signature, memory);
    protected override AggregateStates Longs(Signature signature, MemoryOwner memory) => Plain<SetInOdd<long>, long, long>(signature, memory);
}

/// <summary>An aggregate of the bits of integers.</summary>
internal abstract class OfBits(string name, string syntax, string summary, params (string, string, string)[] examples) : BuiltInAggregate(name, syntax, summary, examples)
{
    protected override Signature? Resolve(DataType argument) => argument.Kind switch
    {
        TypeKind.Integer or TypeKind.BigInt => Form(argument, argument),
        TypeKind.Null => Form(DataType.Integer, DataType.Integer),
        _ => null,
    };

    protected override AggregateStates CreateStates(Signature signature, MemoryOwner memory, bool retracts) =>
        signature.Result.Kind == TypeKind.Integer ? Ints(signature, memory) : Longs(signature, memory);

    protected abstract AggregateStates Ints(Signature signature, MemoryOwner memory);
    protected abstract AggregateStates Longs(Signature signature, MemoryOwner memory);
}

/// <summary>How often each bit was set, and how many values there were: so values can be taken back. State: 520 bytes.</summary>
struct BitCounts
{
    [InlineArray(64)]
    struct Counts
    {
        long _first;
    }

    Counts _set;

    public long Count;

    public void Add(long value, int weight)
    {
        Count += weight;
        for (var bits = (ulong)value; bits != 0; bits &= bits - 1) _set[System.Numerics.BitOperations.TrailingZeroCount(bits)] += weight;
    }

    public void Merge(in BitCounts other)
    {
        Count += other.Count;
        for (var i = 0; i < 64; i++) _set[i] += other._set[i];
    }

    /// <summary>The bits that were set at least so often.</summary>
    public readonly long SetAtLeast(long times)
    {
        var bits = 0L;
        for (var i = 0; i < 64; i++)
            if (_set[i] >= times) bits |= 1L << i;
        return bits;
    }
}

struct SetInAll<T> : IAggregate<SetInAll<T>, T, T> where T : unmanaged, System.Numerics.IBinaryInteger<T>
{
    BitCounts _bits;

    public void Add(T value) => _bits.Add(long.CreateTruncating(value), 1);
    public void Add(T value, int weight) => _bits.Add(long.CreateTruncating(value), weight);
    public void Merge(in SetInAll<T> other) => _bits.Merge(in other._bits);

    public readonly bool TryResult(Signature signature, out T result)
    {
        result = T.CreateTruncating(_bits.SetAtLeast(_bits.Count));
        return _bits.Count != 0;
    }
}

struct SetInSome<T> : IAggregate<SetInSome<T>, T, T> where T : unmanaged, System.Numerics.IBinaryInteger<T>
{
    BitCounts _bits;

    public void Add(T value) => _bits.Add(long.CreateTruncating(value), 1);
    public void Add(T value, int weight) => _bits.Add(long.CreateTruncating(value), weight);
    public void Merge(in SetInSome<T> other) => _bits.Merge(in other._bits);

    public readonly bool TryResult(Signature signature, out T result)
    {
        result = T.CreateTruncating(_bits.SetAtLeast(1));
        return _bits.Count != 0;
    }
}

struct SetInOdd<T> : IAggregate<SetInOdd<T>, T, T> where T : unmanaged, System.Numerics.IBinaryInteger<T>
{
    long _count;
    T _odd;

    public void Add(T value) => Add(value, 1);

    public void Add(T value, int weight)
    {
        _count += weight;
        if ((weight & 1) != 0) _odd ^= value;
    }

    public void Merge(in SetInOdd<T> other)
    {
        _count += other._count;
        _odd ^= other._odd;
    }

    public readonly bool TryResult(Signature signature, out T result)
    {
        result = _odd;
        return _count != 0;
    }
}

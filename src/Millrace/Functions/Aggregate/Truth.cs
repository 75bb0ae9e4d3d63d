using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>BOOL_AND(x).</summary>
internal sealed class BoolAnd() : OfConditions("bool_and", "bool_and(x)", "Whether every value is true; NULL for an empty group.",
    ("bool_and(x)", "true; false", "false"), ("bool_and(x)", "true; NULL", "true"))
{
    public override IReadOnlyList<string> Aliases => ["every"];
    protected override AggregateStates CreateStates(Signature signature, MemoryOwner memory, bool retracts) => Plain<AllTrue, byte, byte>(signature, memory);
}

/// <summary>BOOL_OR(x).</summary>
internal sealed class BoolOr() : OfConditions("bool_or", "bool_or(x)", "Whether some value is true; NULL for an empty group.",
    ("bool_or(x)", "true; false", "true"), ("bool_or(x)", "false; NULL", "false"))
{
    protected override AggregateStates CreateStates(Signature signature, MemoryOwner memory, bool retracts) => Plain<AnyTrue, byte, byte>(signature, memory);
}

/// <summary>COUNT_IF(x).</summary>
internal sealed class CountIf() : OfConditions("count_if", "count_if([DISTINCT] x)", "In how many rows a condition is true; BIGINT, 0 for an empty group.", ("count_if(x > 1)", "1; 2; 3; NULL", "2"))
{
    public override IReadOnlyList<string> Aliases => ["countif"];
    protected override bool DependsOnCopies => true;
    protected override Signature? Resolve(DataType argument) => argument.Kind is TypeKind.Boolean or TypeKind.Null ? Form(DataType.BigInt, DataType.Boolean) : null;
    protected override AggregateStates CreateStates(Signature signature, MemoryOwner memory, bool retracts) => Plain<Trues, byte, long>(signature, memory);
}

struct Trues : IAggregate<Trues, byte, long>
{
    long _count;

    public void Add(byte value) => _count += value;
    public void Add(byte value, int weight) => _count += value * (long)weight;
    public void Merge(in Trues other) => _count += other._count;

    public readonly bool TryResult(Signature signature, out long result)
    {
        result = _count;
        return true;
    }
}

/// <summary>An aggregate of BOOLEAN.</summary>
internal abstract class OfConditions(string name, string syntax, string summary, params (string, string, string)[] examples) : BuiltInAggregate(name, syntax, summary, examples)
{
    protected override bool DependsOnCopies => false;

    protected override Signature? Resolve(DataType argument) =>
        argument.Kind is TypeKind.Boolean or TypeKind.Null ? Form(DataType.Boolean, DataType.Boolean) : null;
}

/// <summary>How many values were true and how many false. State: 16 bytes.</summary>
struct Votes
{
    public long For;
    public long Against;

    public void Add(byte value, int weight)
    {
        For += value * (long)weight;
        Against += (1 - value) * (long)weight;
    }

    public void Merge(in Votes other)
    {
        For += other.For;
        Against += other.Against;
    }

    public readonly bool Any => (For | Against) != 0;
}

struct AllTrue : IAggregate<AllTrue, byte, byte>
{
    Votes _votes;

    public void Add(byte value) => _votes.Add(value, 1);
    public void Add(byte value, int weight) => _votes.Add(value, weight);
    public void Merge(in AllTrue other) => _votes.Merge(in other._votes);

    public readonly bool TryResult(Signature signature, out byte result)
    {
        result = _votes.Against == 0 ? (byte)1 : (byte)0;
        return _votes.Any;
    }
}

struct AnyTrue : IAggregate<AnyTrue, byte, byte>
{
    Votes _votes;

    public void Add(byte value) => _votes.Add(value, 1);
    public void Add(byte value, int weight) => _votes.Add(value, weight);
    public void Merge(in AnyTrue other) => _votes.Merge(in other._votes);

    public readonly bool TryResult(Signature signature, out byte result)
    {
        result = _votes.For != 0 ? (byte)1 : (byte)0;
        return _votes.Any;
    }
}

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

using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;

namespace Millrace.Expressions;

/// <summary>A typed expression over the columns of one batch. Immutable; equality is structural, so equal sub-expressions can be shared.</summary>
/// <remarks>Types are settled: the binder has put a <see cref="Cast"/> wherever one is needed, so that a function's arguments have exactly the types of its signature.</remarks>
public abstract record Expression(DataType Type);

/// <summary>A column of the input.</summary>
public sealed record ColumnReference(int Index, string Name, DataType Type) : Expression(Type);

/// <summary>A constant.</summary>
/// <param name="Value">
/// null for NULL; bool, int, long, double, Int128 (the scaled integer of a DECIMAL of either width), string (TEXT), long microseconds (TIMESTAMP),
/// <see cref="Interval"/>, or byte[] (compared by reference).
/// </param>
/// <param name="Type">Its type.</param>
public sealed record Literal(object? Value, DataType Type) : Expression(Type)
{
    /// <inheritdoc/>
    public bool Equals(Literal? other) => other is not null && Type == other.Type && (Value, other.Value) switch
    {
        (double a, double b) => BitConverter.DoubleToInt64Bits(a) == BitConverter.DoubleToInt64Bits(b), // -0 prints and divides otherwise than 0
        _ => Equals(Value, other.Value),
    };
    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Value, Type);
}

/// <summary>A scalar function, an operator such as + or = among them (functions named "+", "=", "||", "~", ...).</summary>
public sealed record Call(ScalarFunction Function, ImmutableArray<Expression> Arguments, DataType Type) : Expression(Type)
{
    /// <inheritdoc/>
    public bool Equals(Call? other) => other is not null && ReferenceEquals(Function, other.Function) && Type == other.Type && Arguments.SequenceEqual(other.Arguments);
    /// <inheritdoc/>
    public override int GetHashCode() => Arguments.Aggregate(Function.Name.GetHashCode(StringComparison.Ordinal), HashCode.Combine);
}

/// <summary>AND or OR of two or more conditions, with three-valued logic. An error in a condition counts only where the ones before it do not decide.</summary>
public sealed record Logical(bool IsAnd, ImmutableArray<Expression> Conditions) : Expression(DataType.Boolean)
{
    /// <inheritdoc/>
    public bool Equals(Logical? other) => other is not null && IsAnd == other.IsAnd && Conditions.SequenceEqual(other.Conditions);
    /// <inheritdoc/>
    public override int GetHashCode() => Conditions.Aggregate(IsAnd ? 1 : 2, HashCode.Combine);
}

/// <summary>NOT.</summary>
public sealed record Not(Expression Operand) : Expression(DataType.Boolean);

/// <summary>IS NULL; true or false, never NULL.</summary>
public sealed record IsNull(Expression Operand) : Expression(DataType.Boolean);

/// <summary>IS NOT DISTINCT FROM: equality in which NULL equals NULL; true or false, never NULL. Operands have one type.</summary>
public sealed record NotDistinct(Expression Left, Expression Right) : Expression(DataType.Boolean);

/// <summary>CASE WHEN ... THEN ... ELSE ... END (COALESCE and NULLIF are bound to it). An error of a branch counts only in rows that take it.</summary>
public sealed record Case(ImmutableArray<When> Whens, Expression Else, DataType Type) : Expression(Type)
{
    /// <inheritdoc/>
    public bool Equals(Case? other) => other is not null && Type == other.Type && Else == other.Else && Whens.SequenceEqual(other.Whens);
    /// <inheritdoc/>
    public override int GetHashCode() => Whens.Aggregate(Else.GetHashCode(), HashCode.Combine);
}

/// <summary>One branch of a <see cref="Case"/>.</summary>
public sealed record When(Expression Condition, Expression Result);

/// <summary>A conversion. Soft (TRY_CAST): what cannot be converted is NULL; hard: it is an error of the row.</summary>
public sealed record Cast(Expression Operand, DataType Type, bool Soft) : Expression(Type);

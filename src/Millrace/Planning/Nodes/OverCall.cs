using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;

namespace Millrace.Planning;

/// <summary>One result of <see cref="Over"/>.</summary>
/// <param name="Function">What is computed.</param>
/// <param name="Arguments">Columns of the input; of LAG and LEAD the value and, where one is given, the default.</param>
/// <param name="Distance">Rows to look back or ahead, or n of NTH_VALUE.</param>
/// <param name="Frame">The rows that it looks at.</param>
/// <param name="Type">Type of the result.</param>
public sealed record OverCall(OverFunction Function, ImmutableArray<int> Arguments, long Distance, OverFrame Frame, DataType Type)
{
    /// <summary>The aggregate, for <see cref="OverFunction.Aggregate"/>.</summary>
    public AggregateFunction? Aggregate { get; init; }
    /// <summary>How the aggregate is called.</summary>
    public Signature? Signature { get; init; }
    /// <summary>Whether DISTINCT stands before the aggregate's argument.</summary>
    public bool Distinct { get; init; }

    /// <summary>Whether equal calls give equal results.</summary>
    internal IEnumerable<object?> Parameters => [Function, Distance, Frame, Type, Aggregate, Distinct, Arguments.Length, .. Arguments.Cast<object?>()];
}

/// <summary>What OVER can compute.</summary>
public enum OverFunction
{
    /// <summary>An aggregate of the rows of the frame.</summary>
    Aggregate,
    /// <summary>1, 2, 3 ... within the partition.</summary>
    RowNumber,
    /// <summary>The number of rows before, and 1; peers have the same.</summary>
    Rank,
    /// <summary>The number of different values before, and 1.</summary>
    DenseRank,
    /// <summary>The value some rows before.</summary>
    Lag,
    /// <summary>The value some rows behind, which are waited for.</summary>
    Lead,
    /// <summary>The value of the frame's first row.</summary>
    FirstValue,
    /// <summary>The value of the frame's last row.</summary>
    LastValue,
    /// <summary>The value of the frame's n-th row.</summary>
    NthValue,
}

/// <summary>The rows that an OVER looks at, up to the row at hand.</summary>
/// <param name="IsRows">ROWS: offsets count rows. Otherwise RANGE: they are distances in the order's column (microseconds, or its scaled whole number), and peers belong together.</param>
/// <param name="Start">How far before the row at hand it starts; null = at the first row of the partition.</param>
/// <param name="End">How far before the row at hand it ends; 0 = with it.</param>
public sealed record OverFrame(bool IsRows, long? Start, long End)
{
    /// <summary>RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW.</summary>
    public static OverFrame Default { get; } = new(false, null, 0);
}

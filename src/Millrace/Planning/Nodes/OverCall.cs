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

    /// <summary>How many rows behind a row it must know.</summary>
    internal long Ahead => Function switch
    {
        OverFunction.Lead => Distance,
        OverFunction.Aggregate or OverFunction.FirstValue or OverFunction.LastValue or OverFunction.NthValue => Frame.Ahead,
        _ => 0,
    };

    /// <summary>What tells it from other calls.</summary>
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

/// <summary>The rows that an OVER looks at. Offsets say how far before the row at hand; those below zero lie behind it (FOLLOWING).</summary>
/// <param name="IsRows">ROWS: offsets count rows. Otherwise RANGE: they are distances in the order's column (microseconds, or its scaled whole number), and peers belong together.</param>
/// <param name="Start">Where it starts; null = at the first row of the partition.</param>
/// <param name="End">Where it ends, at most <paramref name="Start"/>; 0 = with the row at hand, <see cref="Unbounded"/> = with the last row of the partition.</param>
public sealed record OverFrame(bool IsRows, long? Start, long End)
{
    /// <summary>UNBOUNDED FOLLOWING.</summary>
    public const long Unbounded = long.MinValue;

    /// <summary>RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW.</summary>
    public static OverFrame Default { get; } = new(false, null, 0);

    /// <summary>Whether it can be looked at only when the whole partition is there: no number of rows says that nothing more falls into it.</summary>
    public bool NeedsWhole => End == Unbounded || !IsRows && End < 0;

    /// <summary>How many rows behind the row at hand must be there.</summary>
    internal long Ahead => NeedsWhole ? long.MaxValue : Math.Max(0, -End);
}

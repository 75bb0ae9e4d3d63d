using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Functions;

/// <summary>A function that gives rows: it stands in FROM, by itself or behind LATERAL, where it is asked for each row of what stands before it.</summary>
/// <remarks>One file each in Functions/Table, one line in <see cref="TableFunctions"/>. Deterministic: a row that is taken back takes back the rows that it gave. NULL in any argument gives no rows.</remarks>
public abstract class TableFunction
{
    /// <summary>Name in lower case.</summary>
    public abstract string Name { get; }

    /// <summary>Other names for it.</summary>
    public virtual IReadOnlyList<string> Aliases => [];

    /// <summary>How it is called, e.g. "generate_series(from, to [, step])".</summary>
    public abstract string Syntax { get; }

    /// <summary>One sentence: what rows it gives, ranges, errors.</summary>
    public abstract string Summary { get; }

    /// <summary>Examples that a test runs; at least one. The result has rows separated by "; " and columns by ", ".</summary>
    public abstract IReadOnlyList<Example> Examples { get; }

    /// <summary>The signature for some argument types (a bare NULL has <see cref="DataType.Null"/>), or null if they do not fit even with implicit casts.</summary>
    public abstract TableSignature? Resolve(ReadOnlySpan<DataType> arguments);

    /// <summary>Makes the code that runs it for a signature; once for each place where it is called.</summary>
    /// <param name="signature">As resolved.</param>
    /// <param name="constants">For each argument its literal value if it is constant (a pattern can be compiled once), else null.</param>
    /// <exception cref="ArgumentException">A constant is not one that the function knows.</exception>
    public abstract ITableKernel Compile(TableSignature signature, IReadOnlyList<Literal?> constants);
}

/// <summary>What a table function takes and the columns that it gives.</summary>
public sealed record TableSignature(ImmutableArray<DataType> Parameters, ImmutableArray<Field> Columns);

/// <summary>The code of a table function at one place of a plan. Called by one thread at a time; goes through the elements of one row after the other, a few at a time, so that no row can flood memory.</summary>
public interface ITableKernel
{
    /// <summary>Begins with the elements of a row. What it needs of the arguments later it copies.</summary>
    /// <param name="arguments">Columns of the signature's types; none is NULL in the row.</param>
    /// <param name="row">The row.</param>
    /// <returns>null, or what is wrong with the arguments.</returns>
    string? Begin(ReadOnlySpan<Column> arguments, int row);

    /// <summary>Appends the next elements to the columns of the signature.</summary>
    /// <param name="columns">One for each of the signature's, all of one length.</param>
    /// <param name="count">At most so many.</param>
    /// <returns>How many were appended; fewer than asked for means that there are no more.</returns>
    int Append(ReadOnlySpan<Column> columns, int count);
}

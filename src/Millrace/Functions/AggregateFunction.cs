using Millrace.Data;

namespace Millrace.Functions;

/// <summary>A function of the rows of a group.</summary>
/// <remarks>One file each in Functions/Aggregate, one line in <see cref="Aggregates"/>. NULL inputs are skipped by the engine unless <see cref="SeesNulls"/>.</remarks>
public abstract class AggregateFunction
{
    /// <summary>Name in lower case.</summary>
    public abstract string Name { get; }

    /// <summary>Other names for it.</summary>
    public virtual IReadOnlyList<string> Aliases => [];

    /// <summary>How it is called, e.g. "sum(x)".</summary>
    public abstract string Syntax { get; }

    /// <summary>One sentence: unit, result of an empty group, errors.</summary>
    public abstract string Summary { get; }

    /// <summary>Examples over a VALUES list, run by a test, e.g. ("sum(x) over 1, 2, 3", "6") is written as SQL "SELECT sum(x) FROM (VALUES (1), (2), (3)) AS t(x)".</summary>
    public abstract IReadOnlyList<Example> Examples { get; }

    /// <summary>Whether rows in which the argument is NULL reach it (COUNT(*) has no argument at all).</summary>
    public virtual bool SeesNulls => false;

    /// <summary>Whether it can take rows back (weights below zero); the planner refuses it over retracting input otherwise.</summary>
    public abstract bool CanRetract { get; }

    /// <summary>The signature for some argument types, or null if they do not fit.</summary>
    /// <param name="arguments">None for COUNT(*).</param>
    /// <param name="distinct">Whether DISTINCT stands before the argument.</param>
    public abstract Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct);

    /// <summary>Makes the states of all groups of one table.</summary>
    /// <param name="signature">As resolved.</param>
    /// <param name="distinct">Whether DISTINCT stands before the argument.</param>
    /// <param name="memory">What the states are charged to.</param>
    /// <param name="retracts">Whether weights below zero may come; without them MIN, MAX and DISTINCT need less memory. True only where <see cref="CanRetract"/>.</param>
    public abstract AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts = true);
}

/// <summary>The states of one aggregate for all groups of a keyed table: plain data by group number, kept, saved and freed by the engine.</summary>
/// <remarks>
/// Rows whose argument is NULL are skipped here, whoever calls. Sums are exact and never wrap: a result that does not fit its type is an
/// <see cref="OverflowException"/> when it is asked for. Dispose gives back what was charged.
/// </remarks>
public abstract class AggregateStates : IDisposable
{
    /// <summary>Makes room for groups 0 to count - 1; new ones are empty. Never shrinks.</summary>
    public abstract void EnsureGroups(int count);

    /// <summary>Adds rows.</summary>
    /// <param name="arguments">The argument columns; empty for COUNT(*).</param>
    /// <param name="rows">The rows to add: row indexes, or empty where all of the first groups.Length rows count in order.</param>
    /// <param name="groups">For each added row its group.</param>
    /// <param name="weights">For each added row its weight, or empty where all are +1.</param>
    public abstract void Add(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights);

    /// <summary>Adds the state of a group of another table to a group of this one.</summary>
    public abstract void Merge(int group, AggregateStates other, int otherGroup);

    /// <summary>Makes a group empty again.</summary>
    public abstract void Reset(int group);

    /// <summary>Appends the results of some groups to a column of the signature's result type.</summary>
    public abstract void AppendResults(ReadOnlySpan<int> groups, Column results);

    /// <summary>Writes a group's state.</summary>
    public abstract void Save(int group, StateWriter writer);

    /// <summary>Reads back what <see cref="Save"/> wrote, into an empty group.</summary>
    public abstract void Load(int group, ref StateReader reader);

    /// <summary>Frees all groups; nothing may be called afterwards.</summary>
    public abstract void Dispose();
}

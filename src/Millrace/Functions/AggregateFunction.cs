using Millrace.Data;
using Millrace.Expressions;

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

    /// <summary>Whether the order in which rows arrive decides its result: then none may overtake another.</summary>
    internal virtual bool IsByArrival => false;

    /// <summary>Which arguments must be constants (a fraction, a separator, a half-life), by place. They are no columns: <see cref="With"/> builds them in.</summary>
    public virtual IReadOnlyList<int> ConstantArguments => [];

    /// <summary>Whether it takes ORDER BY.</summary>
    public virtual AggregateOrder Order => AggregateOrder.None;

    /// <summary>Where the event time of the rows goes if it is not given: the place of that argument, or -1.</summary>
    public virtual int TimeArgument => -1;

    /// <summary>Called with the first argument before that gets here, or null: gives it back, or fails the row. So a value that cannot be aggregated is an error of its row, with which its source deals.</summary>
    public virtual ScalarFunction? Check => null;

    /// <summary>The function as it stands at one place: what a binder resolves and puts into the plan.</summary>
    /// <param name="constants">Values of the <see cref="ConstantArguments"/> that were given, in their order.</param>
    /// <param name="descending">For each expression of ORDER BY whether it goes downwards; NULLs stand last upwards and first downwards. The expressions are the last arguments.</param>
    /// <param name="distinct">Whether DISTINCT stands before the argument.</param>
    /// <exception cref="ArgumentException">A constant is out of range, or the function does not go with what is asked: the message says what it needs.</exception>
    public virtual AggregateFunction With(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending, bool distinct) => this;

    /// <summary>The constants and the order that it stands with at one place, as text; empty where there are none.</summary>
    internal string Placing { get; private set; } = "";

    /// <summary>As <see cref="With"/>, and it knows what it stands with.</summary>
    internal AggregateFunction Placed(IReadOnlyList<Literal> constants, IReadOnlyList<bool> descending, bool distinct)
    {
        var placed = With(constants, descending, distinct);
        if (!ReferenceEquals(placed, this)) placed.Placing = string.Join(", ", constants.Select(c => c.ToSql()).Concat(descending.Select(d => d ? "DESC" : "ASC")));
        return placed;
    }

    /// <summary>The signature for some argument types, or null if they do not fit.</summary>
    /// <param name="arguments">None for COUNT(*). Without the <see cref="ConstantArguments"/>, with the expressions of ORDER BY at the end.</param>
    /// <param name="distinct">Whether DISTINCT stands before the argument.</param>
    public abstract Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct);

    /// <summary>Makes the states of all groups of one table.</summary>
    /// <param name="signature">As resolved.</param>
    /// <param name="distinct">Whether DISTINCT stands before the argument.</param>
    /// <param name="memory">What the states are charged to.</param>
    /// <param name="retracts">Whether weights below zero may come; without them MIN, MAX and DISTINCT need less memory. True only where <see cref="CanRetract"/>.</param>
    public abstract AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts = true);
}

/// <summary>Where an aggregate takes an order from.</summary>
public enum AggregateOrder
{
    /// <summary>It takes none.</summary>
    None,
    /// <summary>f(x ORDER BY y), if it is given.</summary>
    Inside,
    /// <summary>f(p) WITHIN GROUP (ORDER BY x), which must be given.</summary>
    Within,
    /// <summary>f() WITHIN GROUP (ORDER BY x), or the plain call f(x).</summary>
    WithinOrPlain,
    /// <summary>f(x ORDER BY y) or f(x) WITHIN GROUP (ORDER BY y), if it is given.</summary>
    Either,
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

    /// <summary>Whether a group's state is a few words however many rows it has, so that copies of it cost little.</summary>
    public virtual bool IsSmall => false;

    /// <summary>Adds states of groups of another table to groups of this one, each to one.</summary>
    /// <param name="groups">Groups of this table, none twice.</param>
    /// <param name="other">The other table.</param>
    /// <param name="otherGroups">For each the group of the other table.</param>
    public virtual void MergeAll(ReadOnlySpan<int> groups, AggregateStates other, ReadOnlySpan<int> otherGroups)
    {
        for (var i = 0; i < groups.Length; i++) Merge(groups[i], other, otherGroups[i]);
    }

    /// <summary>Makes a group empty again.</summary>
    public abstract void Reset(int group);

    /// <summary>Makes several groups empty again.</summary>
    public virtual void ResetAll(ReadOnlySpan<int> groups)
    {
        foreach (var group in groups) Reset(group);
    }

    /// <summary>Appends the results of some groups to a column of the signature's result type.</summary>
    public abstract void AppendResults(ReadOnlySpan<int> groups, Column results);

    /// <summary>Writes a group's state.</summary>
    public abstract void Save(int group, StateWriter writer);

    /// <summary>Reads back what <see cref="Save"/> wrote, into an empty group.</summary>
    public abstract void Load(int group, ref StateReader reader);

    /// <summary>Frees all groups; nothing may be called afterwards.</summary>
    public abstract void Dispose();
}

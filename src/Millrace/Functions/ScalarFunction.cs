using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Functions;

/// <summary>A function of the values of one row; operators are such functions too.</summary>
/// <remarks>One file each in Functions/Scalar, one line in <see cref="Scalars"/>. Stateless and thread-safe; what a kernel remembers lives in its <see cref="IScalarKernel"/>.</remarks>
public abstract class ScalarFunction
{
    /// <summary>Name in lower case, as SQL writes it; for operators the symbol.</summary>
    public abstract string Name { get; }

    /// <summary>Other names for it.</summary>
    public virtual IReadOnlyList<string> Aliases => [];

    /// <summary>Group in the reference: "text", "math", "time", "comparison", "conversion", "conditional".</summary>
    public abstract string Category { get; }

    /// <summary>How it is called, e.g. "substring(text, start [, count])".</summary>
    public abstract string Syntax { get; }

    /// <summary>One sentence, with units, ranges, null behaviour where it is not "NULL in, NULL out", and errors.</summary>
    public abstract string Summary { get; }

    /// <summary>Examples that a test runs; at least one.</summary>
    public abstract IReadOnlyList<Example> Examples { get; }

    /// <summary>Whether equal arguments give equal results at any time; only then may it be folded or recomputed.</summary>
    public virtual bool IsDeterministic => true;

    /// <summary>The signature for some argument types (a bare NULL has <see cref="DataType.Null"/>), or null if they do not fit even with implicit casts.</summary>
    public abstract Signature? Resolve(ReadOnlySpan<DataType> arguments);

    /// <summary>As <see cref="Resolve(ReadOnlySpan{DataType})"/> where the result's type depends on the value of a constant: round(x, 2) has two digits after its point. What a binder calls.</summary>
    /// <param name="arguments">The types of the arguments.</param>
    /// <param name="constants">For each argument its literal value if it is constant, else null.</param>
    public virtual Signature? Resolve(ReadOnlySpan<DataType> arguments, IReadOnlyList<Literal?> constants) => Resolve(arguments);

    /// <summary>Makes the code that runs it for a signature; once for each place where it is called.</summary>
    /// <param name="signature">As resolved.</param>
    /// <param name="constants">For each argument its literal value if it is constant (a pattern can be compiled once), else null.</param>
    public abstract IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants);
}

/// <summary>The code of a function at one place of an expression. Called by one thread at a time. A kernel that holds heaps or columns between batches is <see cref="IDisposable"/>; the evaluator disposes it.</summary>
public interface IScalarKernel
{
    /// <summary>Computes a batch's rows.</summary>
    /// <param name="arguments">Columns of the signature's types, all of <paramref name="rows"/> length. Constants come as full columns too.</param>
    /// <param name="rows">Number of rows.</param>
    /// <param name="errors">Where rows that cannot be computed are reported; their result is NULL.</param>
    /// <returns>A column with one reference for the caller (it may be a retained argument).</returns>
    Column Run(ReadOnlySpan<Column> arguments, int rows, RowErrors errors);
}

namespace Millrace.Functions;

/// <summary>Every function that a query can name. The built-in lists meet here; a program adds its own by the same call.</summary>
/// <remarks>Names are looked up in lower case. Not thread-safe while it is being added to.</remarks>
public sealed class Catalog
{
    readonly Dictionary<string, ScalarFunction> _scalars = new(StringComparer.Ordinal);
    readonly Dictionary<string, AggregateFunction> _aggregates = new(StringComparer.Ordinal);
    readonly Dictionary<string, TableFunction> _tables = new(StringComparer.Ordinal);

    /// <summary>A catalogue of all built-in functions.</summary>
    public Catalog()
    {
        foreach (var function in Functions.Scalars.All) Add(function);
        foreach (var function in Functions.Aggregates.All) Add(function);
        foreach (var function in TableFunctions.All) Add(function);
    }

    /// <summary>The built-in functions; not to be added to.</summary>
    public static Catalog BuiltIn { get; } = new();

    /// <summary>All scalar functions, each once.</summary>
    public IEnumerable<ScalarFunction> Scalars => _scalars.Values.Distinct();

    /// <summary>All aggregates, each once.</summary>
    public IEnumerable<AggregateFunction> Aggregates => _aggregates.Values.Distinct();

    /// <summary>All table functions, each once.</summary>
    public IEnumerable<TableFunction> Tables => _tables.Values.Distinct();

    /// <summary>Names of all scalar functions and aggregates, for suggestions.</summary>
    public IEnumerable<string> Names => _scalars.Keys.Concat(_aggregates.Keys);

    /// <summary>Adds a scalar function under its name and aliases.</summary>
    /// <exception cref="ArgumentException">A name is taken.</exception>
    public void Add(ScalarFunction function)
    {
        foreach (var name in function.Aliases.Prepend(function.Name)) _scalars.Add(name, function);
    }

    /// <summary>Adds an aggregate under its name and aliases.</summary>
    /// <exception cref="ArgumentException">A name is taken.</exception>
    public void Add(AggregateFunction function)
    {
        foreach (var name in function.Aliases.Prepend(function.Name)) _aggregates.Add(name, function);
    }

    /// <summary>Adds a table function under its name and aliases.</summary>
    /// <exception cref="ArgumentException">A name is taken.</exception>
    public void Add(TableFunction function)
    {
        foreach (var name in function.Aliases.Prepend(function.Name)) _tables.Add(name, function);
    }

    /// <summary>The table function of a name, or null.</summary>
    public TableFunction? Table(string name) => _tables.GetValueOrDefault(name);

    /// <summary>The scalar function of a name, or null.</summary>
    public ScalarFunction? Scalar(string name) => _scalars.GetValueOrDefault(name);

    /// <summary>The aggregate of a name, or null.</summary>
    public AggregateFunction? Aggregate(string name) => _aggregates.GetValueOrDefault(name);
}

using System.Collections.Immutable;

namespace Millrace.Data;

/// <summary>Name and type of a column.</summary>
public sealed record Field(string Name, DataType Type)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Name} {Type}";
}

/// <summary>The columns of a batch, in order. Immutable; names are exact (SQL folds unquoted names before they get here).</summary>
public sealed class Schema
{
    readonly ImmutableArray<Field> _fields;
    readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);

    /// <summary>Creates a schema. Where a name stands twice, <see cref="IndexOf"/> finds the first.</summary>
    public Schema(params IEnumerable<Field> fields)
    {
        _fields = [.. fields];
        for (var i = 0; i < _fields.Length; i++) _indexes.TryAdd(_fields[i].Name, i);
    }

    /// <summary>No columns.</summary>
    public static Schema Empty { get; } = new();

    /// <summary>The columns.</summary>
    public ImmutableArray<Field> Fields => _fields;

    /// <summary>Number of columns.</summary>
    public int Count => _fields.Length;

    /// <summary>The column at an index.</summary>
    public Field this[int index] => _fields[index];

    /// <summary>The index of a name, or -1.</summary>
    public int IndexOf(string name) => _indexes.GetValueOrDefault(name, -1);

    /// <inheritdoc/>
    public override string ToString() => string.Join(", ", _fields);
}

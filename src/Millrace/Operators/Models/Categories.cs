using System.Diagnostics.CodeAnalysis;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Learning;

namespace Millrace.Operators.Models;

/// <summary>Numbers for the categories or labels of a column, 0, 1, 2 ... in the order in which they are first learned. Looking one up allocates nothing.</summary>
sealed class Categories
{
    /// <summary>There are no more than so many; further ones are unknown.</summary>
    public const int Most = FeatureSet.CodesMax;

    readonly Dictionary<byte[], int> _codes = new(new Texts());
    readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    readonly List<byte[]> _values = [];

    public Categories() => _bySpan = _codes.GetAlternateLookup<ReadOnlySpan<byte>>();

    public int Count => _values.Count;

    /// <summary>The category of a number.</summary>
    public ReadOnlySpan<byte> this[int code] => _values[code];

    /// <summary>The number of a row's value; -1 where it is NULL or unknown.</summary>
    /// <param name="column">A column of texts or whole numbers.</param>
    /// <param name="row">The row.</param>
    /// <param name="takesNew">Whether a value that was never seen gets a number.</param>
    public int Of(Column column, int row, bool takesNew)
    {
        if (column.IsNull(row)) return -1;
        if (column is TextColumn text) return Of(text[row], takesNew);
        var number = column switch { Column<byte> c => c[row], Column<int> c => c[row], _ => ((Column<long>)column)[row] };
        return Of(System.Runtime.InteropServices.MemoryMarshal.AsBytes(new ReadOnlySpan<long>(in number)), takesNew);
    }

    /// <summary>The number of a value; -1 where it is unknown.</summary>
    public int Of(ReadOnlySpan<byte> value, bool takesNew)
    {
        if (_bySpan.TryGetValue(value, out var code)) return code;
        if (!takesNew || Count == Most) return -1;
        var own = value.ToArray();
        _values.Add(own);
        return _codes[own] = Count - 1;
    }

    /// <summary>Appends the value of a number to a column of the type that the values came from.</summary>
    public void AppendTo(Column column, int code)
    {
        var value = _values[code];
        switch (column)
        {
            case TextColumn c: c.Append(value); break;
            case Column<byte> c: c.Append((byte)BitConverter.ToInt64(value)); break;
            case Column<int> c: c.Append((int)BitConverter.ToInt64(value)); break;
            default: ((Column<long>)column).Append(BitConverter.ToInt64(value)); break;
        }
    }

    public void Save(StateWriter writer)
    {
        writer.Write(Count);
        foreach (var value in _values) writer.WriteBytes(value);
    }

    public void Load(ref StateReader reader)
    {
        _codes.Clear();
        _values.Clear();
        for (var count = reader.Read<int>(); count > 0; count--) Of(reader.ReadBytes(), takesNew: true);
    }

    /// <summary>Texts by their bytes.</summary>
    sealed class Texts : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);
        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());
        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);
        public int GetHashCode(ReadOnlySpan<byte> alternate) => Hash64.Of(alternate).GetHashCode();
        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}

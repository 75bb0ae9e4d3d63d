using System.Text;
using Millrace.Data;

namespace Millrace.Expressions;

/// <summary>What kernels ask of constants.</summary>
internal static class Literals
{
    /// <summary>The bytes of a TEXT or BYTES literal.</summary>
    public static byte[] Bytes(Literal literal) => literal.Value is byte[] bytes ? bytes : Encoding.UTF8.GetBytes((string)literal.Value!);

    /// <summary>The value of a fixed-size literal as its column stores it.</summary>
    public static T Value<T>(Literal literal) where T : unmanaged => literal.Value switch
    {
        bool flag => (T)(object)(flag ? (byte)1 : (byte)0),
        Int128 scaled when typeof(T) == typeof(long) => (T)(object)(long)scaled,
        var value => (T)value!,
    };

    /// <summary>The literal that a row of a column is.</summary>
    public static Literal Of(Column column, int row, DataType type)
    {
        if (column.IsNull(row)) return new(null, type);
        return new(column switch
        {
            Column<byte> c => c[row] != 0,
            Column<int> c => c[row],
            Column<long> c when type.Kind == TypeKind.Decimal => (Int128)c[row],
            Column<long> c => c[row],
            Column<double> c => c[row],
            Column<Int128> c => c[row],
            Column<Interval> c => c[row],
            TextColumn c when type.Kind == TypeKind.Text => Encoding.UTF8.GetString(c[row]),
            TextColumn c => c[row].ToArray(),
            _ => throw new System.Diagnostics.UnreachableException(),
        }, type);
    }
}

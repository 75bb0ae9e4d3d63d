using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>x IN (a, b, ...).</summary>
internal sealed class InList() : BuiltIn("in_list", "comparison", "x IN (a, b, ...)",
    "Whether a value is among others; NULL if it is not and one of them is NULL. Constants are looked up in a set.",
    ("2 IN (1, 2, 3)", "true"), ("'d' IN ('a', 'b')", "false"), ("1 IN (2, NULL)", "NULL"))
{
    public override Signature? Resolve(ReadOnlySpan<DataType> arguments)
    {
        if (arguments.Length < 2 || Casts.Common(arguments) is not { } common) return null;
        if (common.Kind == TypeKind.Null) common = Text;
        return Form(Boolean, [.. Enumerable.Repeat(common, arguments.Length)]);
    }

    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants)
    {
        if (constants.Skip(1).Any(c => c is null)) return OneByOne(signature, constants);
        return signature.Parameters[0].Storage switch
        {
            Storage.Byte => Fixed<byte>(constants, (in Row row) => row.Bool(0) ? (byte)1 : (byte)0),
            Storage.Int => Fixed<int>(constants, (in Row row) => row.Int(0)),
            Storage.Long => Fixed<long>(constants, (in Row row) => row.Long(0)),
            Storage.Double => Fixed<double>(constants, (in Row row) => Hash64.Canonical(row.Double(0))),
            Storage.Int128 => Fixed<Int128>(constants, (in Row row) => row.Wide(0)),
            Storage.Interval => Intervals(constants),
            _ => Texts(constants),
        };
    }

    delegate T Reader<T>(in Row row);

    static RowKernel<byte> Fixed<T>(IReadOnlyList<Literal?> constants, Reader<T> read) where T : unmanaged
    {
        var set = constants.Skip(1).Where(c => c!.Value is not null).Select(c => Literals.Value<T>(c!)).ToHashSet();
        return Kernel(constants, (in Row row) => set.Contains(read(row)));
    }

    static RowKernel<byte> Intervals(IReadOnlyList<Literal?> constants)
    {
        var set = constants.Skip(1).Where(c => c!.Value is not null).Select(c => ((Interval)c!.Value!).ApproximateMicroseconds).ToHashSet();
        return Kernel(constants, (in Row row) => set.Contains(row.Interval(0).ApproximateMicroseconds));
    }

    static RowKernel<byte> Texts(IReadOnlyList<Literal?> constants)
    {
        // UTF-16 strings would lose bytes that are no UTF-8: Latin-1 keeps each byte as a character.
        var set = constants.Skip(1).Where(c => c!.Value is not null).Select(c => Encoding.Latin1.GetString(Literals.Bytes(c!))).ToHashSet(StringComparer.Ordinal);
        var lookup = set.GetAlternateLookup<ReadOnlySpan<char>>();
        var room = new char[256];
        return Kernel(constants, (in Row row) =>
        {
            var text = row.Text(0);
            if (text.Length > room.Length) room = new char[text.Length * 2];
            return lookup.Contains(room.AsSpan(0, Encoding.Latin1.GetChars(text, room)));
        });
    }

    delegate bool Test(in Row row);

    static RowKernel<byte> Kernel(IReadOnlyList<Literal?> constants, Test test)
    {
        var hasNull = constants.Skip(1).Any(c => c!.Value is null);
        return new(DataType.Boolean, constants, (in Row row, Outcome outcome) =>
        {
            if (row.IsNull(0))
            {
                outcome.Null();
                return 0;
            }
            if (test(row)) return 1;
            if (hasNull) outcome.Null();
            return 0;
        }, isStrict: false);
    }

    static IScalarKernel OneByOne(Signature signature, IReadOnlyList<Literal?> constants)
    {
        var type = signature.Parameters[0];
        return new RowKernel<byte>(DataType.Boolean, constants, (in Row row, Outcome outcome) =>
        {
            if (row.IsNull(0))
            {
                outcome.Null();
                return 0;
            }
            var isOpen = false;
            for (var i = 1; i < row.Count; i++)
            {
                if (row.IsNull(i)) isOpen = true;
                else if (Values.Compare(type, row, 0, i) == 0) return 1;
            }
            if (isOpen) outcome.Null();
            return 0;
        }, isStrict: false);
    }
}

/// <summary>Comparing two arguments of a row.</summary>
internal static class Values
{
    /// <summary>Below, at or above zero; NaN is the greatest number.</summary>
    public static int Compare(DataType type, in Row row, int a, int b) => type.Storage switch
    {
        Storage.Byte => row.Bool(a).CompareTo(row.Bool(b)),
        Storage.Int => row.Int(a).CompareTo(row.Int(b)),
        Storage.Long => row.Long(a).CompareTo(row.Long(b)),
        Storage.Double => Compare(row.Double(a), row.Double(b)),
        Storage.Int128 => row.Wide(a).CompareTo(row.Wide(b)),
        Storage.Interval => row.Interval(a).CompareTo(row.Interval(b)),
        _ => row.Text(a).SequenceCompareTo(row.Text(b)),
    };

    static int Compare(double a, double b) => double.IsNaN(a) || double.IsNaN(b) ? double.IsNaN(a).CompareTo(double.IsNaN(b)) : a.CompareTo(b);
}

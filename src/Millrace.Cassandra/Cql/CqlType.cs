using System.Text;

namespace Millrace.Cassandra.Cql;

/// <summary>The kinds of CQL types, by their numbers in the protocol.</summary>
enum CqlKind : ushort
{
    Custom = 0x00,
    Ascii = 0x01,
    BigInt = 0x02,
    Blob = 0x03,
    Boolean = 0x04,
    Counter = 0x05,
    Decimal = 0x06,
    Double = 0x07,
    Float = 0x08,
    Int = 0x09,
    Text = 0x0A,
    Timestamp = 0x0B,
    Uuid = 0x0C,
    Varchar = 0x0D,
    Varint = 0x0E,
    TimeUuid = 0x0F,
    Inet = 0x10,
    Date = 0x11,
    Time = 0x12,
    SmallInt = 0x13,
    TinyInt = 0x14,
    Duration = 0x15,
    List = 0x20,
    Map = 0x21,
    Set = 0x22,
    Udt = 0x30,
    Tuple = 0x31,
}

/// <summary>The type of a column: a kind, and what it is made of where it is a collection.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Parts">Element types of a list, set, map, tuple or user-defined type.</param>
/// <param name="Names">Names of a user-defined type's fields; the class of a custom type.</param>
sealed record CqlType(CqlKind Kind, CqlType[] Parts, string[] Names)
{
    const int Deepest = 16; // a type of a type of a type

    /// <summary>A type without parts.</summary>
    public static CqlType Of(CqlKind kind) => new(kind, [], []);

    /// <summary>Reads a type as result metadata tell it.</summary>
    public static CqlType Read(ref CqlReader reader, int depth = 0)
    {
        if (depth > Deepest) throw CqlException.Protocol("a type is nested too deeply.");
        var kind = (CqlKind)reader.Short();
        switch (kind)
        {
            case CqlKind.Custom:
                return new(kind, [], [reader.String()]);
            case CqlKind.List or CqlKind.Set:
                return new(kind, [Read(ref reader, depth + 1)], []);
            case CqlKind.Map:
                return new(kind, [Read(ref reader, depth + 1), Read(ref reader, depth + 1)], []);
            case CqlKind.Udt:
                reader.String();
                reader.String();
                var names = new string[reader.Count(reader.Short(), 4)];
                var fields = new CqlType[names.Length];
                for (var i = 0; i < names.Length; i++) (names[i], fields[i]) = (reader.String(), Read(ref reader, depth + 1));
                return new(kind, fields, names);
            case CqlKind.Tuple:
                var parts = new CqlType[reader.Count(reader.Short(), 2)];
                for (var i = 0; i < parts.Length; i++) parts[i] = Read(ref reader, depth + 1);
                return new(kind, parts, []);
            default:
                return Of(kind);
        }
    }

    /// <summary>The type as CQL writes it.</summary>
    public override string ToString() => Kind switch
    {
        CqlKind.Custom => $"'{Names[0]}'",
        CqlKind.List or CqlKind.Set or CqlKind.Map or CqlKind.Tuple => $"{Kind.ToString().ToLowerInvariant()}<{string.Join(", ", (object[])Parts)}>",
        CqlKind.Udt => "a user-defined type",
        CqlKind.Varchar => "text",
        _ => Kind.ToString().ToLowerInvariant(),
    };
}

using System.Buffers.Binary;
using System.Net;
using System.Text;

namespace Millrace.Cassandra.Cql;

/// <summary>Reads the body of a frame. No length in it is trusted: whatever does not fit is a <see cref="CqlException"/>.</summary>
ref struct CqlReader(ReadOnlySpan<byte> bytes)
{
    ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Bytes that are not yet read.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>The next so many bytes.</summary>
    public ReadOnlySpan<byte> Raw(int length)
    {
        if ((uint)length > (uint)_rest.Length) throw CqlException.Protocol($"{length:N0} bytes are announced where {_rest.Length:N0} are left.");
        var taken = _rest[..length];
        _rest = _rest[length..];
        return taken;
    }

    public byte Byte() => Raw(1)[0];
    public ushort Short() => BinaryPrimitives.ReadUInt16BigEndian(Raw(2));
    public int Int() => BinaryPrimitives.ReadInt32BigEndian(Raw(4));
    public long Long() => BinaryPrimitives.ReadInt64BigEndian(Raw(8));
    public string String() => Encoding.UTF8.GetString(Raw(Short()));
    public ReadOnlySpan<byte> ShortBytes() => Raw(Short());

    /// <summary>A value with its length; <paramref name="isNull"/> where the length is negative.</summary>
    public ReadOnlySpan<byte> Bytes(out bool isNull)
    {
        var length = Int();
        isNull = length < 0;
        return isNull ? default : Raw(length);
    }

    /// <summary>How many things follow, each of which takes at least so many bytes: never more than can be there.</summary>
    public int Count(int count, int smallest)
    {
        if (count < 0 || (long)count * smallest > _rest.Length) throw CqlException.Protocol($"{count:N0} items are announced where {_rest.Length:N0} bytes are left.");
        return count;
    }

    public string[] StringList()
    {
        var list = new string[Count(Short(), 2)];
        for (var i = 0; i < list.Length; i++) list[i] = String();
        return list;
    }

    /// <summary>An address with a port.</summary>
    public IPEndPoint Inet()
    {
        var address = Address();
        var port = Int();
        return port is >= 0 and <= 65535 ? new(address, port) : throw CqlException.Protocol($"{port} is no port.");
    }

    /// <summary>An address.</summary>
    public IPAddress Address()
    {
        var length = Byte();
        return length is 4 or 16 ? new(Raw(length)) : throw CqlException.Protocol($"an address has {length} bytes.");
    }
}

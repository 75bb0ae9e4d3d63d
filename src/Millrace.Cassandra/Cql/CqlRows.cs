using System.Buffers.Binary;

namespace Millrace.Cassandra.Cql;

/// <summary>A column of a result, or a marker of a prepared statement.</summary>
sealed record CqlColumn(string Keyspace, string Table, string Name, CqlType Type);

/// <summary>What a result or a statement says of its columns.</summary>
/// <param name="Columns">The columns; empty where they were left out.</param>
/// <param name="PagingState">Where the next page begins, or null.</param>
/// <param name="PartitionKey">Of a statement: which markers make up the partition key (protocol 4 and later).</param>
sealed record CqlMetadata(CqlColumn[] Columns, byte[]? PagingState, int[] PartitionKey)
{
    const int GlobalTable = 1, MorePages = 2, NoMetadata = 4, Changed = 8;

    /// <summary>Reads the metadata of rows.</summary>
    public static CqlMetadata Read(ref CqlReader reader) => Read(ref reader, hasKey: false);

    /// <summary>Reads the metadata of markers.</summary>
    public static CqlMetadata ReadMarkers(ref CqlReader reader, byte version) => Read(ref reader, hasKey: version >= 4);

    static CqlMetadata Read(ref CqlReader reader, bool hasKey)
    {
        var flags = reader.Int();
        var count = reader.Int();
        int[] key = [];
        if (hasKey)
        {
            key = new int[reader.Count(reader.Int(), 2)];
            for (var i = 0; i < key.Length; i++) key[i] = reader.Short();
        }
        byte[]? paging = (flags & MorePages) != 0 ? reader.Bytes(out _).ToArray() : null;
        if ((flags & Changed) != 0) reader.ShortBytes();
        if ((flags & NoMetadata) != 0) return new([], paging, key);
        var (keyspace, table) = ("", "");
        if ((flags & GlobalTable) != 0) (keyspace, table) = (reader.String(), reader.String());
        var columns = new CqlColumn[reader.Count(count, 4)];
        for (var i = 0; i < columns.Length; i++)
        {
            if ((flags & GlobalTable) == 0) (keyspace, table) = (reader.String(), reader.String());
            columns[i] = new(keyspace, table, reader.String(), CqlType.Read(ref reader));
        }
        return new(columns, paging, key);
    }
}

/// <summary>Rows of a result. Values are read from the answer's own bytes.</summary>
sealed class CqlRows
{
    readonly byte[] _bytes;
    readonly int[] _starts; // by value, row by row: where its length stands

    CqlRows(CqlMetadata metadata, byte[] bytes, int[] starts, int count) => (Metadata, _bytes, _starts, Count) = (metadata, bytes, starts, count);

    /// <summary>No rows.</summary>
    public static CqlRows Empty { get; } = new(new([], null, []), [], [], 0);

    /// <summary>The columns, and where the next page begins.</summary>
    public CqlMetadata Metadata { get; }

    /// <summary>Number of rows.</summary>
    public int Count { get; }

    /// <summary>Reads the message after the word that says that it is rows.</summary>
    /// <param name="reader">The message.</param>
    /// <param name="known">The columns, where the answer leaves them out.</param>
    public static CqlRows Read(ref CqlReader reader, CqlMetadata? known = null)
    {
        var metadata = CqlMetadata.Read(ref reader);
        if (metadata.Columns.Length == 0 && known is not null) metadata = metadata with { Columns = known.Columns };
        var width = metadata.Columns.Length;
        var count = width == 0 ? 0 : reader.Count(reader.Int(), checked(4 * width));
        var bytes = reader.Raw(reader.Remaining).ToArray();
        var starts = new int[count * width];
        var values = new CqlReader(bytes);
        for (var i = 0; i < starts.Length; i++)
        {
            starts[i] = bytes.Length - values.Remaining;
            values.Bytes(out _);
        }
        return new(metadata, bytes, starts, count);
    }

    /// <summary>The index of a column, or -1.</summary>
    public int IndexOf(string name) => Array.FindIndex(Metadata.Columns, c => c.Name == name);

    /// <summary>The bytes of a value.</summary>
    public ReadOnlySpan<byte> Bytes(int row, int column, out bool isNull) => new CqlReader(_bytes.AsSpan(_starts[row * Metadata.Columns.Length + column])).Bytes(out isNull);

    /// <summary>A value as text; null where it is NULL or there is no such column.</summary>
    public string? Text(int row, string column)
    {
        var index = IndexOf(column);
        return index < 0 ? null : Text(row, index);
    }

    /// <summary>A value as text; null where it is NULL.</summary>
    public string? Text(int row, int column)
    {
        var value = Bytes(row, column, out var isNull);
        return isNull ? null : CqlValue.Text(Metadata.Columns[column].Type, value);
    }

    /// <summary>A BIGINT or a timestamp; null where it is NULL.</summary>
    public long? Long(int row, string column)
    {
        var value = Bytes(row, IndexOf(column), out var isNull);
        return isNull ? null : value.Length == 8 ? BinaryPrimitives.ReadInt64BigEndian(value) : throw CqlException.Protocol($"a number of {value.Length} bytes.");
    }

    /// <summary>The elements of a set or list of texts.</summary>
    public string[] Texts(int row, string column)
    {
        var index = IndexOf(column);
        if (index < 0) return [];
        var value = Bytes(row, index, out var isNull);
        if (isNull) return [];
        var reader = new CqlReader(value);
        var texts = new string[reader.Count(reader.Int(), 4)];
        for (var i = 0; i < texts.Length; i++) texts[i] = System.Text.Encoding.UTF8.GetString(reader.Bytes(out _));
        return texts;
    }
}

using Millrace.Data;
using Millrace.Stores;

namespace Millrace.Quality;

/// <summary>The table of records that were set aside: with their raw bytes, so that they can be mended and sent again (<c>millrace replay</c>).</summary>
public static class DeadLetters
{
    /// <summary>Its name.</summary>
    public const string TableName = "dead_letters";

    /// <summary>Its columns; rule is the violated constraint, or "decode" or "compute" for records that could not be decoded or computed.</summary>
    public static Schema Schema { get; } = new(
        new Field("source", DataType.Text), new Field("partition", DataType.Integer), new Field("offset", DataType.BigInt), new Field("rule", DataType.Text),
        new Field("error", DataType.Text), new Field("raw", DataType.Bytes), new Field("time", DataType.Timestamp));

    /// <summary>The table: one row for each (source, partition, offset, rule).</summary>
    public static TableDefinition Table { get; } = new(TableName, Schema, [0, 1, 2, 3], TableKind.DeadLetters);
}

using Millrace.Data;

namespace Millrace.Formats;

/// <summary>What is known of a message besides its value, and can be read as a column: <c>name type METADATA FROM 'key'</c>.</summary>
/// <param name="Name">How SQL names it.</param>
/// <param name="Types">Types that its column may have.</param>
/// <param name="Summary">One sentence.</param>
public sealed record MessageMetadata(string Name, IReadOnlyList<DataType> Types, string Summary)
{
    // No field of an input has such a name.
    const char Mark = '\u0001';

    /// <summary>All of it.</summary>
    public static IReadOnlyList<MessageMetadata> All { get; } =
    [
        new("partition", [DataType.Integer], "The number of the partition."),
        new("offset", [DataType.BigInt], "The message's number in its partition."),
        new("timestamp", [DataType.Timestamp], "When it was written, by the broker's or the producer's clock; NULL where the broker keeps no times (before 0.10)."),
        new("key", [DataType.Text, DataType.Bytes], "The key, as it is; NULL where there is none."),
        new("headers", [DataType.Text], "The headers as a JSON object; of two of one name the last counts. NULL where the broker keeps none (before 0.11)."),
        new("tombstone", [DataType.Boolean], "Whether the message has no value (a tombstone); its other columns are then NULL. Without this column such a message is bad data."),
    ];

    /// <summary>The one of a name, or null.</summary>
    public static MessageMetadata? Find(string name) => All.FirstOrDefault(m => m.Name == name);

    /// <summary>The path that stands for it where fields of the input have theirs.</summary>
    public static string PathOf(string name) => Mark + name;

    /// <summary>The name behind a path, or null where the path is a field's.</summary>
    public static string? NameIn(string path) => path.Length > 0 && path[0] == Mark ? path[1..] : null;
}

namespace Millrace.Formats;

/// <summary>Where the value of a field lies in the bytes of a chunk, and how it stands there. The default value is NULL.</summary>
/// <remarks>Decoders first cut a group of records into slices, then readers turn the slices of one column into values: each loop has one thing to do.</remarks>
readonly struct Slice
{
    /// <summary>The longest value: 28 bits are left beside the kind, so records are limited to it too.</summary>
    public const int MaxLength = (1 << 28) - 1;

    // The first field: vectors take a slice as a word with the start below.
    readonly int _start;
    readonly int _lengthAndKind;

    public Slice(int start, int length, SliceKind kind)
    {
        _start = start;
        _lengthAndKind = length << 2 | (int)kind;
    }

    /// <summary>The first byte of the content, behind an opening quote.</summary>
    public int Start => _start;

    /// <summary>Bytes of the content, without quotes.</summary>
    public int Length => _lengthAndKind >>> 2;

    public SliceKind Kind => (SliceKind)(_lengthAndKind & 3);
}

/// <summary>How a value stands in the input.</summary>
enum SliceKind
{
    /// <summary>No value.</summary>
    Null,
    /// <summary>Without quotes: a JSON number, literal, object or array; an unquoted CSV field.</summary>
    Bare,
    /// <summary>In quotes, and the content is the value.</summary>
    Quoted,
    /// <summary>In quotes, with escapes that have to be resolved.</summary>
    Escaped,
}

using System.Globalization;

namespace Millrace.Runtime;

/// <summary>How a partition of bytes goes on at a position (<see cref="Stores.SourcePosition.Decoder"/>).</summary>
/// <remarks>A source that is kept at a pace is often in the middle of a batch, whose rows have no positions of their own: so the position is the batch's, and rows that were pushed are counted.</remarks>
/// <param name="Skip">Good records behind the position that were pushed already.</param>
/// <param name="Told">Bad records before this position were told already; 0 = none.</param>
/// <param name="Decoder">How the decoder stood at the position.</param>
readonly record struct ResumePoint(int Skip, long Told, string Decoder)
{
    /// <summary>Whether anything is to be left out.</summary>
    public bool IsActive => Skip > 0 || Told > 0;

    public static ResumePoint Parse(string saved)
    {
        var parts = saved.Split(' ', 3);
        return new(int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Skip} {Told} {Decoder}");
}

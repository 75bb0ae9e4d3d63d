namespace Millrace.Sql;

/// <summary>A stretch of the text, in characters.</summary>
internal sealed record Span(int Start, int Length)
{
    public int End => Start + Length;

    /// <summary>From the start of one to the end of another.</summary>
    public Span To(Span other) => new(Start, Math.Max(other.End, End) - Start);
}

/// <summary>A name as it is looked up (unquoted ones folded to lower case), and where it stands.</summary>
internal sealed record Name(string Text, Span Span)
{
    public override string ToString() => Text;
}

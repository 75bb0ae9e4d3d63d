namespace Millrace.Sql;

/// <summary>The kinds of token.</summary>
internal enum TokenKind : byte
{
    /// <summary>An unquoted name or keyword.</summary>
    Word,
    /// <summary>A name in double quotes, or in Flink's backquotes.</summary>
    QuotedName,
    /// <summary>Digits, with point and exponent perhaps.</summary>
    Number,
    /// <summary>'...'</summary>
    Text,
    /// <summary>E'...', with backslashes.</summary>
    EscapedText,
    /// <summary>An operator or punctuation.</summary>
    Symbol,
    /// <summary>The end of the text.</summary>
    End,
}

/// <summary>One token: its kind and where it stands.</summary>
internal sealed record Token(TokenKind Kind, int Start, int Length)
{
    public Span Span => new(Start, Length);
    public int End => Start + Length;
}

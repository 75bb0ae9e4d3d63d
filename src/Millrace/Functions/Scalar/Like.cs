using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;

namespace Millrace.Functions.Scalar;

/// <summary>text LIKE pattern.</summary>
internal sealed class Like() : PatternMatch("like", "text LIKE pattern [ESCAPE character]",
    "Whether the whole text fits a pattern in which % stands for any characters and _ for one; the escape character (a backslash unless given) takes their meaning away. As a function: like(text, pattern [, escape]).",
    ignoresCase: false, ("'millrace' LIKE 'mill%'", "true"), ("'millrace' LIKE '_ill'", "false"), ("'50%' LIKE '50!%' ESCAPE '!'", "true"))
{
    public override IReadOnlyList<string> Aliases => ["~~"];
}

/// <summary>text ILIKE pattern.</summary>
internal sealed class InsensitiveLike() : PatternMatch("ilike", "text ILIKE pattern [ESCAPE character]", "As LIKE, without regard to case.",
    ignoresCase: true, ("'Mill' ILIKE 'mi%'", "true"))
{
    public override IReadOnlyList<string> Aliases => ["~~*"];
}

/// <summary>LIKE and ILIKE.</summary>
internal abstract class PatternMatch(string name, string syntax, string summary, bool ignoresCase, params (string Sql, string Result)[] examples)
    : RowFunction(name, "text", syntax, summary, [Form(Boolean, Text, Text), Form(Boolean, Text, Text, Text)], examples)
{
    public override IScalarKernel Compile(Signature signature, IReadOnlyList<Literal?> constants)
    {
        var hasEscape = constants.Count > 2;
        if (constants[1]?.Value is string && (!hasEscape || constants[2]?.Value is string))
        {
            if (!LikePattern.TryParse(Literals.Bytes(constants[1]!), hasEscape ? Literals.Bytes(constants[2]!) : "\\"u8, ignoresCase, out var pattern, out var error)) throw new ArgumentException(error);
            return new RowKernel<byte>(Boolean, constants, (in Row row, Outcome outcome) => pattern!.Fits(row.Text(0), outcome.Scratch) ? (byte)1 : (byte)0);
        }
        return new RowKernel<byte>(Boolean, constants, (in Row row, Outcome outcome) =>
        {
            if (LikePattern.TryParse(row.Text(1), hasEscape ? row.Text(2) : "\\"u8, ignoresCase, out var pattern, out var error)) return pattern!.Fits(row.Text(0), outcome.Scratch) ? (byte)1 : (byte)0;
            outcome.Fail(error!);
            return 0;
        });
    }
}

/// <summary>A pattern of LIKE, cut at its % into pieces that are looked for one after the other; each piece is literal characters and single wildcards.</summary>
sealed class LikePattern
{
    readonly List<Piece> _pieces = [];
    readonly bool _ignoresCase;

    LikePattern(bool ignoresCase) => _ignoresCase = ignoresCase;

    /// <summary>Bytes between two %, with the places of _ among them.</summary>
    sealed class Piece
    {
        public byte[] Bytes = [];
        public List<int> Wildcards = []; // ascending indexes into Bytes, each a placeholder byte
    }

    public static bool TryParse(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> escape, bool ignoresCase, out LikePattern? result, out string? error)
    {
        result = new(ignoresCase);
        error = null;
        if (Utf8Text.Count(escape) > 1)
        {
            error = $"the escape {Casts.Quote(escape)} is more than one character";
            return false;
        }
        var bytes = new ByteBuffer();
        var piece = new Piece();
        while (!pattern.IsEmpty)
        {
            if (!escape.IsEmpty && pattern.StartsWith(escape))
            {
                pattern = pattern[escape.Length..];
                if (pattern.IsEmpty)
                {
                    error = "the pattern ends with its escape character";
                    return false;
                }
            }
            else if (pattern[0] == '%')
            {
                result.Finish(piece, bytes);
                piece = new();
                pattern = pattern[1..];
                continue;
            }
            else if (pattern[0] == '_')
            {
                piece.Wildcards.Add(bytes.Length);
                bytes.Append((byte)'_');
                pattern = pattern[1..];
                continue;
            }
            var length = Utf8Text.IndexOf(pattern, 1);
            bytes.Append(pattern[..length]);
            pattern = pattern[length..];
        }
        result.Finish(piece, bytes);
        return true;
    }

    void Finish(Piece piece, ByteBuffer bytes)
    {
        var folded = new ByteBuffer();
        if (_ignoresCase && piece.Wildcards.Count == 0) Fold(bytes.Written, folded);
        else if (_ignoresCase)
        {
            // Folding may change lengths: the wildcards move along.
            var from = 0;
            var moved = new List<int>();
            foreach (var at in piece.Wildcards)
            {
                Fold(bytes.Written[from..at], folded);
                moved.Add(folded.Length);
                folded.Append((byte)'_');
                from = at + 1;
            }
            Fold(bytes.Written[from..], folded);
            piece.Wildcards = moved;
        }
        else folded = bytes;
        piece.Bytes = folded.Written.ToArray();
        bytes.Clear();
        _pieces.Add(piece);
    }

    static void Fold(ReadOnlySpan<byte> text, ByteBuffer target)
    {
        if (Ascii.ToLower(text, target.Reserve(text.Length), out var written) == System.Buffers.OperationStatus.Done) target.Advance(written);
        else Utf8Text.Map(text, target, Rune.ToLowerInvariant);
    }

    /// <summary>Whether a text fits as a whole.</summary>
    public bool Fits(ReadOnlySpan<byte> text, ByteBuffer scratch)
    {
        if (_ignoresCase)
        {
            scratch.Clear();
            Fold(text, scratch);
            text = scratch.Written;
        }
        if (_pieces.Count == 1) return FitsAt(text, _pieces[0], out var whole) && whole == text.Length;
        if (!FitsAt(text, _pieces[0], out var length)) return false;
        text = text[length..];
        // Leftmost matches of the pieces in between are enough: what is left for the last piece is then the longest.
        for (var i = 1; i < _pieces.Count - 1; i++)
            if (!Seek(ref text, _pieces[i])) return false;
        return FitsAtEnd(text, _pieces[^1]);
    }

    static bool Seek(ref ReadOnlySpan<byte> text, Piece piece)
    {
        if (piece.Wildcards.Count == 0)
        {
            var at = text.IndexOf(piece.Bytes);
            if (at < 0) return false;
            text = text[(at + piece.Bytes.Length)..];
            return true;
        }
        while (true)
        {
            if (FitsAt(text, piece, out var length))
            {
                text = text[length..];
                return true;
            }
            if (text.IsEmpty) return false;
            text = text[Utf8Text.IndexOf(text, 1)..];
        }
    }

    static bool FitsAtEnd(ReadOnlySpan<byte> text, Piece piece)
    {
        if (piece.Wildcards.Count == 0) return text.EndsWith(piece.Bytes);
        while (true)
        {
            if (FitsAt(text, piece, out var length) && length == text.Length) return true;
            if (text.IsEmpty) return false;
            text = text[Utf8Text.IndexOf(text, 1)..];
        }
    }

    static bool FitsAt(ReadOnlySpan<byte> text, Piece piece, out int length)
    {
        length = 0;
        var from = 0;
        foreach (var at in piece.Wildcards)
        {
            var literal = piece.Bytes.AsSpan(from, at - from);
            if (!text[length..].StartsWith(literal)) return false;
            length += literal.Length;
            if (length == text.Length) return false;
            length += Utf8Text.IndexOf(text[length..], 1);
            from = at + 1;
        }
        var rest = piece.Bytes.AsSpan(from);
        if (!text[length..].StartsWith(rest)) return false;
        length += rest.Length;
        return true;
    }
}

using System.Collections.Immutable;
using System.Text;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>Tokens to syntax trees, by recursive descent: this part walks the tokens; each other file holds the grammar of one thing.</summary>
internal sealed partial class Parser
{
    const int MaxStatements = 1000;

    readonly SqlText _source;
    readonly string _text;
    readonly List<Token> _tokens;
    readonly Findings _findings;
    int _at;
    int _level;

    Parser(SqlText source, Findings findings)
    {
        _source = source;
        _text = source.Text;
        _findings = findings;
        _tokens = source.Text.Length > SqlText.MaxLength ? [] : Lexer.Run(source, findings);
        if (_tokens.Count > 0) return;
        findings.Error(Codes.TextTooLong, new(0, 1), $"the text has {source.Text.Length} characters; at most {SqlText.MaxLength} are allowed. Split it.");
        _tokens.Add(new(TokenKind.End, source.Text.Length, 0));
    }

    /// <summary>All statements of a text that could be read; a mistake ends its statement and is told.</summary>
    /// <param name="source">The text.</param>
    /// <param name="findings">Takes the mistakes.</param>
    /// <param name="failed">Names that statements declare which could not be read.</param>
    public static List<Statement> Parse(SqlText source, Findings findings, out List<Name> failed)
    {
        var parser = new Parser(source, findings);
        var statements = new List<Statement>();
        failed = [];
        while (!parser.IsEnd && !findings.IsFull)
        {
            if (parser.TrySymbol(";")) continue;
            if (statements.Count == MaxStatements)
            {
                findings.Error(Codes.TextTooLong, parser.Current.Span, $"more than {MaxStatements} statements. Split the file.");
                break;
            }
            var start = parser._at;
            try
            {
                var statement = parser.ParseStatement();
                if (!parser.IsEnd && !parser.IsSymbol(";")) throw parser.Expected("; or the end of the statement");
                statements.Add(statement);
            }
            catch (SqlError error)
            {
                findings.Error(error);
                if (parser.DeclaredAt(start) is { } name) failed.Add(name);
                parser.SkipStatement();
            }
        }
        return statements;
    }

    Token Current => _tokens[_at];

    Token Previous => _tokens[Math.Max(0, _at - 1)];

    Token Ahead(int count) => _tokens[Math.Min(_at + count, _tokens.Count - 1)];

    bool IsEnd => Current.Kind == TokenKind.End;

    Token Take()
    {
        var token = Current;
        if (!IsEnd) _at++;
        return token;
    }

    ReadOnlySpan<char> Raw(Token token) => _text.AsSpan(token.Start, token.Length);

    bool Is(Token token, string word) => token.Kind == TokenKind.Word && Raw(token).Equals(word, StringComparison.OrdinalIgnoreCase);

    bool IsWord(string word) => Is(Current, word);

    bool IsWords(string first, string second) => IsWord(first) && Is(Ahead(1), second);

    bool IsSymbol(string symbol) => IsSymbol(Current, symbol);

    bool IsSymbol(Token token, string symbol) => token.Kind == TokenKind.Symbol && Raw(token).SequenceEqual(symbol);

    bool TryWord(string word)
    {
        if (!IsWord(word)) return false;
        _at++;
        return true;
    }

    bool TryWords(string first, string second)
    {
        if (!IsWords(first, second)) return false;
        _at += 2;
        return true;
    }

    bool TrySymbol(string symbol)
    {
        if (!IsSymbol(symbol)) return false;
        _at++;
        return true;
    }

    Token Word(string word) => IsWord(word) ? Take() : throw Expected(word.ToUpperInvariant());

    Token Symbol(string symbol) => IsSymbol(symbol) ? Take() : throw Expected($"'{symbol}'");

    /// <summary>Span from a token to the last one taken.</summary>
    Span From(Token start) => new(start.Start, Math.Max(start.End, Previous.End) - start.Start);

    SqlError Expected(string what) => new(Codes.Unexpected, Current.Span, $"found {Describe(Current)} where {what} was expected.");

    string Describe(Token token) => token.Kind switch
    {
        TokenKind.End => "the end of the text",
        TokenKind.Text or TokenKind.EscapedText => $"the text {Short(token)}",
        TokenKind.Number => $"the number {Short(token)}",
        TokenKind.QuotedName => $"the name {Short(token)}",
        _ => $"'{Short(token)}'",
    };

    string Short(Token token) => token.Length <= 40 ? Raw(token).ToString() : string.Concat(Raw(token)[..37], "...");

    static SqlError NotYet(Span span, string what, string instead = "") => new(Codes.NotYet, span, $"{what} does not exist yet.{(instead.Length == 0 ? "" : " " + instead)}");

    /// <summary>A name that is being declared or used.</summary>
    Name Name(string what)
    {
        var token = Current;
        switch (token.Kind)
        {
            case TokenKind.Word when Keywords.IsReserved(Raw(token)):
                throw new SqlError(Codes.ReservedWord, token.Span, $"'{Raw(token)}' is a reserved word where {what} was expected. Put it in double quotes to use it as a name.");
            case TokenKind.Word:
                _at++;
                return new(Raw(token).ToString().ToLowerInvariant(), token.Span);
            case TokenKind.QuotedName:
                _at++;
                return new(Unquote(token), token.Span);
            default: throw Expected(what);
        }
    }

    bool IsName => Current.Kind == TokenKind.QuotedName || Current.Kind == TokenKind.Word && !Keywords.IsReserved(Raw(Current));

    /// <summary>A text in quotes, resolved.</summary>
    (string Value, Span Span) Text(string what)
    {
        if (Current.Kind is not (TokenKind.Text or TokenKind.EscapedText)) throw Expected(what);
        var token = Take();
        return (Unquote(token), token.Span);
    }

    string Unquote(Token token)
    {
        var raw = Raw(token);
        var isEscaped = token.Kind == TokenKind.EscapedText;
        if (isEscaped) raw = raw[1..];
        var quote = raw[0];
        // The closing quote may be missing; that was told.
        var inner = raw.Length > 1 && raw[^1] == quote ? raw[1..^1] : raw[1..];
        if (!isEscaped) return inner.ToString().Replace(new string(quote, 2), quote.ToString(), StringComparison.Ordinal);
        var value = new StringBuilder();
        for (var i = 0; i < inner.Length; i++)
        {
            var c = inner[i];
            if (c == '\'' && i + 1 < inner.Length) i++;
            else if (c == '\\' && i + 1 < inner.Length)
            {
                c = inner[++i];
                var digits = c switch { 'x' => 2, 'u' => 4, 'U' => 8, _ => 0 };
                if (digits > 0)
                {
                    var count = 0;
                    while (count < digits && i + 1 + count < inner.Length && char.IsAsciiHexDigit(inner[i + 1 + count])) count++;
                    var code = count == 0 ? 0 : Convert.ToUInt32(inner.Slice(i + 1, count).ToString(), 16);
                    if (count == 0 || c != 'x' && count < digits || !Rune.IsValid(code) || code == 0)
                        throw new SqlError(Codes.BadLiteral, token.Span, $"\\{c} in a text is followed by {(c == 'x' ? "1 or 2" : digits)} hexadecimal digits of a character.");
                    value.Append(new Rune(code).ToString());
                    i += count;
                    continue;
                }
                c = c switch { 'n' => '\n', 't' => '\t', 'r' => '\r', 'b' => '\b', 'f' => '\f', _ => c };
            }
            value.Append(c);
        }
        return value.ToString();
    }

    /// <summary>One or more, with commas.</summary>
    ImmutableArray<T> List<T>(Func<T> parse)
    {
        var items = ImmutableArray.CreateBuilder<T>();
        do items.Add(parse());
        while (TrySymbol(","));
        return items.ToImmutable();
    }

    /// <summary>(a, b, ...).</summary>
    ImmutableArray<T> Parenthesised<T>(Func<T> parse)
    {
        Symbol("(");
        var items = List(parse);
        Symbol(")");
        return items;
    }

    void Enter(Token at)
    {
        if (++_level > MaxDepth) throw TooDeep(at.Span);
    }

    /// <summary>The name behind CREATE [MATERIALIZED] thing, or null.</summary>
    Name? DeclaredAt(int start)
    {
        _at = start;
        if (!TryWord("create")) return null;
        TryWord("materialized");
        if (Current.Kind == TokenKind.Word) _at++;
        return IsName ? Name("a name") : null;
    }

    void SkipStatement()
    {
        _level = 0;
        while (!IsEnd && !IsSymbol(";")) _at++;
    }
}

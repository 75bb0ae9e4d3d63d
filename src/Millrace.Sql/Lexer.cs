namespace Millrace.Sql;

/// <summary>Cuts a text into tokens. What is no token is told and skipped.</summary>
internal sealed class Lexer(SqlText source, Findings findings)
{
    // Longest first.
    static readonly string[] s_symbols =
    [
        "!~*", "->>", "::", "=>", "<=", ">=", "<>", "!=", "||", "<<", ">>", "~*", "!~", "->", "(", ")", ",", ";", ".", "[", "]", "+", "-", "*", "/", "%", "^", "<", ">", "=", "~", "&", "|", "#",
    ];

    const string PatternSymbols = "?{}$";

    readonly string _text = source.Text;
    int _at;
    bool _isPattern; // whether the last token was the word PATTERN
    int _depth; // of parentheses inside PATTERN (...), where quantifiers stand

    /// <summary>All tokens; the last is <see cref="TokenKind.End"/>.</summary>
    public static List<Token> Run(SqlText source, Findings findings)
    {
        var lexer = new Lexer(source, findings);
        var tokens = new List<Token>();
        while (lexer.Next() is { } token)
        {
            tokens.Add(token);
            lexer.Follow(token);
            if (token.Kind == TokenKind.End) break;
        }
        return tokens;
    }

    /// <summary>Notices where a row pattern begins and ends: only there ? and braces mean something.</summary>
    void Follow(Token token)
    {
        if (token.Kind == TokenKind.Symbol && token.Length == 1)
        {
            var symbol = _text[token.Start];
            if (symbol == '(' && (_isPattern || _depth > 0)) _depth++;
            else if (symbol == ')' && _depth > 0) _depth--;
        }
        _isPattern = token.Kind == TokenKind.Word && _text.AsSpan(token.Start, token.Length).Equals("pattern", StringComparison.OrdinalIgnoreCase);
    }

    Token? Next()
    {
        while (true)
        {
            SkipBlanks();
            var start = _at;
            if (start >= _text.Length) return new Token(TokenKind.End, _text.Length, 0);
            var c = _text[start];
            if (c is 'e' or 'E' && Peek(1) == '\'') return Quoted(start, start + 1, '\'', TokenKind.EscapedText);
            if (IsNameStart(c)) return Word(start);
            if (char.IsAsciiDigit(c) || c == '.' && char.IsAsciiDigit(Peek(1))) return Number(start);
            if (c == '\'') return Quoted(start, start, '\'', TokenKind.Text);
            if (c is '"' or '`') return Quoted(start, start, c, TokenKind.QuotedName); // `name` as in Flink
            foreach (var symbol in s_symbols)
            {
                if (string.CompareOrdinal(_text, start, symbol, 0, symbol.Length) != 0) continue;
                _at += symbol.Length;
                return new Token(TokenKind.Symbol, start, symbol.Length);
            }
            if (_depth > 0 && PatternSymbols.Contains(c, StringComparison.Ordinal)) return new Token(TokenKind.Symbol, _at++, 1);
            _at += char.IsHighSurrogate(c) && char.IsLowSurrogate(Peek(1)) ? 2 : 1;
            var span = new Span(start, _at - start);
            findings.Error(Codes.BadCharacter, span, $"{Show(source[span])} has no meaning here. Names with other characters stand in double quotes, texts in single quotes.");
            if (findings.IsFull) return new Token(TokenKind.End, _text.Length, 0);
        }
    }

    static string Show(string character) => char.IsControl(character[0]) || char.IsSurrogate(character[0]) && character.Length == 1
        ? $"the character U+{(int)character[0]:X4}" : $"'{character}'";

    char Peek(int ahead) => _at + ahead < _text.Length ? _text[_at + ahead] : '\0';

    void SkipBlanks()
    {
        while (_at < _text.Length)
        {
            if (char.IsWhiteSpace(_text[_at]) || _text[_at] == '\uFEFF') _at++;
            else if (_text[_at] == '-' && Peek(1) == '-')
            {
                var end = _text.IndexOf('\n', _at);
                _at = end < 0 ? _text.Length : end + 1;
            }
            else if (_text[_at] == '/' && Peek(1) == '*') SkipComment();
            else return;
        }
    }

    // Comments nest, as in PostgreSQL.
    void SkipComment()
    {
        var start = _at;
        var depth = 0;
        do
        {
            if (_at >= _text.Length)
            {
                findings.Error(Codes.OpenComment, new Span(start, 2), "this comment has no end: */ is missing.");
                return;
            }
            if (_text[_at] == '/' && Peek(1) == '*') (depth, _at) = (depth + 1, _at + 2);
            else if (_text[_at] == '*' && Peek(1) == '/') (depth, _at) = (depth - 1, _at + 2);
            else _at++;
        }
        while (depth > 0);
    }

    Token Word(int start)
    {
        while (_at < _text.Length && (IsNameStart(_text[_at]) || char.IsDigit(_text[_at]))) _at++;
        return new Token(TokenKind.Word, start, _at - start);
    }

    Token Number(int start)
    {
        Digits();
        if (Peek(0) == '.')
        {
            _at++;
            Digits();
        }
        if (Peek(0) is 'e' or 'E' && (char.IsAsciiDigit(Peek(1)) || Peek(1) is '+' or '-' && char.IsAsciiDigit(Peek(2))))
        {
            _at += 2;
            Digits();
        }
        var length = _at - start;
        if (_at < _text.Length && IsNameStart(_text[_at]))
        {
            Word(_at);
            var span = new Span(start, _at - start);
            findings.Error(Codes.BadNumber, span, $"'{source[span]}' is neither a number nor a name. A name begins with a letter or _; other names stand in double quotes.");
        }
        return new Token(TokenKind.Number, start, length);
    }

    void Digits()
    {
        while (char.IsAsciiDigit(Peek(0))) _at++;
    }

    Token Quoted(int start, int quoteAt, char quote, TokenKind kind)
    {
        _at = quoteAt + 1;
        while (true)
        {
            if (_at >= _text.Length)
            {
                var what = quote == '\'' ? "text" : "quoted name";
                findings.Error(quote == '\'' ? Codes.OpenText : Codes.OpenName, new Span(start, 1), $"this {what} has no end: {quote} is missing.");
                break;
            }
            var c = _text[_at++];
            if (c == '\\' && kind == TokenKind.EscapedText) _at = Math.Min(_at + 1, _text.Length);
            else if (c == quote)
            {
                if (Peek(0) != quote) break;
                _at++;
            }
        }
        return new Token(kind, start, _at - start);
    }

    static bool IsNameStart(char c) => char.IsAsciiLetter(c) || c == '_' || c > 127 && char.IsLetter(c);
}

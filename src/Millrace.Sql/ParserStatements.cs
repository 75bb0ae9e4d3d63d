using System.Collections.Immutable;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>Statements: CREATE VIEW, SINK, SET, EXPLAIN, SHOW, and what they share: constraints, options, EMIT.</summary>
internal sealed partial class Parser
{
    static readonly string[] s_statements = ["CREATE", "SET", "SELECT", "VALUES", "WITH", "EXPLAIN", "SHOW"];
    static readonly string[] s_things = ["SOURCE", "TABLE", "VIEW", "MATERIALIZED", "SINK", "MODEL", "DASHBOARD", "TEST"];

    Statement ParseStatement()
    {
        var start = Current;
        if (IsQueryStart)
        {
            var query = ParseQuery();
            if (IsWord("emit")) throw new SqlError(Codes.MisplacedStatement, Current.Span, "EMIT in a query: a query reads what is stored now, once. EMIT is said in a view or a sink.");
            return new QueryStatement(query, From(start));
        }
        if (TryWord("set")) return ParseSet(start);
        if (TryWord("explain")) return ParseExplain(start);
        if (TryWord("show")) return new ShowStatement(ParseLabel(), From(start));
        foreach (var word in (ReadOnlySpan<string>)["drop", "alter", "insert", "update", "delete", "truncate", "begin", "commit", "use", "describe"])
            if (IsWord(word))
                throw NotYet(start.Span, Raw(start).ToString().ToUpperInvariant(), "A pipeline is what its file declares: edit the file and run it again.");
        if (!TryWord("create"))
        {
            if (start.Kind != TokenKind.Word) throw Expected("a statement");
            var word = Raw(start).ToString();
            throw new SqlError(Codes.UnknownStatement, start.Span, $"no statement begins with '{Short(start)}'.{Suggestions.OrList(word, s_statements, "Statements begin with")}");
        }
        if (IsWord("or")) throw NotYet(Current.Span, "CREATE OR REPLACE", "Write CREATE: a file declares each name once.");
        if (TryWord("source") || TryWord("table")) return ParseSource(start);
        if (IsWord("view") || IsWord("materialized")) return ParseView(start);
        if (TryWord("sink")) return ParseSink(start);
        if (TryWord("dashboard")) return ParseDashboard(start);
        if (TryWord("test")) return ParseTest(start);
        if (TryWord("model")) return ParseModel(start);
        foreach (var word in (ReadOnlySpan<string>)["alert", "function", "index", "schema", "database", "connection", "secret"])
            if (IsWord(word)) throw NotYet(start.Span.To(Current.Span), "CREATE " + word.ToUpperInvariant());
        if (Current.Kind != TokenKind.Word) throw Expected("SOURCE, VIEW, MATERIALIZED VIEW, SINK, MODEL, DASHBOARD or TEST");
        throw new SqlError(Codes.UnknownStatement, Current.Span,
            $"found '{Short(Current)}' after CREATE.{Suggestions.OrList(Raw(Current).ToString(), s_things, "There are")}");
    }

    SetSetting ParseSet(Token start)
    {
        var name = ParseDottedName("a setting");
        if (!TryWord("to")) Symbol("=");
        return new SetSetting(ParseOptionValue(name), From(start));
    }

    ExplainStatement ParseExplain(Token start)
    {
        // Alone it is the name of a view.
        var isAnalyzed = !IsSymbol(Ahead(1), ";") && Ahead(1).Kind != TokenKind.End && TryWord("analyze");
        if (IsQueryStart) return new ExplainStatement(ParseQuery(), null, isAnalyzed, From(start));
        if (IsWord("create")) throw new SqlError(Codes.MisplacedStatement, Current.Span, "found CREATE after EXPLAIN; explain a SELECT, or a view by its name.");
        return new ExplainStatement(null, Name("a query or a view"), isAnalyzed, From(start));
    }

    CreateView ParseView(Token start)
    {
        var isMaterialized = TryWord("materialized");
        Word("view");
        RefuseIfNotExists();
        var name = Name("the view's name");
        var constraints = ImmutableArray<ConstraintSyntax>.Empty;
        if (IsSymbol("("))
        {
            if (Ahead(1).Kind == TokenKind.Word && !Is(Ahead(1), "constraint")) throw NotYet(Ahead(1).Span, "a list of column names after the view's name", "Use AS in the select list.");
            constraints = Parenthesised(ParseConstraint);
        }
        var options = TryWord("with") ? Parenthesised(ParseOption) : [];
        Word("as");
        if (!IsQueryStart) throw Expected("SELECT");
        var query = ParseQuery();
        var emit = IsWord("emit") ? ParseEmit() : null;
        return new CreateView(name, isMaterialized, constraints, options, query, emit, From(start));
    }

    CreateSink ParseSink(Token start)
    {
        RefuseIfNotExists();
        var name = Name("the sink's name");
        if (IsWord("as")) throw NotYet(Current.Span, "CREATE SINK ... AS SELECT", "Create a view and write CREATE SINK name FROM view.");
        Word("from");
        var view = Name("a view");
        var emit = IsWord("emit") ? ParseEmit() : null;
        Word("with");
        var options = Parenthesised(ParseOption);
        if (IsWord("emit"))
        {
            if (emit is not null) throw new SqlError(Codes.Repeated, Current.Span, "EMIT stands twice.");
            emit = ParseEmit();
        }
        return new CreateSink(name, view, emit, options, From(start));
    }

    void RefuseIfNotExists()
    {
        if (IsWord("if") && Is(Ahead(1), "not")) throw NotYet(Current.Span, "IF NOT EXISTS", "A file declares each name once.");
    }

    EmitSyntax ParseEmit()
    {
        var start = Word("emit");
        if (TryWord("changes")) return new(EmitMode.Changes, null, From(start));
        if (TryWord("final")) return new(EmitMode.Final, null, From(start));
        if (TryWord("every"))
        {
            var every = ParseExpression();
            return new(EmitMode.Every, every, From(start));
        }
        if (TryWord("on"))
        {
            Word("window");
            Word("close");
            return new(EmitMode.OnWindowClose, null, From(start));
        }
        throw Expected("CHANGES, ON WINDOW CLOSE, FINAL or EVERY after EMIT");
    }

    // CONSTRAINT name EXPECT (predicate) [ON VIOLATION action]
    ConstraintSyntax ParseConstraint()
    {
        Word("constraint");
        var name = Name("the constraint's name");
        if (IsWord("check")) throw new SqlError(Codes.Unexpected, Current.Span, "found CHECK; a constraint is written CONSTRAINT name EXPECT (condition) ON VIOLATION action.");
        Word("expect");
        Symbol("(");
        var first = Current;
        var predicate = ParseExpression();
        var text = _source[From(first)];
        Symbol(")");
        var action = ViolationAction.Warn;
        if (TryWord("on"))
        {
            Word("violation");
            if (TryWord("warn")) action = ViolationAction.Warn;
            else if (TryWords("drop", "row")) action = ViolationAction.DropRow;
            else if (TryWord("quarantine")) action = ViolationAction.Quarantine;
            else if (TryWord("fail")) action = ViolationAction.Fail;
            else throw Expected("WARN, DROP ROW, QUARANTINE or FAIL");
        }
        return new ConstraintSyntax(name, predicate, text, action);
    }

    /// <summary>a.b.c, or a text.</summary>
    Name ParseDottedName(string what)
    {
        if (Current.Kind == TokenKind.Text)
        {
            var (text, span) = Text(what);
            return new(text.ToLowerInvariant(), span);
        }
        var start = Current;
        var name = Part();
        while (TrySymbol(".")) name += "." + Part();
        return new(name, From(start));

        string Part() => Current.Kind == TokenKind.Word ? Raw(Take()).ToString().ToLowerInvariant() : Name(what).Text;
    }

    OptionSyntax ParseOption()
    {
        var name = ParseDottedName("an option");
        Symbol("=");
        return ParseOptionValue(name);
    }

    OptionSyntax ParseOptionValue(Name name)
    {
        var start = Current;
        if (start.Kind is TokenKind.Text or TokenKind.EscapedText)
        {
            var (text, span) = Text("a value");
            return new(name, text, OptionValueKind.Text, span);
        }
        if (IsSymbol("-") || IsSymbol("+"))
        {
            var sign = IsSymbol("-") ? "-" : "";
            _at++;
            if (Current.Kind != TokenKind.Number) throw Expected("a number");
            return new(name, sign + Raw(Take()).ToString(), OptionValueKind.Number, From(start));
        }
        if (start.Kind == TokenKind.Number)
        {
            _at++;
            return new(name, Raw(start).ToString(), OptionValueKind.Number, start.Span);
        }
        if (IsWord("true") || IsWord("false"))
        {
            _at++;
            return new(name, Raw(start).ToString().ToLowerInvariant(), OptionValueKind.Boolean, start.Span);
        }
        if (IsWord("interval") && Ahead(1).Kind is TokenKind.Text or TokenKind.EscapedText)
        {
            var interval = ParseTypedText();
            return new(name, interval.Value, OptionValueKind.Text, interval.Span);
        }
        if (IsWord("secret") && Ahead(1).Kind is TokenKind.Word or TokenKind.QuotedName)
        {
            _at++;
            var secret = Take();
            return new(name, secret.Kind == TokenKind.Word ? Raw(secret).ToString() : Unquote(secret), OptionValueKind.Secret, From(start));
        }
        if (start.Kind == TokenKind.Word)
            throw new SqlError(Codes.Unexpected, start.Span, $"found {Describe(start)} where a value was expected. Values are texts in single quotes, numbers, TRUE, FALSE or SECRET name.");
        throw Expected("a value");
    }
}

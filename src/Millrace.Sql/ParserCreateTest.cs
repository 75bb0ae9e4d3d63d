using System.Collections.Immutable;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>CREATE TEST name step ...: GIVEN, ADVANCE, END, EXPECT.</summary>
internal sealed partial class Parser
{
    static readonly string[] s_steps = ["GIVEN", "ADVANCE", "END", "EXPECT"];

    bool _isExpecting;

    /// <summary>The word that ends the query of an EXPECT: an alias everywhere else.</summary>
    bool IsReturns => _isExpecting && IsWord("returns") && (IsSymbol(Ahead(1), "(") || Is(Ahead(1), "nothing"));

    CreateTest ParseTest(Token start)
    {
        RefuseIfNotExists();
        var name = Name("the test's name");
        var steps = ImmutableArray.CreateBuilder<StepSyntax>();
        do steps.Add(ParseStep());
        while (!IsEnd && !IsSymbol(";"));
        return new CreateTest(name, steps.ToImmutable(), From(start));
    }

    StepSyntax ParseStep()
    {
        var start = Current;
        if (TryWord("given")) return ParseGiven(start);
        if (TryWord("advance")) return ParseAdvance(start);
        if (TryWord("end")) return new EndSyntax(TryWord("of") ? Name("a source") : null, From(start));
        if (TryWord("expect")) return ParseExpectation(start);
        var suggestion = Current.Kind == TokenKind.Word ? Suggestions.For(Raw(Current).ToString(), s_steps) : "";
        throw new SqlError(Codes.Unexpected, Current.Span, $"found {Describe(Current)} where a step of the test was expected: GIVEN, ADVANCE, END or EXPECT.{suggestion}");
    }

    GivenSyntax ParseGiven(Token start)
    {
        var source = Name("a source");
        var columns = IsSymbol("(") ? Parenthesised(() => Name("a column")) : [];
        Word("values");
        return new GivenSyntax(source, columns, List(ParseTestRow), start.Span.To(source.Span));
    }

    StepSyntax ParseAdvance(Token start)
    {
        if (TryWord("clock"))
        {
            Word("by");
            return new AdvanceClockSyntax(ParseExpression(), From(start));
        }
        if (!TryWords("event", "time")) throw Expected("EVENT TIME or CLOCK after ADVANCE");
        Name? source = TryWord("of") ? Name("a source") : null;
        Word("to");
        return new AdvanceTimeSyntax(source, ParseExpression(), From(start));
    }

    ExpectSyntax ParseExpectation(Token start)
    {
        if (!IsQueryStart) throw Expected("SELECT, VALUES or WITH after EXPECT");
        _isExpecting = true;
        Query query;
        try
        {
            query = ParseQuery();
        }
        finally
        {
            _isExpecting = false;
        }
        if (IsWord("emit")) throw new SqlError(Codes.MisplacedStatement, Current.Span, "EMIT in EXPECT: it reads what is stored now, once. EMIT is said in a view or a sink.");
        Word("returns");
        return new ExpectSyntax(query, TryWord("nothing") ? [] : List(ParseTestRow), start.Span);
    }

    RowSyntax ParseTestRow()
    {
        var start = Current;
        return new(Parenthesised(() => ParseExpression()), From(start));
    }
}

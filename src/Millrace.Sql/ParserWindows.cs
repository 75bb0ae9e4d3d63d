using System.Collections.Immutable;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>Windows in FROM: TUMBLE(t, ts, size) and its kin, in Flink's spelling too: TABLE(TUMBLE(TABLE t, DESCRIPTOR(ts), size)).</summary>
internal sealed partial class Parser
{
    WindowItem ParseTableFunction(Name function)
    {
        switch (function.Text)
        {
            case "tumble" or "hop" or "cumulate" or "session": break;
            case "detect_objects": throw NotYet(function.Span, function.Text.ToUpperInvariant());
        }
        Symbol("(");
        SkipArgumentName("data");
        TryWord("table");
        var input = ParseFromItem();
        ImmutableArray<Expr> partition = [];
        if (IsWord("partition"))
        {
            if (function.Text != "session") throw new SqlError(Codes.BadWindow, Current.Span, $"PARTITION BY belongs to SESSION; group {function.Text.ToUpperInvariant()} with GROUP BY.");
            _at++;
            Word("by");
            partition = ParsePartition();
        }
        Symbol(",");
        SkipArgumentName("timecol");
        Name time;
        if (IsWord("descriptor") && IsSymbol(Ahead(1), "("))
        {
            _at += 2;
            time = Name("a time column");
            Symbol(")");
        }
        else time = Name("a time column");
        var arguments = ImmutableArray.CreateBuilder<(Name?, Expr)>();
        while (TrySymbol(","))
        {
            Name? name = null;
            if (Current.Kind == TokenKind.Word && IsSymbol(Ahead(1), "=>"))
            {
                name = new(Raw(Current).ToString().ToLowerInvariant(), Current.Span);
                _at += 2;
            }
            arguments.Add((name, ParseExpression()));
        }
        Symbol(")");
        return new WindowItem(function, input, partition, time, arguments.ToImmutable(), null, [], function.Span.To(Previous.Span));
    }

    /// <summary>PARTITION BY a, b or PARTITION BY (a, b), as far as the comma before the time column.</summary>
    ImmutableArray<Expr> ParsePartition()
    {
        if (IsSymbol("(")) return Parenthesised(() => ParseExpression());
        var columns = ImmutableArray.CreateBuilder<Expr>();
        columns.Add(ParseExpression());
        // SESSION(t PARTITION BY a, b, ts, gap): the last name before the gap is the time column.
        while (IsSymbol(",") && IsPartitionColumn())
        {
            _at++;
            columns.Add(ParseExpression());
        }
        return columns.ToImmutable();
    }

    /// <summary>Whether the name after a comma is followed by another name (or DESCRIPTOR), so that it is not the time column itself.</summary>
    bool IsPartitionColumn()
    {
        var length = IsSymbol(Ahead(2), ".") ? 3 : 1;
        var isName = Ahead(1).Kind is TokenKind.Word or TokenKind.QuotedName && !IsSymbol(Ahead(2), "(") && !IsSymbol(Ahead(2), "=>");
        var next = Ahead(length + 2);
        return isName && IsSymbol(Ahead(length + 1), ",") && next.Kind is TokenKind.Word or TokenKind.QuotedName && !Is(next, "interval") && !Is(next, "gap");
    }

    /// <summary>Flink's names of the first two arguments: DATA => and TIMECOL =>.</summary>
    void SkipArgumentName(string name)
    {
        if (IsWord(name) && IsSymbol(Ahead(1), "=>")) _at += 2;
    }
}

using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>Elements of GROUP BY: expressions, (a, b), GROUPING SETS, ROLLUP, CUBE.</summary>
internal sealed partial class Parser
{
    Expr ParseGroupItem()
    {
        var start = Current;
        if (IsWords("grouping", "sets"))
        {
            _at += 2;
            return Grouping(GroupingKind.Sets, start, ParseGroupItem);
        }
        if ((IsWord("rollup") || IsWord("cube")) && IsSymbol(Ahead(1), "("))
        {
            var kind = IsWord("rollup") ? GroupingKind.Rollup : GroupingKind.Cube;
            _at++;
            return Grouping(kind, start, ParseGroupColumns);
        }
        return ParseGroupColumns();
    }

    /// <summary>An expression or a composite of some.</summary>
    Expr ParseGroupColumns()
    {
        var start = Current;
        if (!IsSymbol("(")) return ParseExpression();
        if (IsSymbol(Ahead(1), ")"))
        {
            _at += 2;
            return new GroupingExpr(GroupingKind.Composite, [], From(start));
        }
        return IsList() ? Grouping(GroupingKind.Composite, start, () => ParseExpression()) : ParseExpression();
    }

    GroupingExpr Grouping(GroupingKind kind, Token start, Func<Expr> element)
    {
        Enter(start);
        var elements = Parenthesised(element);
        _level--;
        return Made(new GroupingExpr(kind, elements, From(start)));
    }

    /// <summary>Whether the parenthesis at hand holds more than one thing.</summary>
    bool IsList()
    {
        if (Is(Ahead(1), "select") || Is(Ahead(1), "with") || Is(Ahead(1), "values")) return false;
        var depth = 0;
        for (var at = _at; at < _tokens.Count; at++)
        {
            if (IsSymbol(_tokens[at], "(")) depth++;
            else if (IsSymbol(_tokens[at], ")") && --depth == 0) return false;
            else if (depth == 1 && IsSymbol(_tokens[at], ",")) return true;
        }
        return false;
    }
}

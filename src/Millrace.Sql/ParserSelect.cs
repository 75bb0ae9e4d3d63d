using System.Collections.Immutable;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>SELECT, VALUES, UNION ALL, WITH, FROM.</summary>
internal sealed partial class Parser
{
    bool IsQueryStart => IsWord("select") || IsWord("with") || IsWord("values") || IsSymbol("(") && (Is(Ahead(1), "select") || Is(Ahead(1), "with") || Is(Ahead(1), "values") || IsSymbol(Ahead(1), "("));

    Query ParseQuery()
    {
        var start = Current;
        Enter(start);
        ImmutableArray<CommonTable> with = [];
        if (TryWord("with"))
        {
            if (IsWord("recursive")) throw NotYet(Current.Span, "WITH RECURSIVE");
            with = List(ParseCommonTable);
        }
        var body = ParseBody();
        var tail = Current;
        var order = TryWords("order", "by") ? List(ParseOrderItem) : [];
        Expr? limit = null, offset = null;
        while (IsWord("limit") || IsWord("offset") || IsWord("fetch"))
        {
            if (IsWord("fetch")) throw NotYet(Current.Span, "FETCH FIRST", "Use LIMIT n.");
            var isLimit = IsWord("limit");
            if ((isLimit ? limit : offset) is not null) throw new SqlError(Codes.Repeated, Current.Span, $"{(isLimit ? "LIMIT" : "OFFSET")} stands twice.");
            _at++;
            if (isLimit && TryWord("all")) continue;
            var count = ParseExpression();
            if (isLimit) limit = count;
            else
            {
                offset = count;
                if (!TryWord("rows")) TryWord("row");
            }
        }
        _level--;
        return new Query(with, body, order, limit, offset, From(tail), From(start));
    }

    CommonTable ParseCommonTable()
    {
        var name = Name("a name");
        var columns = IsSymbol("(") ? Parenthesised(() => Name("a column")) : [];
        Word("as");
        if (TryWord("not")) Word("materialized");
        else TryWord("materialized");
        Symbol("(");
        var query = ParseQuery();
        Symbol(")");
        return new CommonTable(name, columns, query);
    }

    QueryBody ParseSimpleBody()
    {
        var start = Current;
        if (TrySymbol("("))
        {
            var query = ParseQuery();
            Symbol(")");
            return new NestedBody(query, From(start));
        }
        if (TryWord("values")) return new ValuesBody(List(() => Parenthesised(() => ParseExpression())), From(start));
        if (IsWord("table")) throw NotYet(Current.Span, "TABLE name", "Write SELECT * FROM name.");
        return ParseSelect();
    }

    SelectBody ParseSelect()
    {
        var start = Word("select");
        var isDistinct = false;
        ImmutableArray<Expr> distinctOn = [];
        if (TryWord("distinct"))
        {
            isDistinct = true;
            if (TryWord("on")) distinctOn = Parenthesised(() => ParseExpression());
        }
        else TryWord("all");
        var items = List(ParseSelectItem);
        var from = TryWord("from") ? ParseFrom() : null;
        var where = TryWord("where") ? ParseExpression() : null;
        ImmutableArray<Expr> groupBy = [];
        if (TryWords("group", "by")) groupBy = List(ParseGroupItem);
        var having = TryWord("having") ? ParseExpression() : null;
        var windows = ParseNamedWindows();
        if (IsWord("qualify")) throw NotYet(Current.Span, "QUALIFY");
        return new SelectBody(isDistinct, distinctOn, items, from, where, groupBy, having, From(start)) { Windows = windows };
    }

    SelectItem ParseSelectItem()
    {
        if (IsSymbol("*"))
        {
            var star = Take();
            return new SelectItem(new StarExpr(null, star.Span), null);
        }
        var expression = ParseExpression();
        if (TryWord("as")) return new SelectItem(expression, ParseLabel());
        return new SelectItem(expression, IsName && !IsReturns ? Name("an alias") : null);
    }

    /// <summary>After AS any word is a name.</summary>
    Name ParseLabel()
    {
        if (Current.Kind != TokenKind.Word) return Name("a name");
        var token = Take();
        return new(Raw(token).ToString().ToLowerInvariant(), token.Span);
    }

    OrderItem ParseOrderItem()
    {
        var expression = ParseExpression();
        var isDescending = TryWord("desc");
        if (!isDescending) TryWord("asc");
        bool? nullsFirst = null;
        if (TryWord("nulls"))
        {
            nullsFirst = TryWord("first");
            if (nullsFirst == false) Word("last");
        }
        return new OrderItem(expression, isDescending, nullsFirst);
    }

    FromItem ParseFromItem()
    {
        var start = Current;
        Enter(start);
        FromItem item;
        if (IsJoinInParentheses) item = ParseJoinInParentheses();
        else if (TrySymbol("("))
        {
            var query = ParseQuery();
            Symbol(")");
            item = new QueryItem(query, null, [], From(start));
        }
        else if (IsWord("lateral")) item = ParseLateral();
        else if (IsWord("table") && IsSymbol(Ahead(1), "(")) item = ParseTableCall();
        else
        {
            var name = Name("a table");
            if (IsSymbol("(")) item = ParseCallInFrom(name);
            else
            {
                if (IsSymbol(".")) throw new SqlError(Codes.Unexpected, Current.Span, "found '.'; sources and views have names of one part.");
                item = new TableItem(name, null, [], name.Span);
            }
            if (IsWord("for") && Is(Ahead(1), "system_time")) item = ParseAsOf(item);
        }
        _level--;
        item = ParseAlias(item);
        return IsWord("match_recognize") && IsSymbol(Ahead(1), "(") ? ParseAlias(ParseMatch(item)) : item;
    }

    FromItem ParseAlias(FromItem item)
    {
        if (!TryWord("as") && (!IsName || IsJoinWord || IsReturns)) return item;
        var alias = Name("an alias");
        var columns = IsSymbol("(") ? Parenthesised(() => Name("a column")) : [];
        return item with { Alias = alias, Columns = columns };
    }

    bool IsJoinWord => IsWords("partition", "by") || IsWord("natural") || IsWord("asof") || IsWord("match_recognize") || IsWord("tablesample") || IsWord("qualify");
}

using System.Collections.Immutable;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>UNION, INTERSECT and EXCEPT: INTERSECT binds more strongly, the others go from left to right.</summary>
internal sealed partial class Parser
{
    QueryBody ParseBody()
    {
        var start = Current;
        var body = ParseIntersect();
        for (var depth = 0; IsWord("union") || IsWord("except");)
        {
            var word = TryWord("union") ? SetWord.Union : SetWord.Except;
            if (word == SetWord.Except) _at++;
            var isAll = IsAll();
            if (word == SetWord.Union && isAll)
            {
                var all = ImmutableArray.CreateBuilder<QueryBody>();
                all.Add(body);
                do all.Add(ParseIntersect());
                while (TryWords("union", "all"));
                body = new UnionBody(all.ToImmutable(), From(start));
            }
            else body = new SetBody(word, isAll, body, ParseIntersect(), From(start));
            if (++depth > MaxDepth) throw TooDeep(From(start));
        }
        return body;
    }

    QueryBody ParseIntersect()
    {
        var start = Current;
        var body = ParseSimpleBody();
        for (var depth = 0; TryWord("intersect");)
        {
            body = new SetBody(SetWord.Intersect, IsAll(), body, ParseSimpleBody(), From(start));
            if (++depth > MaxDepth) throw TooDeep(From(start));
        }
        return body;
    }

    /// <summary>ALL; DISTINCT says what holds anyway.</summary>
    bool IsAll() => TryWord("all") || TryWord("distinct") && false;
}

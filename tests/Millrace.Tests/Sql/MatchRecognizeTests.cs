using Millrace.Planning;
using Millrace.Sql;

namespace Millrace.Tests.Sql;

/// <summary>MATCH_RECOGNIZE: the plan of a text, and what is refused.</summary>
public sealed class MatchRecognizeTests
{
    static string Text(string inside, string from = "orders") => $"{Compiling.Orders}CREATE VIEW v AS SELECT * FROM {from} MATCH_RECOGNIZE ({inside})";

    static MatchRecognize Node(string inside)
    {
        var node = Compiling.Good(Text(inside)).Views[^1].Plan;
        while (node is not MatchRecognize) node = node.Inputs[0];
        return (MatchRecognize)node;
    }

    [Theory]
    [InlineData("a b", "a b")]
    [InlineData("a+ b* c? d", "a+ b* c? d")]
    [InlineData("a+? b*? c?? d", "a+? b*? c?? d")]
    [InlineData("a{2} b{2,} c{2,3} d{0,4}? e{1}", "a{2} b{2,} c{2,3} d{0,4}? e")]
    [InlineData("a{,3} b", "a{0,3} b")]
    [InlineData("\"A b\"+ c", "A b+ c")]
    public void A_pattern_is_a_row_of_variables_with_quantifiers(string pattern, string read) =>
        Assert.Equal(read, string.Join(" ", Node($"ORDER BY at MEASURES LAST(at) AS at PATTERN ({pattern})").Pattern));

    [Fact]
    public void Only_what_is_read_goes_into_a_pattern_and_conditions_on_one_row_are_computed_below()
    {
        var node = Node("PARTITION BY country ORDER BY at MEASURES LAST(b.price) AS price PATTERN (a b) DEFINE a AS quantity > 3 AND product = 'x', b AS b.quantity > a.quantity");
        Assert.Equal("country, at, quantity, product, quantity > 3, product = 'x', price", string.Join(", ", node.Input.Schema.Fields.Select(f => f.Name)));
        Assert.Equal("(a b) by country order by at", node.Details);
        Assert.Equal("rows of partial matches, by length", node.StateBound);
    }

    [Fact]
    public void Without_a_limit_it_warns_and_with_WITHIN_times_go_on()
    {
        const string Open = "ORDER BY at MEASURES MATCH_ROWTIME() AS at PATTERN (a b+ c)";
        Assert.Equal("MR2050 6:110+2 'b' can take rows for ever, and 'v' keeps them until the match is decided. Add WITHIN INTERVAL '...' behind the pattern, or an upper limit: b{1,100}.",
            Compiling.Short(SqlCompiler.Compile(Text(Open), Compiling.Options).Diagnostics.Where(d => d.Code == "MR2050")));
        Assert.Equal(-1, PlanBuilder.LagOf(Compiling.Good(Text(Open)).Views[^1].Plan, 0) ?? -1);
        Assert.Equal(5_000_000, PlanBuilder.LagOf(Compiling.Good(Text(Open.Replace("c)", "c) WITHIN INTERVAL '5' SECOND", StringComparison.Ordinal))).Views[^1].Plan, 0));
    }

    [Theory]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at PATTERN (a (b c)+)", "MR1900 6:103+1 a group in a pattern does not exist yet. A pattern is a row of variables, each with a quantifier: A B+ C*? D{2,3} E?")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at PATTERN (a | b)", "MR1900 6:103+1 an alternative in a pattern does not exist yet. A pattern is a row of variables, each with a quantifier: A B+ C*? D{2,3} E?")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at PATTERN (PERMUTE(a, b))", "MR1900 6:101+7 PERMUTE does not exist yet. A pattern is a row of variables, each with a quantifier: A B+ C*? D{2,3} E?")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at PATTERN (a {- b -} c)", "MR1900 6:103+1 an exclusion in a pattern does not exist yet. A pattern is a row of variables, each with a quantifier: A B+ C*? D{2,3} E?")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at ALL ROWS PER MATCH PATTERN (a)", "MR1900 6:92+3 ALL ROWS PER MATCH does not exist yet. Write ONE ROW PER MATCH, and what is needed of the rows as MEASURES.")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at PATTERN (a b a)", "MR1281 6:105+1 'a' stands twice in the pattern. Give each place a variable of its own.")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at PATTERN (a* b?)", "MR1281 6:100+7 the pattern would match where there is no row at all. Let one of its variables take at least one row, e.g. with + in place of *.")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at PATTERN (a{3,2})", "MR1281 6:102+5 a quantifier {n,m} takes at least n rows and at most m, and m is at least 1 and n.")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at PATTERN (a) WITHIN INTERVAL '1 month'", "MR1281 6:111+18 WITHIN takes an interval longer than nothing, in days and time (months are not all alike).")]
    [InlineData("ORDER BY quantity MEASURES LAST(at) AS at PATTERN (a)", "MR1282 6:65+8 'quantity' is INTEGER; ORDER BY begins with a TIMESTAMP column, others may follow.")]
    [InlineData("ORDER BY at DESC MEASURES LAST(at) AS at PATTERN (a)", "MR1282 6:65+2 rows come in the order of their time: ORDER BY begins with the time column, ascending.")]
    [InlineData("ORDER BY at MEASURES LAST(x.at) AS at PATTERN (a)", "MR1284 6:82+1 no variable 'x' in the pattern. There are: a.")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at PATTERN (a) DEFINE b AS TRUE", "MR1284 6:111+1 no variable 'b' in the pattern. There are: a.")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at AFTER MATCH SKIP TO FIRST b PATTERN (a)", "MR1284 6:118+1 no variable 'b' in the pattern. There are: a.")]
    [InlineData("ORDER BY at MEASURES SUM(a.quantity * b.quantity) AS s PATTERN (a b)", "MR1283 6:94+10 SUM over the rows of more than one variable. Name one alone.")]
    [InlineData("ORDER BY at MEASURES LAST(FIRST(a.quantity)) AS s PATTERN (a b)", "MR1283 6:82+17 FIRST inside LAST. FIRST, LAST, PREV and aggregates do not nest.")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at PATTERN (a) DEFINE a AS CLASSIFIER() = 'a'", "MR1283 6:116+12 CLASSIFIER() belongs into MEASURES.")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at PATTERN (a) DEFINE a AS NEXT(price) > 1", "MR1900 6:116+11 NEXT does not exist yet: rows are looked at in the order of their time. Compare a later variable with LAST of this one.")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at PATTERN (a) DEFINE a AS a.quantity", "MR1061 6:116+10 DEFINE needs a condition; this is INTEGER. Compare it with something, e.g. with <> or IS NOT NULL.")]
    [InlineData("ORDER BY at MEASURES LAST(at) AS at PATTERN (a) DEFINE a AS a.prise > 1", "MR1042 6:118+5 no column 'prise' in orders. Did you mean 'price'?")]
    public void What_does_not_fit_is_refused(string inside, string error) => Assert.Equal(error, Compiling.Errors(Text(inside)));

    [Fact]
    public void A_source_without_a_watermark_is_refused() =>
        Assert.Contains("MR1282", Compiling.Errors("""
            CREATE SOURCE s (at TIMESTAMP, x INTEGER) WITH (connector = 'pipe', format = 'csv');
            CREATE VIEW v AS SELECT * FROM s MATCH_RECOGNIZE (ORDER BY at MEASURES LAST(x) AS x PATTERN (a))
            """), StringComparison.Ordinal);
}

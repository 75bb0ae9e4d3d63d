using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Tests.Sql;

/// <summary>CREATE TEST as it is read and bound: what it becomes, and what is found in faulty ones. Each text stands behind <see cref="s_file"/>, so it begins in line 11.</summary>
public sealed class CreateTestTests
{
    static readonly string s_file = Compiling.Orders + """
        CREATE VIEW large AS SELECT * FROM orders WHERE amount > 100;
        CREATE MATERIALIZED VIEW units AS SELECT product, SUM(quantity) AS units, COUNT(*) AS lines FROM orders GROUP BY product;
        CREATE SOURCE shops (shop TEXT, size INTEGER) WITH (connector = 'pipe', format = 'csv');
        CREATE SINK k FROM units WITH (connector = 'pipe', path = 'x');


        """;

    static TestDefinition Test(string text) => Compiling.Good(s_file + text).Tests.Single();

    [Fact]
    public void The_steps_stand_in_the_order_of_the_text_with_their_lines()
    {
        var test = Test("""
            CREATE TEST first
              GIVEN shops VALUES ('Bern', 2), ('Thun', NULL)
              GIVEN orders (product, quantity, at) VALUES ('tea', 2, '2026-01-01 10:00:00')
              ADVANCE EVENT TIME OF orders TO '2026-01-01 10:00:10'
              ADVANCE EVENT TIME TO TIMESTAMP '2026-01-01 10:00:20'
              ADVANCE CLOCK BY INTERVAL '1 minute'
              EXPECT SELECT * FROM units RETURNS ('tea', 2, 1)
              END OF shops
              END
              EXPECT SELECT product AS returns FROM large ORDER BY product RETURNS NOTHING;
            """);
        Assert.Equal("first", test.Name);
        Assert.Equal("sales.sql:11:13", test.Where);
        Assert.Equal(["GivenRows 12", "GivenRows 13", "AdvanceEventTime 14", "AdvanceEventTime 15", "AdvanceClock 16", "Expectation 17", "EndInput 18", "EndInput 19", "Expectation 20"],
            test.Steps.Select(s => $"{s.GetType().Name} {s.Line}"));
        var given = Assert.IsType<GivenRows>(test.Steps[1]);
        Assert.Equal("orders", given.Source);
        Assert.Equal("NULL, 'tea', 2, NULL, NULL, NULL, TIMESTAMP '2026-01-01 10:00:00'", string.Join(", ", given.Rows.Rows[0].Select(v => v.ToSql())));
        Assert.Null(Assert.IsType<AdvanceEventTime>(test.Steps[3]).Source);
        Assert.Equal(TimeSpan.FromMinutes(1), Assert.IsType<AdvanceClock>(test.Steps[4]).By);
        Assert.False(Assert.IsType<Expectation>(test.Steps[5]).IsOrdered);
        Assert.True(Assert.IsType<Expectation>(test.Steps[8]).IsOrdered);
    }

    [Fact]
    public void A_test_may_stand_above_what_it_tests()
    {
        var pipeline = Compiling.Good($"""
            CREATE TEST early GIVEN orders (product) VALUES ('tea') EXPECT SELECT product FROM v RETURNS ('tea');
            {Compiling.Orders}
            CREATE VIEW v AS SELECT product FROM orders
            """);
        Assert.Equal("early", pipeline.Tests.Single().Name);
    }

    [Fact]
    public void Rows_that_are_expected_have_the_types_of_the_query()
    {
        var test = Test("CREATE TEST t EXPECT SELECT units, lines, units * 0.5 AS half, NULL AS none, 1.5e0 AS x FROM units RETURNS (1, 2, '0.50', NULL, 3)");
        var expectation = (Expectation)test.Steps[0];
        Assert.Equal(expectation.Query.Schema.Fields.Select(f => f.Type), expectation.Rows.Schema.Fields.Select(f => f.Type));
        Assert.All(expectation.Rows.Rows[0].Zip(expectation.Rows.Schema.Fields), v => Assert.Equal(v.Second.Type, v.First.Type));
    }

    [Theory]
    // Steps.
    [InlineData("CREATE TEST t", "MR1007 11:14+1 found the end of the text where a step of the test was expected: GIVEN, ADVANCE, END or EXPECT.")]
    [InlineData("CREATE TEST t EXPEKT SELECT 1 RETURNS (1)", "MR1007 11:15+6 found 'EXPEKT' where a step of the test was expected: GIVEN, ADVANCE, END or EXPECT. Did you mean 'EXPECT'?")]
    [InlineData("CREATE TEST t EXPECT units RETURNS (1)", "MR1007 11:22+5 found 'units' where SELECT, VALUES or WITH after EXPECT was expected.")]
    [InlineData("CREATE TEST t EXPECT SELECT * FROM units", "MR1007 11:41+1 found the end of the text where RETURNS was expected.")]
    [InlineData("CREATE TEST t EXPECT SELECT * FROM units EMIT FINAL RETURNS NOTHING", "MR1011 11:42+4 EMIT in EXPECT: it reads what is stored now, once. EMIT is said in a view or a sink.")]
    [InlineData("CREATE TEST t ADVANCE TIME TO '2026-01-01' EXPECT SELECT 1 RETURNS (1)", "MR1007 11:23+4 found 'TIME' where EVENT TIME or CLOCK after ADVANCE was expected.")]
    [InlineData("CREATE TEST t GIVEN shops VALUES ('a', 1)", "MR1703 11:13+1 test 't' expects nothing. End it with EXPECT SELECT ... RETURNS (...), or RETURNS NOTHING.")]
    [InlineData("CREATE TEST t EXPECT SELECT 1 RETURNS (1) END OF shops", "MR1703 11:43+12 nothing is expected behind this step. Add EXPECT SELECT ... RETURNS (...), or leave the step out.")]
    [InlineData("CREATE TEST t END OF shops GIVEN shops VALUES ('a', 1) EXPECT SELECT 1 RETURNS (1)", "MR1703 11:28+11 source 'shops' has ended in line 11, so no more rows come. Move END behind this step.")]
    [InlineData("CREATE TEST t END OF shops END OF shops EXPECT SELECT 1 RETURNS (1)", "MR1703 11:28+12 source 'shops' has ended before, in line 11.")]
    [InlineData("CREATE TEST t ADVANCE EVENT TIME OF shops TO '2026-01-01' EXPECT SELECT 1 RETURNS (1)", "MR1703 11:37+5 source 'shops' has no WATERMARK, so it has no event time that could be moved.")]
    [InlineData("CREATE TEST t ADVANCE EVENT TIME TO '2026-01-02' ADVANCE EVENT TIME OF orders TO '2026-01-01' EXPECT SELECT 1 RETURNS (1)",
        "MR1703 11:82+12 event time of 'orders' has come to 2026-01-02T00:00:00Z in line 11; it does not go back.")]
    [InlineData("CREATE TEST t ADVANCE CLOCK BY INTERVAL '1 month' EXPECT SELECT 1 RETURNS (1)", "MR1703 11:32+18 the clock moves forwards, by at most a year, and by no months. Write e.g. INTERVAL '1 minute'.")]
    [InlineData("CREATE TEST t ADVANCE CLOCK BY INTERVAL '-1 second' EXPECT SELECT 1 RETURNS (1)", "MR1703 11:32+20 the clock moves forwards, by at most a year, and by no months. Write e.g. INTERVAL '1 minute'.")]
    [InlineData("CREATE TEST t EXPECT SELECT 1 RETURNS (1); CREATE TEST t EXPECT SELECT 1 RETURNS (1)", "MR1041 11:56+1 there is a test 't' in line 11. Choose another name.")]
    // Sources and columns.
    [InlineData("CREATE TEST t GIVEN order VALUES (1) EXPECT SELECT 1 RETURNS (1)", "MR1008 11:21+5 'order' is a reserved word where a source was expected. Put it in double quotes to use it as a name.")]
    [InlineData("CREATE TEST t GIVEN ordres VALUES (1) EXPECT SELECT 1 RETURNS (1)", "MR1700 11:21+6 no source 'ordres'. Did you mean 'orders'?")]
    [InlineData("CREATE TEST t GIVEN units VALUES (1) EXPECT SELECT 1 RETURNS (1)", "MR1700 11:21+5 'units' is a materialized view; a test gives rows and time to sources. There are: orders, shops.")]
    [InlineData("CREATE TEST t GIVEN orders (product, amount) VALUES ('a', 1) EXPECT SELECT 1 RETURNS (1)", "MR1702 11:38+6 'amount' is computed from the other columns of 'orders'. Leave it out.")]
    [InlineData("CREATE TEST t GIVEN orders (prodct) VALUES ('a') EXPECT SELECT 1 RETURNS (1)", "MR1042 11:29+6 no column 'prodct' in source 'orders'. Did you mean 'product'?")]
    [InlineData("CREATE TEST t GIVEN shops (shop, shop) VALUES ('a', 'b') EXPECT SELECT 1 RETURNS (1)", "MR1046 11:34+4 the column 'shop' stands twice.")]
    [InlineData("CREATE TEST t EXPECT SELECT * FROM shops RETURNS NOTHING", "MR1040 11:36+5 'shops' is a source, which is not stored. Read a view over it, its late table or dead_letters.")]
    [InlineData("CREATE TEST t EXPECT SELECT * FROM k RETURNS NOTHING", "MR1040 11:36+1 'k' is a sink, which a pipeline cannot read. Read the view below it.")]
    [InlineData("CREATE TEST t EXPECT SELECT * FROM unit RETURNS NOTHING", "MR1040 11:36+4 no table 'unit'. Did you mean 'units'?")]
    [InlineData("CREATE TEST t EXPECT SELECT prodct FROM units RETURNS NOTHING", "MR1042 11:29+6 no column 'prodct' in units. Did you mean 'product'?")]
    // Values.
    [InlineData("CREATE TEST t GIVEN shops VALUES ('a') EXPECT SELECT 1 RETURNS (1)", "MR1701 11:34+5 this row has 1 value; source 'shops' has 2 columns: shop, size.")]
    [InlineData("CREATE TEST t GIVEN shops (size) VALUES (1), (1, 2) EXPECT SELECT 1 RETURNS (1)", "MR1701 11:46+6 this row has 2 values; source 'shops' has 1 column: size.")]
    [InlineData("CREATE TEST t EXPECT SELECT * FROM units RETURNS ('tea', 1)", "MR1701 11:50+10 this row has 2 values; the query has 3 columns: product, units, lines.")]
    [InlineData("CREATE TEST t GIVEN shops VALUES (1, 'x') EXPECT SELECT 1 RETURNS (1)",
        "MR1704 11:35+1 'shop' is TEXT; this is INTEGER. Write a text.\nMR1704 11:38+3 'size' is INTEGER, and 'x' is not a value of it. Write a whole number in its range.")]
    [InlineData("CREATE TEST t GIVEN shops VALUES ('a', 1.5) EXPECT SELECT 1 RETURNS (1)", "MR1704 11:40+3 'size' is INTEGER, which would round 1.5 to 2. Write it with as many digits as the column holds.")]
    [InlineData("CREATE TEST t GIVEN orders (price) VALUES (1.2345), ('1.2345') EXPECT SELECT 1 RETURNS (1)",
        "MR1704 11:44+6 'price' is DECIMAL(10,3), which would round 1.2345 to 1.235. Write it with as many digits as the column holds.\nMR1704 11:54+8 'price' is DECIMAL(10,3), which would round '1.2345' to 1.235. Write it with as many digits as the column holds.")]
    [InlineData("CREATE TEST t GIVEN orders (at) VALUES ('yesterday') EXPECT SELECT 1 RETURNS (1)",
        "MR1704 11:41+11 'at' is TIMESTAMP, and 'yesterday' is not a value of it. Write e.g. '2024-01-31 12:00:00'.")]
    [InlineData("CREATE TEST t GIVEN shops VALUES (shop, 1) EXPECT SELECT 1 RETURNS (1)", "MR1042 11:35+4 no column 'shop' in a row of a test (texts stand in single quotes).")]
    // What fails above is not told again.
    [InlineData("CREATE VIEW w AS SELECT nothing FROM orders; CREATE TEST t EXPECT SELECT * FROM w RETURNS NOTHING", "MR1042 11:25+7 no column 'nothing' in orders. Its columns are: invoice, product, quantity, price, customer, country, at, amount.")]
    [InlineData("CREATE SOURCE s (a TEXT WITH (connector = 'pipe'); CREATE TEST t GIVEN s VALUES ('a') EXPECT SELECT * FROM s RETURNS NOTHING", "MR1007 11:25+4 found 'WITH' where ')' was expected.")]
    public void A_faulty_test_gives_these_errors(string text, string errors) => Assert.Equal(errors, Compiling.Errors(s_file + text));
}

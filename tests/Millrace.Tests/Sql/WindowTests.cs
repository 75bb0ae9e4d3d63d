namespace Millrace.Tests.Sql;

/// <summary>What is found in faulty windows and clauses of lateness, and how windows are spelt.</summary>
public sealed class WindowTests
{
    const string Timed = "CREATE SOURCE s (a TIMESTAMP, k TEXT, WATERMARK FOR a AS a) WITH (connector = 'pipe', format = 'csv') ";

    [Theory]
    [InlineData("CREATE SOURCE s (a TEXT) WITH (connector = 'pipe', format = 'csv') ON LATE UPDATE FOR INTERVAL '5 minutes'",
        "MR1240 6:87+20 without a watermark no row is late, so there is nothing to update for. Add WATERMARK FOR column AS column - INTERVAL '...'.")]
    [InlineData(Timed + "ON LATE UPDATE FOR INTERVAL '1 month'", "MR1240 6:122+18 the time that late rows update for has no months: their length varies. Use days.")]
    [InlineData(Timed + "ON LATE UPDATE FOR INTERVAL '0 seconds' THEN DROP", "MR1240 6:122+20 the time that late rows update for is longer than nothing and at most 1000 years.")]
    [InlineData(Timed + "ON LATE UPDATE FOR INTERVAL '1 day' THEN INTO x", "MR1007 6:144+4 found 'INTO' where DROP or TO table after THEN was expected.")]
    [InlineData(Timed + "ON LATE KEEP", "MR1007 6:111+4 found 'KEEP' where DROP, TO table or UPDATE FOR INTERVAL '...' after ON LATE was expected.")]
    [InlineData("CREATE VIEW v AS SELECT COUNT(*) AS n FROM CUMULATE(orders, at, INTERVAL '1 hour', INTERVAL '1 day') GROUP BY window_start",
        "MR1241 6:111+12 the windows of CUMULATE share their start; add window_end to GROUP BY.")]
    [InlineData("CREATE VIEW v AS SELECT COUNT(*) AS n FROM CUMULATE(orders, at, INTERVAL '7 hours', INTERVAL '1 day') GROUP BY window_end",
        "MR1085 6:65+18 whole steps must make the size; a step of a size in months is months, a day or a part of one. Arguments are CUMULATE(table, time, step, size).")]
    [InlineData("CREATE VIEW v AS SELECT COUNT(*) AS n FROM CUMULATE(orders, at, INTERVAL '1 hour') GROUP BY window_end",
        "MR1085 6:44+39 the argument size is missing. Usage: CUMULATE(table, time, step, size [, offset => ...] [, zone => '...']).")]
    [InlineData("CREATE VIEW v AS SELECT COUNT(*) AS n FROM TUMBLE(orders PARTITION BY product, at, INTERVAL '1 hour') GROUP BY window_end",
        "MR1085 6:58+9 PARTITION BY belongs to SESSION; group TUMBLE with GROUP BY.")]
    [InlineData("CREATE VIEW v AS SELECT COUNT(*) AS n FROM SESSION(orders PARTITION BY product, at, INTERVAL '30 seconds') GROUP BY window_start, country",
        "MR1242 6:117+21 the sessions are those of PARTITION BY; GROUP BY needs window_start or window_end, exactly these columns, and no others.")]
    [InlineData("CREATE VIEW v AS SELECT product, window_start FROM SESSION(orders, at, INTERVAL '30 seconds')",
        "MR1243 6:52+42 SESSION gives one row a session and key: write GROUP BY window_start, window_end and the keys, without grouping sets. To join sessions, group them in a query in FROM: (SELECT ... FROM SESSION(...) GROUP BY ...) AS s.")]
    [InlineData("CREATE VIEW v AS SELECT o.product FROM SESSION(orders AS o, at, INTERVAL '5 seconds') JOIN TUMBLE(orders AS p, at, INTERVAL '5 seconds') ON o.window_start = p.window_start",
        "MR1243 6:40+46 SESSION gives one row a session and key: write GROUP BY window_start, window_end and the keys, without grouping sets. To join sessions, group them in a query in FROM: (SELECT ... FROM SESSION(...) GROUP BY ...) AS s.")]
    [InlineData("CREATE VIEW v AS SELECT product FROM orders WHERE EXISTS (SELECT 1 FROM SESSION(orders AS p, at, INTERVAL '5 seconds') WHERE p.window_start = orders.at)",
        "MR1243 6:73+46 SESSION gives one row a session and key: write GROUP BY window_start, window_end and the keys, without grouping sets. To join sessions, group them in a query in FROM: (SELECT ... FROM SESSION(...) GROUP BY ...) AS s.")]
    [InlineData("CREATE VIEW v AS SELECT x FROM SESSION(orders, at, INTERVAL '5 seconds'), string_to_table(product, ' ') AS x",
        "MR1243 6:75+29 SESSION gives one row a session and key: write GROUP BY window_start, window_end and the keys, without grouping sets. To join sessions, group them in a query in FROM: (SELECT ... FROM SESSION(...) GROUP BY ...) AS s.")]
    [InlineData("CREATE VIEW v AS SELECT o.product FROM SESSION(orders AS o, at, INTERVAL '5 seconds') ASOF JOIN orders AS p ON o.product = p.product AND o.at >= p.at",
        "MR1243 6:40+46 SESSION gives one row a session and key: write GROUP BY window_start, window_end and the keys, without grouping sets. To join sessions, group them in a query in FROM: (SELECT ... FROM SESSION(...) GROUP BY ...) AS s.")]
    [InlineData("CREATE VIEW v AS SELECT COUNT(*) AS n FROM orders GROUP BY CUMULATE(at, INTERVAL '1 hour', INTERVAL '1 day')",
        "MR1044 6:60+8 'cumulate' is a window: it stands in FROM.")]
    [InlineData("CREATE VIEW v AS SELECT TUMBLE_START(at, INTERVAL '1 hour') FROM orders GROUP BY product",
        "MR1085 6:25+35 TUMBLE_START belongs to GROUP BY TUMBLE(time, size). A window in FROM has columns: window_start, window_end, window_time.")]
    [InlineData("CREATE VIEW v AS SELECT TUMBLE_START(at, INTERVAL '2 hours') FROM orders GROUP BY TUMBLE(at, INTERVAL '1 hour')",
        "MR1085 6:25+36 TUMBLE_START takes the arguments of TUMBLE in GROUP BY, written as they are there.")]
    [InlineData("CREATE VIEW v AS SELECT HOP_END(at, INTERVAL '1 hour') FROM orders GROUP BY TUMBLE(at, INTERVAL '1 hour')",
        "MR1085 6:25+30 HOP_END of a window that is TUMBLE in GROUP BY.")]
    [InlineData("CREATE VIEW v AS SELECT COUNT(*) AS n FROM orders GROUP BY TUMBLE(at, INTERVAL '1 hour'), HOP(at, INTERVAL '1 hour', INTERVAL '2 hours')",
        "MR1085 6:91+46 GROUP BY has another window already. Windows over windows need a query in FROM.")]
    [InlineData("CREATE VIEW v AS SELECT COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY TUMBLE(at, INTERVAL '1 hour')",
        "MR1085 6:91+29 FROM has a window already; group by its columns window_start and window_end.")]
    [InlineData("CREATE VIEW v AS SELECT COUNT(*) AS n FROM orders GROUP BY TUMBLE(INTERVAL '1 hour')",
        "MR1085 6:60+25 TUMBLE here takes the time column first. Usage: TUMBLE(time, size [, offset] [, zone]).")]
    [InlineData("CREATE VIEW v AS SELECT COUNT(*) AS n FROM orders GROUP BY HOP(at, INTERVAL '1 hour')",
        "MR1085 6:60+26 the argument size is missing. Usage: HOP(time, slide, size [, offset] [, zone]).")]
    [InlineData("CREATE VIEW v AS SELECT COUNT(*) AS n FROM orders GROUP BY TUMBLE(product, INTERVAL '1 hour')",
        "MR1060 6:67+7 'product' is TEXT; a window goes by a TIMESTAMP column.")]
    [InlineData("CREATE VIEW v AS SELECT TUMBLE(at, INTERVAL '1 hour') FROM orders GROUP BY TUMBLE(at, INTERVAL '1 hour')",
        "MR1044 6:25+6 'tumble' is a window: it stands in FROM or GROUP BY.")]
    [InlineData("CREATE VIEW v AS SELECT product FROM SESSION(orders, at, INTERVAL '1 month') GROUP BY product, window_start", "MR1085 6:58+18 the gap of a session has no months: their length varies. Use days.")]
    public void A_faulty_text_gives_this_error(string text, string error) => Assert.Equal(error, Compiling.Errors(Compiling.Orders + text));

    [Theory]
    [InlineData("TUMBLE(orders, at, INTERVAL '1 hour')")]
    [InlineData("TABLE(TUMBLE(TABLE orders, DESCRIPTOR(at), INTERVAL '1' HOUR))")]
    [InlineData("TABLE(TUMBLE(DATA => TABLE orders, TIMECOL => DESCRIPTOR(`at`), SIZE => INTERVAL '60' MINUTES))")]
    public void Windows_have_several_spellings(string window) =>
        Assert.Equal(Compiling.Tree(Compiling.View("SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start")),
            Compiling.Tree(Compiling.View($"SELECT window_start, COUNT(*) AS n FROM {window} GROUP BY window_start")));

    [Theory]
    [InlineData("SELECT TUMBLE_START(at, INTERVAL '1' HOUR) AS window_start, COUNT(*) AS n FROM orders GROUP BY TUMBLE(at, INTERVAL '1' HOUR)")]
    [InlineData("SELECT TUMBLE_START(o.at, INTERVAL '60' MINUTE) AS window_start, COUNT(*) AS n FROM orders AS o GROUP BY TUMBLE(at, INTERVAL '1' HOUR)")]
    public void A_window_may_stand_in_GROUP_BY(string query) =>
        Assert.Equal(Compiling.Tree(Compiling.View("SELECT window_start, COUNT(*) AS n FROM TUMBLE(orders, at, INTERVAL '1 hour') GROUP BY window_start")), Compiling.Tree(Compiling.View(query)));

    [Fact]
    public void An_append_sink_takes_no_window_that_late_rows_update()
    {
        const string text = Timed + """
            ON LATE UPDATE FOR INTERVAL '1 minute';
            CREATE VIEW v AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(s, a, INTERVAL '1 hour') GROUP BY window_start;
            CREATE SINK k FROM v EMIT ON WINDOW CLOSE WITH (connector = 'pipe', path = 'x', mode = 'append')
            """;
        Assert.Equal("MR1140 3:22+20 'v' updates its rows, and an append-only sink cannot take rows back. Use EMIT FINAL, or mode = 'upsert'.", Compiling.Errors(text));
    }
}

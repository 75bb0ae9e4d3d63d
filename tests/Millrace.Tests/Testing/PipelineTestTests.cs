using Millrace.Quality;
using Millrace.Testing;
using Millrace.Time;

namespace Millrace.Tests.Testing;

/// <summary>What a test can do with a pipeline, with and without a seed.</summary>
public sealed class PipelineTestTests
{
    const string Shop = """
        CREATE SOURCE sales (product TEXT, price DECIMAL(10,2), at TIMESTAMP,
          WATERMARK FOR at AS at - INTERVAL '10 seconds',
          CONSTRAINT has_price EXPECT (price > 0) ON VIOLATION QUARANTINE,
          CONSTRAINT sane EXPECT (price < 1000) ON VIOLATION FAIL
        ) WITH (connector = 'file', path = '${DATA}', format = 'csv') ON LATE TO late_sales;
        CREATE VIEW cheap AS SELECT * FROM sales WHERE price < 3;
        CREATE VIEW unread AS SELECT * FROM sales;
        CREATE MATERIALIZED VIEW by_minute AS
          SELECT window_start, product, SUM(price) AS revenue FROM TUMBLE(cheap, at, INTERVAL '1 minute') GROUP BY window_start, product;
        CREATE SINK closed FROM by_minute EMIT FINAL WITH (connector = 'file', path = 'closed.csv', format = 'csv', mode = 'append');
        """;

    static readonly string[] s_open = ["2026-01-01 10:00:00|tea|5.00"];

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 30)];

    static PipelineTest Start(int seed) => PipelineTest.FromSql(Shop, seed);

    static string[] Texts(IEnumerable<object?[]> rows) => [.. rows.Select(r => string.Join('|', r.Select(v => v switch
    {
        null => "NULL",
        Timestamp t => t.ToDateTimeOffset().ToString("yyyy-MM-dd HH:mm:ss", null),
        IFormattable f => f.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => v.ToString(),
    })))];

    [Theory, MemberData(nameof(Seeds))]
    public void Rows_are_read_when_the_test_looks(int seed)
    {
        using var test = Start(seed);
        test.Push("sales", ["tea", 2.50m, "2026-01-01 10:00:05"], ["tea", "2.50", new DateTimeOffset(2026, 1, 1, 11, 0, 40, TimeSpan.FromHours(1))], ["cake", 4m, "2026-01-01 10:00:41"]);
        Assert.Equal(s_open, Texts(test.Rows("by_minute")));
        Assert.Equal(["5.00"], Texts(test.Query("SELECT SUM(revenue) FROM by_minute")));
        Assert.Empty(test.Rows("closed"));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_plain_view_can_be_looked_at_where_it_runs(int seed)
    {
        using var test = Start(seed);
        test.Push("sales", ["tea", 2.50m, "2026-01-01 10:00:05"]);
        Assert.Equal(["tea|2.50|2026-01-01 10:00:05"], Texts(test.Rows("cheap")));
        Assert.Contains("View 'unread' does not run", Assert.Throws<ArgumentException>(() => test.Rows("unread")).Message, StringComparison.Ordinal);
        Assert.StartsWith("There is no table or sink 'chaep'; there are cheap, by_minute, late_sales, dead_letters, closed.", Assert.Throws<ArgumentException>(() => test.Rows("chaep")).Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Event_time_closes_windows_and_makes_rows_late(int seed)
    {
        using var test = Start(seed);
        test.Push("sales", ["tea", 2.50m, "2026-01-01 10:00:05"]);
        test.AdvanceEventTime("2026-01-01 10:00:59");
        Assert.Empty(test.Rows("closed"));
        test.AdvanceEventTime("2026-01-01 10:01:00", "sales");
        Assert.Equal(["2026-01-01 10:00:00|tea|2.50"], Texts(test.Rows("closed")));
        test.Push("sales", ["tea", 1m, "2026-01-01 10:00:59"]);
        Assert.Equal(["2026-01-01 10:00:00|tea|2.50"], Texts(test.Rows("by_minute")));
        Assert.Equal(["tea|1.00|by_minute|2026-01-01 10:01:00|2026-01-01 10:01:00"], Texts(test.Query("SELECT product, price, view, window_end, watermark FROM late_sales")));
        test.AdvanceEventTime("2026-01-01 09:00:00"); // does not go back
        test.Push("sales", ["tea", 1m, "2026-01-01 10:00:58"]);
        Assert.Equal(2, test.Rows("late_sales").Count);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_crash_forgets_what_was_not_committed_and_the_next_process_reads_it_again(int seed)
    {
        using var test = Start(seed);
        test.Push("sales", ["tea", 2.50m, "2026-01-01 10:00:05"]);
        test.Push("sales", ["tea", 2.50m, "2026-01-01 10:00:40"]);
        test.Crash();
        Assert.Equal(1, test.Crashes);
        Assert.Throws<InvalidOperationException>(() => test.AdvanceEventTime("2026-01-01 10:01:00"));
        test.Push("sales", ["cake", 1m, "2026-01-01 10:00:41"]); // goes on while the pipeline is down
        _ = test.Rows("by_minute"); // can be looked at meanwhile
        test.Recover();
        Assert.Equal(["2026-01-01 10:00:00|cake|1.00", "2026-01-01 10:00:00|tea|5.00"], Texts(test.Rows("by_minute")));
        test.AdvanceEventTime("2026-01-01 10:01:00");
        test.Crash();
        test.Recover();
        test.Push("sales", ["tea", 1m, "2026-01-01 10:00:59"]);
        test.End();
        Assert.Equal(["2026-01-01 10:00:00|cake|1.00", "2026-01-01 10:00:00|tea|5.00"], Texts(test.Rows("closed")).Order(StringComparer.Ordinal));
        Assert.Equal(["1", "1"], Texts(test.Changes("closed").Select(c => new object?[] { c.Weight })));
        Assert.Single(test.Rows("late_sales"));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void Time_that_passes_outside_closes_windows_of_a_silent_source(int seed)
    {
        using var test = PipelineTest.FromSql("""
            CREATE SOURCE events (at TIMESTAMP, WATERMARK FOR at AS at) WITH (connector = 'http', format = 'json', watermark.idle_timeout = '10 seconds');
            CREATE MATERIALIZED VIEW counts AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(events, at, INTERVAL '1 minute') GROUP BY window_start EMIT FINAL;
            """, seed);
        test.Push("events", ["2026-01-01 10:00:30"]);
        var start = test.Now;
        Assert.Empty(test.Rows("counts"));
        test.AdvanceClock(TimeSpan.FromSeconds(39)); // idle for 10 seconds, then 29 to the end of the minute
        Assert.Empty(test.Rows("counts"));
        test.AdvanceClock(TimeSpan.FromSeconds(3));
        Assert.Single(test.Rows("counts"));
        test.Push("events", ["2026-01-01 10:01:30"]);
        test.AdvanceClock(TimeSpan.FromDays(1));
        Assert.Equal(["2026-01-01 10:00:00|1", "2026-01-01 10:01:00|1"], Texts(test.Rows("counts")));
        Assert.Equal(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(42), test.Now - start);
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_source_that_is_silent_after_a_restart_falls_idle_and_time_moves_on(int seed)
    {
        using var test = PipelineTest.FromSql("""
            CREATE SOURCE events (at TIMESTAMP, WATERMARK FOR at AS at) WITH (connector = 'http', format = 'json', watermark.idle_timeout = '10 seconds');
            CREATE MATERIALIZED VIEW counts AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(events, at, INTERVAL '1 minute') GROUP BY window_start EMIT FINAL;
            """, seed);
        test.Push("events", ["2026-01-01 10:00:30"]);
        Assert.Empty(test.Rows("counts"));
        test.Crash();
        test.Recover();
        test.AdvanceClock(TimeSpan.FromSeconds(39));
        Assert.Empty(test.Rows("counts"));
        test.AdvanceClock(TimeSpan.FromSeconds(3));
        Assert.Single(test.Rows("counts"));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void The_end_of_the_input_closes_everything(int seed)
    {
        using var test = Start(seed);
        test.Push("sales", ["tea", 2.50m, "2026-01-01 10:00:05"]);
        test.End();
        Assert.Equal(["2026-01-01 10:00:00|tea|2.50"], Texts(test.Rows("closed")));
        Assert.Equal(["2026-01-01 10:00:00|tea|2.50"], Texts(test.Rows("by_minute")));
        Assert.Throws<InvalidOperationException>(() => test.Push("sales", ["tea", 2.50m, "2026-01-01 10:00:05"]));
        Assert.Throws<InvalidOperationException>(test.Crash);
        Assert.Throws<InvalidOperationException>(test.Recover);
        test.AdvanceClock(TimeSpan.FromMinutes(1)); // passes anyway
    }

    [Theory, MemberData(nameof(Seeds))]
    public void What_is_set_aside_stands_in_dead_letters(int seed)
    {
        using var test = Start(seed);
        test.Push("sales", ["tea", 0m, "2026-01-01 10:00:05"]);
        Assert.Equal(["sales|has_price"], Texts(test.Query("SELECT source, rule FROM dead_letters")));
    }

    [Theory, MemberData(nameof(Seeds))]
    public void A_failure_of_the_pipeline_comes_out_of_every_call_from_then_on(int seed)
    {
        using var test = Start(seed);
        test.Push("sales", ["tea", 2m, "2026-01-01 10:00:05"], ["gold", 5000m, "2026-01-01 10:00:06"]);
        Assert.Contains("sane", Assert.Throws<BadDataException>(() => test.Rows("by_minute")).Message, StringComparison.Ordinal);
        Assert.Throws<BadDataException>(() => test.AdvanceEventTime("2026-01-01 10:01:00"));
        Assert.Throws<BadDataException>(test.Crash);
    }

    [Fact]
    public void Faults_of_the_caller_are_told()
    {
        Assert.StartsWith("MR1040 at query:1:45\n", Assert.Throws<ArgumentException>(() => PipelineTest.FromSql("CREATE MATERIALIZED VIEW v AS SELECT * FROM nothing")).Message, StringComparison.Ordinal);
        using var test = Start(0);
        Assert.StartsWith("There is no source 'sale'; there are sales.", Assert.Throws<ArgumentException>(() => test.Push("sale")).Message, StringComparison.Ordinal);
        Assert.StartsWith("2 values for 3 columns", Assert.Throws<ArgumentException>(() => test.Push("sales", ["tea", 1m])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => test.Push("sales", ["tea", 1m, "yesterday"]));
        Assert.Throws<ArgumentException>(() => test.AdvanceEventTime("yesterday"));
        Assert.Throws<ArgumentOutOfRangeException>(() => test.AdvanceClock(TimeSpan.FromSeconds(-1)));
        Assert.Contains("Did you mean 'by_minute'?", Assert.Throws<ArgumentException>(() => test.Query("SELECT * FROM by_minut")).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(test.Recover);
    }
}

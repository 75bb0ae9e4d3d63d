using System.Globalization;
using System.Text;
using Millrace.EndToEnd.Robustness;
using Millrace.EndToEnd.Servers;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Postgres;

/// <summary>CREATE SINK ... WITH (connector = 'postgres'), run as a user runs it, against a real server.</summary>
public sealed class PostgresSinkTests(PostgresInstance server) : IClassFixture<PostgresInstance>, IDisposable
{
    readonly Workplace _place = new();
    readonly string _schema = "s" + Guid.NewGuid().ToString("N")[..8];

    public void Dispose() => _place.Dispose();

    string Sink(string name, string view, string more = "") => $"CREATE SINK {name} FROM {view} WITH ({server.Options}, schema = '{_schema}'{(more.Length > 0 ? ", " + more : "")});\n";

    async Task<string> RunAsync(string sql, bool isGood = true, string[]? with = null)
    {
        server.Need();
        _place.Write("p.sql", sql);
        var (code, output, errors) = await MillraceProcess.RunAsync(_place.Path, ["run", "p.sql", "--until-done", .. with ?? []]);
        Assert.True(code == 0 == isGood, output + errors);
        Assert.DoesNotContain(PostgresInstance.Password, output + errors, StringComparison.Ordinal);
        return output + errors;
    }

    Task<List<System.Text.Json.JsonElement>> QueryAsync(string sql) => _place.QueryAsync(sql, "p.millrace");

    List<string> Rows(string table, string columns, string order) => server.Rows($"SELECT {columns} FROM {_schema}.{table} ORDER BY {order}");

    const string Orders = "CREATE SOURCE orders (id BIGINT, k TEXT, amount DECIMAL(10,2), at TIMESTAMP) WITH (connector = 'file', path = 'orders.csv', format = 'csv');\n";

    [Fact]
    public async Task Every_value_arrives_as_it_is()
    {
        server.Need();
        _place.Write("in.csv", "id,b,i,d,dec,wide,t,at,iv\n1,true,-2147483648,0.1,-12345678.901,12345678901234567890123456789012345.678,\"ü😀 \"\"x\"\", \\N\",2024-02-29T23:59:59.123456Z,P1M2DT3.5S\n"
            + "2,false,2147483647,-1e308,0.000,-0.001,,1969-12-31T23:59:59.999999Z,-P1D\n3,,,,,,,,\n");
        await RunAsync("""
            CREATE SOURCE rows (id BIGINT, b BOOLEAN, i INTEGER, d DOUBLE, dec DECIMAL(11,3), wide DECIMAL(38,3), t TEXT, at TIMESTAMP, iv INTERVAL) WITH (connector = 'file', path = 'in.csv', format = 'csv');
            CREATE VIEW all_rows AS SELECT *, CASE WHEN id = 1 THEN CAST('NaN' AS DOUBLE) WHEN id = 2 THEN CAST('-Infinity' AS DOUBLE) END AS odd, CAST(t AS BYTES) AS raw FROM rows;
            """ + Sink("typed", "all_rows") + Sink("by_id", "all_rows", "key = 'id'"));
        string[] expected =
        [
            "1|true|-2147483648|0.1|-12345678.901|12345678901234567890123456789012345.678|ü😀 \"x\", \\N|2024-02-29 23:59:59.123456+00|1 mon 2 days 00:00:03.5|NaN",
            "2|false|2147483647|-1e+308|0.000|-0.001||1969-12-31 23:59:59.999999+00|-1 days|-Infinity",
            "3|NULL|NULL|NULL|NULL|NULL||NULL|NULL|NULL",
        ];
        foreach (var table in new[] { "typed", "by_id" })
        {
            var found = Rows(table, "id, b, i, d, dec, wide, t, at::text, iv::text, odd::text", "id");
            Assert.Equal(expected.Length, found.Count);
            for (var i = 0; i < found.Count; i++) Assert.Equal(expected[i].Split('|').Where((_, c) => c != 6), found[i].Split('|').Where((_, c) => c != 6));
            Assert.Equal("ü😀 \"x\", \\N", Rows(table, "t", "id")[0]);
            Assert.Equal("true", Rows(table, "raw = convert_to(t, 'UTF8') AS same", "id")[0]);
        }
        Assert.Equal(["id|bigint", "b|boolean", "i|integer", "d|double precision", "dec|numeric(11,3)", "wide|numeric(38,3)", "t|text", "at|timestamp with time zone", "iv|interval"],
            server.Rows($"SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = '{_schema}.typed'::regclass AND attnum BETWEEN 1 AND 9 ORDER BY attnum"));
    }

    [Fact]
    public async Task Rows_replace_the_row_of_their_key_and_go_when_they_are_taken_back()
    {
        var text = new StringBuilder("id,k,amount,at\n");
        for (var i = 0; i < 50_000; i++) text.Append(CultureInfo.InvariantCulture, $"{i},{(i % 7 == 0 ? "" : "k" + i * 31 % 500)},{i % 1000 / 100m:F2},2024-01-01T00:00:00Z\n");
        _place.Write("orders.csv", text.ToString());
        await RunAsync("SET commit_interval = '20 ms';\n" + Orders + """
            CREATE VIEW keyed AS SELECT NULLIF(k, '') AS k, id, amount FROM orders;
            CREATE MATERIALIZED VIEW totals AS SELECT k, COUNT(*) AS n, SUM(amount) AS total FROM keyed GROUP BY k;
            CREATE MATERIALIZED VIEW best AS SELECT k, total FROM (SELECT k, total, ROW_NUMBER() OVER (ORDER BY total DESC, k) AS place FROM totals) AS ranked WHERE place <= 20;
            """ + Sink("totals_out", "totals") + Sink("best_out", "best"));
        var totals = await QueryAsync("SELECT k, n, CAST(total AS TEXT) AS total FROM totals ORDER BY k");
        Assert.Equal(501, totals.Count);
        Assert.Equal(totals.Select(r => $"{(r.GetProperty("k").GetString() ?? "NULL")}|{r.GetProperty("n")}|{r.GetProperty("total").GetString()}"), Rows("totals_out", "k, n, total::text", "k COLLATE \"C\""));
        var best = await QueryAsync("SELECT k, CAST(total AS TEXT) AS total FROM best ORDER BY k");
        Assert.True(best.Count > 1);
        Assert.Equal(best.Select(r => $"{(r.GetProperty("k").GetString() ?? "NULL")}|{r.GetProperty("total").GetString()}"), Rows("best_out", "k, total::text", "k COLLATE \"C\""));
    }

    [Fact]
    public async Task Rows_that_the_table_refuses_become_dead_letters_and_the_others_go_in()
    {
        server.Need();
        server.Run($"CREATE SCHEMA {_schema}; CREATE TABLE {_schema}.strict (id bigint PRIMARY KEY, k varchar(3) NOT NULL, amount numeric(10,2) CONSTRAINT not_negative CHECK (amount >= 0), at timestamptz, made timestamptz DEFAULT now());"
            + $"CREATE TABLE {_schema}.added (id bigint CONSTRAINT once UNIQUE DEFERRABLE INITIALLY DEFERRED, k text, amount numeric(10,2), at timestamptz)");
        _place.Write("orders.csv", "id,k,amount,at\n" + string.Concat(Enumerable.Range(1, 3000).Select(i => string.Create(CultureInfo.InvariantCulture,
            $"{(i == 2000 ? 1999 : i)},{(i == 70 ? "toolong" : "k")},{(i % 1000 == 5 ? -i : i)},2024-01-01T00:00:00Z\n"))));
        var said = await RunAsync(Orders + "CREATE VIEW all_orders AS SELECT * FROM orders;\n" + Sink("strict", "all_orders", "key = 'id'") + Sink("added", "all_orders"));
        Assert.Contains("has refused", said, StringComparison.Ordinal);
        Assert.Equal(3000 - 1 - 4, server.Number($"SELECT count(*) FROM {_schema}.strict"));
        Assert.Equal(3000 - 1, server.Number($"SELECT count(*) FROM {_schema}.added"));
        var letters = await QueryAsync("SELECT source, rule, error, raw FROM dead_letters ORDER BY source, \"offset\"");
        Assert.Equal(5, letters.Count);
        var strict = letters.Where(l => l.GetProperty("source").GetString() == "sink strict").ToList();
        Assert.Equal(3, strict.Count(l => l.GetProperty("rule").GetString() == "not_negative"));
        Assert.Contains(strict, l => Raw(l).Contains("\"id\":1005,", StringComparison.Ordinal) && l.GetProperty("error").GetString()!.Contains("not_negative", StringComparison.Ordinal));
        Assert.Single(strict, l => Raw(l).Contains("toolong", StringComparison.Ordinal));
        Assert.Single(letters, l => l.GetProperty("rule").GetString() == "once");
        Assert.Equal(4, server.Number($"SELECT count(*) FROM {_schema}.millrace_dead_letters WHERE sink = 'strict'"));
    }

    static string Raw(System.Text.Json.JsonElement letter) => Encoding.UTF8.GetString(letter.GetProperty("raw").GetBytesFromBase64());

    [Fact]
    public async Task What_does_not_fit_is_told_before_anything_is_written()
    {
        server.Need();
        _place.Write("orders.csv", "id,k,amount,at\n1,a,1.00,2024-01-01T00:00:00Z\n");
        server.Run($"CREATE SCHEMA {_schema}; CREATE TABLE {_schema}.t (id integer, amount text, needed text NOT NULL); CREATE TABLE {_schema}.filled (id bigint PRIMARY KEY, k text); INSERT INTO {_schema}.filled VALUES (7, 'mine')");
        const string View = Orders + "CREATE VIEW v AS SELECT id, k, amount FROM orders; CREATE VIEW w AS SELECT id, k FROM orders;\n";
        var said = await RunAsync(View + Sink("t", "v", "key = 'id'"), isGood: false);
        foreach (var fault in new[] { "'id' is integer, which does not hold every BIGINT", "has no column 'k' (add it: \"k\" text)", "'amount' is text", "'needed' is NOT NULL without a default" })
            Assert.Contains(fault, said, StringComparison.Ordinal);
        said = await RunAsync(View + Sink("filled", "w", "key = 'k'"), isGood: false);
        Assert.Contains("no unique index on (\"k\")", said, StringComparison.Ordinal);
        said = await RunAsync(View + Sink("filled", "w", "key = 'id'"), isGood: false);
        Assert.Contains("existing_rows = 'keep' or 'delete'", said, StringComparison.Ordinal);
        Assert.Equal(["7|mine"], Rows("filled", "*", "id"));
        await RunAsync(View + Sink("filled", "w", "key = 'id', existing_rows = 'keep'"));
        Assert.Equal(["1|a", "7|mine"], Rows("filled", "*", "id"));
        await RunAsync(View + Sink("filled", "w", "key = 'id', existing_rows = 'delete'"));
        Assert.Equal(["1|a"], Rows("filled", "*", "id"));
        var names = View + Sink("\"odd \"\"name\"", "w", "table = 'a\"; DROP TABLE x; --', key = 'id'");
        await RunAsync(names);
        Assert.Equal(1, server.Number($"SELECT count(*) FROM {_schema}.\"a\"\"; DROP TABLE x; --\""));
    }

    [Fact]
    public async Task A_server_that_lets_nobody_in_or_is_not_there_is_named_without_the_password()
    {
        server.Need();
        _place.Write("orders.csv", "id,k,amount,at\n");
        const string View = Orders + "CREATE VIEW v AS SELECT id FROM orders;\n";
        Task<string> With(string url, string password = "not the password") => RunAsync(View + $"CREATE SINK s FROM v WITH (connector = 'postgres', url = '{url}', password = '{password}');", isGood: false);
        var said = await With(server.Url);
        Assert.Contains("lets 'millrace' not in", said, StringComparison.Ordinal);
        Assert.DoesNotContain("not the password", said, StringComparison.Ordinal);
        Assert.Contains("no database 'other'", await With(server.Url[..^"millrace".Length] + "other", PostgresInstance.Password), StringComparison.Ordinal);
        Assert.Contains("cannot be reached", await With("postgres://u@127.0.0.1:1/d"), StringComparison.Ordinal);
        said = await With("postgres://u:hidden@127.0.0.1/d?sslmod=x");
        Assert.Contains("has 'sslmod'", said, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", said, StringComparison.Ordinal);
    }
}

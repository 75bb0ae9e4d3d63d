using Millrace.EndToEnd.Robustness;
using Millrace.EndToEnd.Servers;
using Millrace.Tests.Cli;

namespace Millrace.EndToEnd.Postgres;

/// <summary>CREATE SOURCE ... WITH (connector = 'postgres'): a table as it stands, and as it changes.</summary>
public sealed class PostgresSourceTests(PostgresInstance server) : IClassFixture<PostgresInstance>, IDisposable
{
    readonly Workplace _place = new();
    readonly string _schema = "s" + Guid.NewGuid().ToString("N")[..8];

    public void Dispose() => _place.Dispose();

    string With(string table, string more = "") => $"WITH ({server.Options}, schema = '{_schema}', table = '{table}'{more})";

    async Task<List<string>> QueryAsync(string sql)
    {
        var (code, output, errors) = await MillraceProcess.RunAsync(_place.Path, "query", sql, "--csv", "--data", "p.millrace");
        return code == 0 ? [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1)] : [errors];
    }

    [Fact]
    public async Task A_table_is_read_as_it_stands_and_rows_are_joined_with_it()
    {
        server.Need();
        server.Run($"""
            CREATE SCHEMA {_schema};
            CREATE TABLE {_schema}.products (id integer PRIMARY KEY, name varchar(20), price numeric(20,3), made timestamptz, day date, length interval, raw bytea, code uuid, extra jsonb, weight real, ok boolean);
            INSERT INTO {_schema}.products SELECT i, 'p' || i, i / 8.0, '2024-02-29 12:00:00.000001+00', '2024-02-29', '1 month 2 days 3.5 seconds', '\x00ff', '00000000-0000-0000-0000-00000000000a', '{"{\"a\": 1}"}', 0.5, i % 2 = 0 FROM generate_series(1, 5000) i;
            INSERT INTO {_schema}.products (id) VALUES (9999);
            """);
        _place.Write("in.csv", "id,n\n4,2\n9999,1\n12345,7\n");
        _place.Write("p.sql", $"""
            CREATE SOURCE products (id BIGINT, title TEXT FROM 'name', price DECIMAL(38,3), made TIMESTAMP, day TIMESTAMP, length INTERVAL, raw BYTES, code TEXT, extra TEXT, weight DOUBLE, ok BOOLEAN) {With("products")};
            CREATE SOURCE orders (id BIGINT, n INTEGER) WITH (connector = 'file', path = 'in.csv', format = 'csv');
            CREATE MATERIALIZED VIEW all_products AS SELECT * FROM products;
            CREATE MATERIALIZED VIEW priced AS SELECT o.id, o.n, p.title, CAST(p.price AS TEXT) AS price FROM orders o LEFT JOIN products p ON o.id = p.id;
            """);
        var (code, output, errors) = await MillraceProcess.RunAsync(_place.Path, "run", "p.sql", "--until-done", "--data", "p.millrace");
        Assert.True(code == 0, output + errors);
        Assert.Equal(["5001,12502500"], await QueryAsync("SELECT COUNT(*) AS c, SUM(id) - 9999 AS s FROM all_products"));
        Assert.Equal(["4,2,p4,0.500", "9999,1,,", "12345,7,,"], await QueryAsync("SELECT * FROM priced ORDER BY id"));
        var row = Assert.Single(await QueryAsync("SELECT * FROM all_products WHERE id = 4"));
        foreach (var value in new[] { "4,p4,0.500,2024-02-29 12:00:00.000001,2024-02-29 0", "00000000-0000-0000-0000-00000000000a", "0.5,true" }) Assert.Contains(value, row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_table_does_not_have_or_a_type_does_not_hold_is_told()
    {
        server.Need();
        server.Run($"CREATE SCHEMA {_schema}; CREATE TABLE {_schema}.t (id bigint, x numeric); INSERT INTO {_schema}.t VALUES (1, 1.5), (2, 'NaN')");
        async Task<string> Fails(string columns, string more = "")
        {
            _place.Write("p.sql", $"CREATE SOURCE t ({columns}) {With("t", more)};\nCREATE MATERIALIZED VIEW v AS SELECT * FROM t;");
            var (code, output, errors) = await MillraceProcess.RunAsync(_place.Path, "run", "p.sql", "--until-done", "--from", "fresh");
            Assert.NotEqual(0, code);
            return output + errors;
        }
        Assert.Contains("has no column 'name'; it has id, x", await Fails("id BIGINT, name TEXT"), StringComparison.Ordinal);
        Assert.Contains("has in 'x' a value that DECIMAL(10,1) does not hold", await Fails("id BIGINT, x DECIMAL(10,1)"), StringComparison.Ordinal);
        Assert.Contains("Add changes = 'cdc'", await Fails("id BIGINT", ", read = 'changes'"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Changes_arrive_once_while_pipeline_and_server_are_killed()
    {
        server.Need();
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        server.Run($"CREATE SCHEMA {_schema}; CREATE TABLE {_schema}.items (id integer PRIMARY KEY, name text, price numeric(10,2)); INSERT INTO {_schema}.items SELECT i, 'n' || i % 10, i / 4.0 FROM generate_series(1, 5000) i");
        _place.Write("p.sql", $"""
            SET commit_interval = '20 ms';
            CREATE SOURCE items (id INTEGER, name TEXT, price DECIMAL(10,2), PRIMARY KEY (id)) {With("items", $", read = 'changes', changes = 'cdc', slot = '{_schema}', publication = '{_schema}'")};
            CREATE MATERIALIZED VIEW held AS SELECT id, name, price FROM items;
            CREATE MATERIALIZED VIEW totals AS SELECT name, COUNT(*) AS n, SUM(price) AS total FROM items GROUP BY name;
            """);
        string[] arguments = ["run", "p.sql", "--no-server", "--json", "--data", "p.millrace"];
        var process = MillraceProcess.Start(_place.Path, arguments);
        try
        {
            await Until.TrueAsync(async () => (await QueryAsync("SELECT COUNT(*) AS c FROM held")).SequenceEqual(["5000"]), "the rows at the start are there");
            for (var round = 0; round < 4; round++)
            {
                for (var i = 0; i < 40; i++)
                {
                    var id = random.Next(1, 6000);
                    server.Run(random.Next(6) switch
                    {
                        0 => $"DELETE FROM {_schema}.items WHERE id % 50 = {id % 50} AND id < 3000",
                        1 => $"INSERT INTO {_schema}.items SELECT i, 'm' || i % 3, 1.25 FROM generate_series({id}, {id + 30}) i ON CONFLICT (id) DO UPDATE SET name = 'again'",
                        2 => $"UPDATE {_schema}.items SET id = id + 100000 WHERE id = {id}",
                        3 => $"BEGIN; UPDATE {_schema}.items SET price = 0 WHERE id < {id / 10}; ROLLBACK",
                        _ => $"UPDATE {_schema}.items SET price = price + 0.01, name = NULLIF(name, 'n3') WHERE id BETWEEN {id} AND {id + 20}",
                    });
                }
                if (round % 2 == 0) process.Signal("KILL");
                if (round == 1)
                {
                    server.Kill();
                    await server.StartAsync();
                }
                if (round % 2 != 0) continue;
                await process.EndAsync();
                process.Dispose();
                process = MillraceProcess.Start(_place.Path, arguments);
            }
            server.Run($"UPDATE {_schema}.items SET price = price + 1 WHERE id % 7 = 0");
            var expected = server.Rows($"SELECT name, count(*) AS n, sum(price)::text AS total FROM {_schema}.items GROUP BY name").Select(r => r.Replace("NULL", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal).ToList();
            var found = new List<string>();
            await Until.TrueAsync(async () => (found = [.. (await QueryAsync("SELECT name, n, total FROM totals")).Select(r => r.Replace(',', '|')).Order(StringComparer.Ordinal)]).SequenceEqual(expected),
                $"the totals are those of the table (seed {seed})");
            var rows = server.Rows($"SELECT id, name, price::text AS price FROM {_schema}.items").Select(r => r.Replace("NULL", "", StringComparison.Ordinal)).Order(StringComparer.Ordinal);
            Assert.Equal(rows, (await QueryAsync("SELECT id, name, price FROM held")).Select(r => r.Replace(',', '|')).Order(StringComparer.Ordinal));
        }
        finally
        {
            process.Signal("TERM");
            var (_, output, errors) = await process.EndAsync();
            process.Dispose();
            Assert.True(errors.Length == 0, $"seed {seed}: {output}{errors}");
        }
    }

    [Fact]
    public async Task Rows_are_joined_with_what_a_changing_table_holds_when_they_come()
    {
        server.Need();
        server.Run($"CREATE SCHEMA {_schema}; CREATE TABLE {_schema}.rates (code text PRIMARY KEY, rate numeric(10,4)); INSERT INTO {_schema}.rates VALUES ('EUR', 1.1), ('GBP', 1.3)");
        _place.Write("p.sql", $"""
            SET commit_interval = '20 ms';
            CREATE SOURCE rates (code TEXT, rate DECIMAL(10,4), PRIMARY KEY (code)) {With("rates", $", read = 'changes', changes = 'cdc', slot = '{_schema}', publication = '{_schema}'")};
            CREATE SOURCE sales (id BIGINT, code TEXT, amount DECIMAL(10,2)) WITH (connector = 'file', path = 'sales.csv', format = 'csv', follow = 'true');
            CREATE MATERIALIZED VIEW known AS SELECT code, rate FROM rates;
            CREATE MATERIALIZED VIEW priced AS SELECT s.id, r.rate FROM sales s LEFT JOIN rates FOR SYSTEM_TIME AS OF PROCTIME() AS r ON s.code = r.code;
            """);
        _place.Write("sales.csv", "id,code,amount\n");
        using var process = MillraceProcess.Start(_place.Path, "run", "p.sql", "--no-server", "--json", "--data", "p.millrace");
        await Until.TrueAsync(async () => (await QueryAsync("SELECT code FROM known ORDER BY code")).SequenceEqual(["EUR", "GBP"]), "the rates are there");
        await File.AppendAllTextAsync(Path.Combine(_place.Path, "sales.csv"), "1,EUR,5\n2,JPY,5\n");
        await Until.TrueAsync(async () => (await QueryAsync("SELECT id FROM priced")).Count == 2, "the first sales are joined");
        server.Run($"UPDATE {_schema}.rates SET rate = 2 WHERE code = 'EUR'; INSERT INTO {_schema}.rates VALUES ('JPY', 0.0067)");
        await Until.TrueAsync(async () => (await QueryAsync("SELECT code FROM known WHERE rate IN (2, 0.0067)")).Count == 2, "the new rates are there");
        await File.AppendAllTextAsync(Path.Combine(_place.Path, "sales.csv"), "3,EUR,5\n4,JPY,5\n");
        await Until.TrueAsync(async () => (await QueryAsync("SELECT id FROM priced")).Count == 4, "all sales are joined");
        Assert.Equal(["1,1.1000", "2,", "3,2.0000", "4,0.0067"], await QueryAsync("SELECT id, rate FROM priced ORDER BY id"));
        process.Signal("TERM");
        await process.EndAsync();
    }
}

namespace Millrace.Tests.Cli;

public sealed class CheckTests
{
    [Fact]
    public async Task A_good_file_is_fine()
    {
        using var folder = new CliFolder();
        var (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql");
        Assert.Equal(0, code);
        Assert.Matches(@"^pipe\.sql is fine: 1 source, 1 view \(1 stored\), 0 sinks, \d+ warnings?\.\n$", output);
    }

    [Fact]
    public async Task A_mistake_is_shown_with_its_place_and_what_was_meant()
    {
        using var folder = new CliFolder(CliFolder.Bounded.Replace("GROUP BY window_start, country", "GROUP BY window_start, contry", StringComparison.Ordinal));
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql");
        Assert.Equal(1, code);
        Assert.Contains("MR1042 at pipe.sql:", errors);
        Assert.Contains("^^^^^^", errors);
        Assert.Contains("'country'", errors);
        Assert.Matches(@"^pipe\.sql: 1 error, \d+ warnings?\.\n$", output);

        (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "run", "pipe.sql", "--until-done");
        Assert.Equal(1, code);
        Assert.EndsWith("error: 'pipe.sql' has 1 error; nothing was started.\n", errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(folder.Path, "pipe.millrace")));
    }

    [Fact]
    public async Task A_missing_variable_is_explained_by_the_file_itself()
    {
        using var folder = new CliFolder("-- ${ORDERS}: the orders of a day; ask the shop.\n" + CliFolder.Bounded.Replace("'orders.csv'", "'${ORDERS}'", StringComparison.Ordinal));
        var (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql");
        Assert.Equal(1, code);
        Assert.Contains("ORDERS: the orders of a day; ask the shop.", errors);
        (code, _, _) = await MillraceProcess.RunAsync(folder.Path, "check", "pipe.sql", "--set", "ORDERS=orders.csv");
        Assert.Equal(0, code);
    }

    [Fact]
    public async Task A_source_is_inferred_from_CSV_and_compiles()
    {
        using var folder = new CliFolder();
        folder.Write("Sales 2024.csv", "InvoiceNo,Order Date,Quantity,Price,Zip,Note\nA1,2024-01-31 12:00:00,3,1.25,01234,\nA2,2024-02-01 12:00:00,5000000000,10.5,98765,\"x, y\"\n");
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "check", "--infer", "Sales 2024.csv");
        Assert.Equal((0, ""), (code, errors));
        Assert.Equal("""
            CREATE SOURCE sales_2024 (
              invoice_no TEXT FROM 'InvoiceNo',
              order_date TIMESTAMP FROM 'Order Date',
              quantity   BIGINT FROM 'Quantity',
              price      DECIMAL(10,2) FROM 'Price',
              zip        TEXT FROM 'Zip',
              note       TEXT FROM 'Note',
              WATERMARK FOR order_date AS order_date - INTERVAL '1 minute'
            ) WITH (connector = 'file', path = 'Sales 2024.csv', format = 'csv', bad_data = 'dead_letter');

            """, output);
        folder.Write("inferred.sql", output);
        (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "check", "inferred.sql");
        Assert.True(code == 0, errors);
    }

    [Fact]
    public async Task A_source_is_inferred_from_JSON_lines()
    {
        using var folder = new CliFolder();
        folder.Write("events.jsonl", "{\"id\":1,\"at\":\"2024-01-31T12:00:00Z\",\"ok\":true,\"ratio\":0.5,\"code\":\"7\"}\n{\"id\":2,\"extra\":null,\"ratio\":1e300}\n");
        var (code, output, _) = await MillraceProcess.RunAsync(folder.Path, "check", "--infer", "events.jsonl");
        Assert.Equal(0, code);
        Assert.Equal("""
            CREATE SOURCE events (
              id    INTEGER,
              at    TIMESTAMP,
              ok    BOOLEAN,
              ratio DOUBLE,
              code  TEXT,
              extra TEXT,
              WATERMARK FOR at AS at - INTERVAL '1 minute'
            ) WITH (connector = 'file', path = 'events.jsonl', format = 'json', bad_data = 'dead_letter');

            """, output);
    }
}

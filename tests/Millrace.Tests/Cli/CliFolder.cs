namespace Millrace.Tests.Cli;

/// <summary>A folder for one test, with a pipeline in it; gone afterwards.</summary>
sealed class CliFolder : IDisposable
{
    /// <summary>Two orders and a bad one.</summary>
    public const string Orders = "order_id,country,quantity,price,at\n1,UK,2,1.50,2024-03-01T10:00:00Z\n2,FR,1,4.25,2024-03-01T10:00:30Z\n3,UK,one,1.00,2024-03-01T10:01:00Z\n";

    /// <summary>A pipeline that ends.</summary>
    public const string Bounded = """
        CREATE SOURCE orders (
          order_id INTEGER, country TEXT, quantity INTEGER, price DECIMAL(10,2), at TIMESTAMP,
          amount AS quantity * price,
          WATERMARK FOR at AS at - INTERVAL '5 seconds',
          CONSTRAINT few EXPECT (quantity < 2) ON VIOLATION WARN
        ) WITH (connector = 'file', path = 'orders.csv', format = 'csv', bad_data = 'dead_letter');

        CREATE MATERIALIZED VIEW revenue AS
          SELECT window_start, country, SUM(amount) AS revenue, COUNT(*) AS lines
          FROM TUMBLE(orders, at, INTERVAL '1 minute') GROUP BY window_start, country;
        """;

    /// <summary>A pipeline that goes on until it is stopped.</summary>
    public const string Endless = """
        CREATE SOURCE ticks (id BIGINT, key BIGINT, value DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at)
          WITH (connector = 'generator', template = 'rows', rate = '1000');
        CREATE MATERIALIZED VIEW per_second AS SELECT window_start, COUNT(*) AS n FROM TUMBLE(ticks, at, INTERVAL '1 second') GROUP BY window_start;
        """;

    public CliFolder(string sql = Bounded)
    {
        Path = Directory.CreateTempSubdirectory("millrace-cli-").FullName;
        Write("orders.csv", Orders);
        Write("pipe.sql", sql);
    }

    public string Path { get; }

    public void Write(string name, string text) => File.WriteAllText(System.IO.Path.Combine(Path, name), text);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}

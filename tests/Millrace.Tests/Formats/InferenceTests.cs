using System.Text;
using Millrace.Connectors;
using Millrace.Formats;
using Millrace.Tests.Connectors;

namespace Millrace.Tests.Formats;

public sealed class InferenceTests
{
    static string Infer(string text, bool isWhole = true) => Inference.Infer(Encoding.UTF8.GetBytes(text), isWhole, "orders", "orders.csv");

    [Fact]
    public void A_csv_file_with_a_header_becomes_a_statement()
    {
        var sql = Infer("""
            InvoiceNo,Country,Quantity,InvoiceDate,UnitPrice,CustomerID,zip
            536365,United Kingdom,6,2010-12-01 08:26:00,2.55,17850.0,01234
            C536366,France,-1,2010-12-01 08:28:00,3.395,,99999
            536367,France,12,2010-12-01 08:27:30,10,17851.0,00001

            """);
        Assert.Equal("""
            -- orders.csv: CSV with ',' and a header. Inferred from 3 records (232 bytes) at its beginning; look it over before use.
            CREATE SOURCE orders (
              invoice_no TEXT FROM 'InvoiceNo',                                   -- e.g. 536365
              country TEXT,                                                       -- e.g. United Kingdom
              quantity INTEGER,
              invoice_date TIMESTAMP FROM 'InvoiceDate',
              unit_price DECIMAL(10,3) FROM 'UnitPrice',
              customer_id TEXT FROM 'CustomerID',                                 -- 33.3 % NULL; e.g. 17850.0
              zip TEXT,                                                           -- e.g. 01234, whose leading zeros a number would lose
              WATERMARK FOR invoice_date AS invoice_date - INTERVAL '45 seconds'  -- rows of the sample are up to 30 seconds out of order
            ) WITH (
              connector = 'file', path = 'orders.csv', format = 'csv',
              bad_data = 'dead_letter'
            );

            """, sql, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void Json_lines_become_a_statement_with_paths()
    {
        var sql = Infer("""
            {"id":1,"when":{"at":"2026-01-01T00:00:00Z"},"price":12.5,"ok":true,"tags":["a"],"total":9999999999}
            {"id":2,"when":{"at":"2026-01-01T00:00:01Z"},"price":1,"ok":false,"tags":[],"x":1e3}
            {"id":3,"when":{"a
            """);
        foreach (var line in new[]
        {
            "JSON lines. Inferred from 2 records", "-- 1 lines were no record", "  id INTEGER,", "  when_at TIMESTAMP FROM 'when.at',", "  price DECIMAL(10,1),", "  ok BOOLEAN,", "  tags TEXT,",
            "  total BIGINT,", "  x DOUBLE,", "WATERMARK FOR when_at AS when_at - INTERVAL '5 seconds'", "format = 'json'",
        }) Assert.Contains(line, sql, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a;b\n1;2,5\n3;4,5\n", "csv.delimiter = ';'")]
    [InlineData("a\tb\n1\t2\n", "csv.delimiter = '\\t'")]
    [InlineData("a|b\n1|2\n", "csv.delimiter = '|'")]
    [InlineData("1,x\n2,y\n", "csv.header = 'false'")]
    [InlineData("1,x\n2,y\n", "c2 TEXT")]
    [InlineData("a,day\n1,24.12.2025 18:00\n2,25.12.2025 08:00\n", "timestamp_format = 'dd.MM.yyyy HH:mm'")]
    [InlineData("a,day\n1,12/24/2025\n", "timestamp_format = 'MM/dd/yyyy'")]
    [InlineData("a,ts\n1,1767225600\n2,1767225601\n", "WATERMARK FOR ts AS ts")]
    [InlineData("a,n\n1,1767225600\n", "there is no WATERMARK")]
    [InlineData("order,b\n1,2\n", "  \"order\" INTEGER,")]
    [InlineData("a,A\n1,2\n", "  a_2 INTEGER FROM 'A'")]
    [InlineData("a,b\n1,\"x\ny\"\n2,\"\"\n", "Inferred from 2 records")]
    [InlineData("\uFEFFa,b\n1,2\n", "  a INTEGER,")]
    [InlineData("a,b\r\n1,2\r\n", "  b INTEGER\n")]
    [InlineData("a,b\n1,123456789012345678901\n", "  b DECIMAL(25,0)")]
    [InlineData("a,b\n1\n2,3\n", "-- 1 lines were no record")]
    [InlineData("a;b;;\n1;2;;\n", "  b INTEGER\n) WITH")]
    [InlineData("\"a\",\"b\"\n\"140\",1,2\n\"141\",3,4\n", "Inferred from 2 records")]
    [InlineData("\"a\",\"b\"\n\"140\",1,2\n\"141\",3,4\n", "  row INTEGER,\n  a INTEGER,\n  b INTEGER\n) WITH")]
    [InlineData("\"a\",\"b\"\n\"140\",1,2\n\"141\",3,4\n", "csv.header = 'false'")]
    [InlineData("born,at\n1970-05-05,2026-01-01\n1990-01-01,2026-01-02\n1980-01-01,2026-01-03\n", "WATERMARK FOR at AS")]
    public void What_the_sample_shows_is_in_the_statement(string text, string expected) => Assert.Contains(expected, Infer(text), StringComparison.Ordinal);

    [Fact]
    public void A_last_line_that_the_sample_cuts_is_left_out() => Assert.Contains("Inferred from 1 records", Infer("a,b\n1,2\n3", isWhole: false), StringComparison.Ordinal);

    [Theory]
    [InlineData("", "is empty")]
    [InlineData(" \n", "is empty")]
    [InlineData("[{\"a\":1}]", "one JSON array")]
    [InlineData("{\n\"a\":1\n}", "no line of it is a JSON object")]
    public void What_is_no_source_is_an_error(string text, string expected) => Assert.Contains(expected, Assert.Throws<ConnectorException>(() => Infer(text)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("InvoiceNo", "invoice_no")]
    [InlineData("CustomerID", "customer_id")]
    [InlineData("HTTPStatus", "http_status")]
    [InlineData("unit price (EUR)", "unit_price_eur")]
    [InlineData("2nd", "c2nd")]
    [InlineData("---", "column")]
    public void Names_are_as_sql_writes_them(string field, string name) => Assert.Equal(name, Inference.NameOf(field));

    [Fact]
    public void A_random_sample_gives_a_statement_or_the_documented_error()
    {
        const int Seed = 20260101;
        var random = new Random(Seed);
        const string Alphabet = "a1,;\"\n\r\t|{}[]:. -é\0";
        for (var i = 0; i < 2000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(60)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            try
            {
                Assert.Contains("CREATE SOURCE", Infer(text, random.Next(2) == 0), StringComparison.Ordinal);
            }
            catch (ConnectorException)
            {
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {Seed}, sample {i}: '{text}': {e}");
            }
        }
    }

    [Fact]
    public void A_gz_file_is_looked_into()
    {
        using var folder = new TemporaryFolder();
        var packed = new MemoryStream();
        using (var gz = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Optimal)) gz.Write("a,b\n1,2\n"u8);
        folder.Write("Some Sales.csv.gz", packed.ToArray());
        var sql = Inference.Infer("Some Sales.csv.gz", folder.Path);
        Assert.Contains("gz, CSV with ',' and a header", sql, StringComparison.Ordinal);
        Assert.Contains("CREATE SOURCE some_sales (", sql, StringComparison.Ordinal);
        Assert.Contains("path = 'Some Sales.csv.gz'", sql, StringComparison.Ordinal);
    }
}

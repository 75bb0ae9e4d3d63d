using Millrace.Bench.Harness;

namespace Millrace.Bench.Benchmarks;

/// <summary>The sales as a text file that the file connector reads and a format decodes.</summary>
static class TextFile
{
    /// <summary>Asks for the sales per minute of a file.</summary>
    public static IRunner Runner(string format, string path) => new SalesPerMinute($"""
        CREATE SOURCE sales (ts TIMESTAMP, product TEXT, store TEXT, customer TEXT, qty INTEGER, price DOUBLE, WATERMARK FOR ts AS ts - INTERVAL '5 seconds')
          WITH (connector = 'file', path = '{path}', format = '{format}');
        """, Workshop.SalesTextRows, new FileInfo(path).Length);
}

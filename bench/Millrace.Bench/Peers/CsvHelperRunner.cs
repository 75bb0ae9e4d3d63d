using System.Diagnostics;
using System.Text;
using CsvHelper;
using Millrace.Bench.Harness;

namespace Millrace.Bench.Peers;

/// <summary>CSV to columns by CsvHelper: by its spans, which is the fastest way it has, or by its strings, as most people use it.</summary>
sealed class CsvHelperRunner(string file, bool asStrings) : IRunner
{
    readonly byte[] _bytes = File.ReadAllBytes(file);
    bool _isWarm;

    /// <inheritdoc/>
    public Lap Run()
    {
        var columns = new SalesColumns { TakesFingerprint = !_isWarm };
        var start = Stopwatch.GetTimestamp();
        var rows = asStrings ? Strings(columns) : Spans(columns);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        _isWarm = true;
        return new Lap { Seconds = seconds, Rows = rows, Bytes = _bytes.Length, Checksum = columns.Checksum() };
    }

    long Spans(SalesColumns columns)
    {
        using var reader = CsvReader.Create(_bytes, new CsvReaderOptions { HasHeader = true });
        var rows = 0L;
        while (reader.Read())
        {
            var row = columns.Count;
            columns.Ts[row] = reader.Parse<long>(0);
            columns.Product.Add(reader.GetSpan(1));
            columns.Store.Add(reader.GetSpan(2));
            columns.Customer.Add(reader.GetSpan(3));
            columns.Qty[row] = reader.Parse<int>(4);
            columns.Price[row] = reader.Parse<double>(5);
            columns.EndRow();
            rows++;
        }
        columns.Flush();
        return rows;
    }

    // The warm-up copies the strings into columns for the checksum; the laps that count keep them as they are.
    readonly string[] _texts = new string[3 * SalesColumns.Capacity];

    long Strings(SalesColumns columns)
    {
        using var reader = CsvReader.Create(_bytes, new CsvReaderOptions { HasHeader = true });
        var rows = 0L;
        while (reader.Read())
        {
            var row = columns.Count;
            columns.Ts[row] = reader.Parse<long>(0);
            for (var i = 0; i < 3; i++) _texts[3 * row + i] = reader.GetString(1 + i);
            columns.Qty[row] = reader.Parse<int>(4);
            columns.Price[row] = reader.Parse<double>(5);
            if (columns.TakesFingerprint)
            {
                columns.Product.Add(Encoding.UTF8.GetBytes(_texts[3 * row]));
                columns.Store.Add(Encoding.UTF8.GetBytes(_texts[3 * row + 1]));
                columns.Customer.Add(Encoding.UTF8.GetBytes(_texts[3 * row + 2]));
            }
            columns.EndRow();
            rows++;
        }
        columns.Flush();
        return rows;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}

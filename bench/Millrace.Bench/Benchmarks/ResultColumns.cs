using System.Globalization;
using System.Numerics;
using Millrace.Bench.Harness;
using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Bench.Benchmarks;

/// <summary>connector = 'columns': takes the results of sales per minute into plain arrays that were made before the clock started.</summary>
sealed class ResultColumns : Connector, ISink
{
    const int RowsMax = 1_000_000;

    readonly long[] _windows = new long[RowsMax];
    readonly int[] _products = new int[RowsMax];
    readonly double[] _revenues = new double[RowsMax];
    readonly long[] _counts = new long[RowsMax];
    int _count;

    /// <inheritdoc/>
    public override string Name => "columns";

    /// <inheritdoc/>
    public override string Summary => "Arrays of the benchmark.";

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SinkOptions { get; } = [];

    /// <inheritdoc/>
    public override bool NeedsFormat => false;

    /// <inheritdoc/>
    public override ISink CreateSink(SinkContext context) => this;

    /// <inheritdoc/>
    public void Open(Schema schema, IReadOnlyList<int> key) => _count = 0;

    /// <inheritdoc/>
    public void Write(IReadOnlyList<Batch> changes, long version)
    {
        foreach (var batch in changes)
        {
            if (batch.Weights is { } weights && weights.Values.ContainsAnyExcept(1)) throw new BenchmarkException("A window was told more than once.");
            var rows = batch.RowCount;
            ((Column<long>)batch[0]).Values.CopyTo(_windows.AsSpan(_count));
            if (batch[1] is Column<int> numbers) numbers.Values.CopyTo(_products.AsSpan(_count));
            else
            {
                var texts = (TextColumn)batch[1];
                for (var i = 0; i < rows; i++) _products[_count + i] = int.Parse(texts[i][1..], CultureInfo.InvariantCulture);
            }
            ((Column<double>)batch[2]).Values.CopyTo(_revenues.AsSpan(_count));
            ((Column<long>)batch[3]).Values.CopyTo(_counts.AsSpan(_count));
            _count += rows;
        }
    }

    /// <inheritdoc/>
    public void Flush()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>As the peer computes it: windows, products, counts and cents, independent of order.</summary>
    public string Checksum()
    {
        var count = 0L;
        var (cents, mixed) = (BigInteger.Zero, BigInteger.Zero);
        for (var i = 0; i < _count; i++)
        {
            var money = (long)Math.Round(_revenues[i] * 100, MidpointRounding.AwayFromZero);
            count += _counts[i];
            cents += money;
            mixed += (BigInteger)(_windows[i] / 60_000_000 % 100003 * 4001 + _products[i]) * (money * 31 + _counts[i]);
        }
        return string.Create(CultureInfo.InvariantCulture, $"{_count}/{count}/{cents}/{mixed}");
    }
}

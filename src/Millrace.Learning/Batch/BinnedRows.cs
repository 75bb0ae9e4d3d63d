using Millrace.Learning.Numerics;

namespace Millrace.Learning.Batch;

/// <summary>Rows of a training as codes, column behind column.</summary>
sealed class BinnedRows
{
    readonly byte[][] _columns;

    public BinnedRows(RowHistory history, FeatureSet features, ReadOnlySpan<double> order, int threads)
    {
        Count = history.Count;
        Bins = new ColumnBins[features.Count];
        _columns = new byte[features.Count][];
        var targets = order.ToArray();
        Parallel.For(0, features.Count, new() { MaxDegreeOfParallelism = BinForest.Workers(threads) }, column =>
        {
            var values = new double[Count];
            for (var row = 0; row < Count; row++) values[row] = history[row][column];
            Bins[column] = features[column] == FeatureKind.Numeric ? ColumnBins.OfNumbers([.. values]) : ColumnBins.OfCategories(Array.ConvertAll(values, FeatureSet.Code), targets);
            var codes = new byte[Count];
            for (var row = 0; row < Count; row++) codes[row] = Bins[column].Code(values[row]);
            _columns[column] = codes;
        });
    }

    public int Count { get; }

    public int Columns => _columns.Length;

    public ColumnBins[] Bins { get; }

    public byte[] this[int column] => _columns[column];
}

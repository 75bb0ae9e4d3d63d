using System.Collections.Immutable;
using Millrace.Data;

namespace Millrace.Operators.Models;

/// <summary>The features of a batch's rows as a model takes them: numbers column by column beforehand, categories when a row's turn comes, because which are known depends on the rows before it.</summary>
/// <remarks>Truth values are 0 and 1, exact decimals the nearest double; NULL is NaN: missing.</remarks>
/// <param name="columns">The columns of the batches.</param>
/// <param name="categories">For each its categories, or null where it holds numbers.</param>
sealed class FeatureRows(ImmutableArray<int> columns, Categories?[] categories)
{
    readonly int[] _nominal = [.. Enumerable.Range(0, columns.Length).Where(i => categories[i] is not null)];
    double[] _values = [];
    Batch _batch = null!;

    /// <summary>Begins with a batch, which stays until the last row of it is asked for.</summary>
    public void Read(Batch batch)
    {
        _batch = batch;
        var width = columns.Length;
        if (_values.Length < batch.RowCount * width) _values = new double[batch.RowCount * width];
        for (var i = 0; i < width; i++)
            if (categories[i] is null) Numbers(batch[columns[i]], batch.RowCount, _values.AsSpan(i), width);
    }

    /// <summary>The features of a row; they stand until the next batch.</summary>
    /// <param name="row">The row.</param>
    /// <param name="learns">Whether new categories are taken.</param>
    public Span<double> Of(int row, bool learns)
    {
        var features = _values.AsSpan(row * columns.Length, columns.Length);
        foreach (var i in _nominal)
        {
            var code = categories[i]!.Of(_batch[columns[i]], row, learns);
            features[i] = code < 0 ? double.NaN : code;
        }
        return features;
    }

    /// <summary>A column's values as numbers, every so many places.</summary>
    public static void Numbers(Column column, int rows, Span<double> values, int stride = 1)
    {
        switch (column)
        {
            case Column<byte> c: for (var i = 0; i < rows; i++) values[i * stride] = c[i]; break;
            case Column<int> c: for (var i = 0; i < rows; i++) values[i * stride] = c[i]; break;
            case Column<double> c: for (var i = 0; i < rows; i++) values[i * stride] = c[i]; break;
            case Column<long> c:
                var unit = Math.Pow(10, column.Type.Scale);
                for (var i = 0; i < rows; i++) values[i * stride] = c[i] / unit;
                break;
            default:
                var wide = (Column<Int128>)column;
                var one = Math.Pow(10, column.Type.Scale);
                for (var i = 0; i < rows; i++) values[i * stride] = (double)wide[i] / one;
                break;
        }
        if (!column.HasNulls) return;
        for (var i = 0; i < rows; i++)
            if (column.IsNull(i)) values[i * stride] = double.NaN;
    }
}

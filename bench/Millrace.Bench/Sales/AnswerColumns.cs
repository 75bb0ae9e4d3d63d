using System.Globalization;
using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Bench.Sales;

/// <summary>connector = 'columns': takes an answer into plain arrays, a column each, that keep their room from run to run.</summary>
sealed class AnswerColumns : Connector, ISink
{
    Array[] _columns = [];
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
    public bool IsStaged => false;

    /// <inheritdoc/>
    public void Open(Schema schema, IReadOnlyList<int> key, string? position)
    {
        _count = 0;
        if (_columns.Length == schema.Count) return;
        _columns = [.. schema.Fields.Select(static f => f.Type.Kind switch
        {
            TypeKind.Double => (Array)new double[1 << 20],
            TypeKind.Integer or TypeKind.Text => new int[1 << 20],
            _ => new long[1 << 20],
        })];
    }

    /// <inheritdoc/>
    public void Write(IReadOnlyList<Batch> changes, long version)
    {
        foreach (var batch in changes)
        {
            if (batch.Weights is { } weights && weights.Values.ContainsAnyExcept(1)) throw new InvalidOperationException("A row of the answer was told more than once.");
            for (var c = 0; c < _columns.Length; c++)
            {
                if (_columns[c].Length < _count + batch.RowCount) _columns[c] = Grown(_columns[c]);
                switch (batch[c])
                {
                    case Column<long> longs: longs.Values.CopyTo(((long[])_columns[c]).AsSpan(_count)); break;
                    case Column<int> ints: ints.Values.CopyTo(((int[])_columns[c]).AsSpan(_count)); break;
                    case Column<double> doubles: doubles.Values.CopyTo(((double[])_columns[c]).AsSpan(_count)); break;
                    case TextColumn texts: Numbers(texts, ((int[])_columns[c]).AsSpan(_count)); break;
                    default: throw new NotSupportedException($"A column of {batch[c].Type} is not needed so far.");
                }
            }
            _count += batch.RowCount;
        }
    }

    static Array Grown(Array column)
    {
        var grown = Array.CreateInstance(column.GetType().GetElementType()!, column.Length * 2);
        column.CopyTo(grown, 0);
        return grown;
    }

    /// <summary>P0123 as 123.</summary>
    static void Numbers(TextColumn texts, Span<int> numbers)
    {
        for (var i = 0; i < texts.Length; i++) numbers[i] = int.Parse(texts[i][1..], CultureInfo.InvariantCulture);
    }

    /// <summary>Stands for the answer; see <see cref="AnswerChecksum"/>.</summary>
    public string Checksum(double?[] scales)
    {
        var checksum = new AnswerChecksum();
        for (var i = 0; i < _count; i++)
        {
            for (var c = 0; c < scales.Length; c++)
                checksum.Add(_columns[c] switch
                {
                    double[] doubles => AnswerChecksum.Rounded(doubles[i], scales[c]!.Value),
                    int[] ints => ints[i],
                    Array longs => scales[c] is null ? ((long[])longs)[i] / 1000 : ((long[])longs)[i],
                });
            checksum.EndRow();
        }
        return checksum.ToString();
    }

    /// <inheritdoc/>
    public string Flush() => "";

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}

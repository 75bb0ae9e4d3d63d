using Millrace.Data;
using Millrace.Expressions;
using Millrace.Operators;
using Millrace.Planning;
using Millrace.Time;

namespace Millrace.Tests.Operators;

/// <summary>The far end of an operator: writes down what comes out, and may claim to be full all the time.</summary>
sealed class Recorder(bool isAlwaysFull = false) : IOutput
{
    readonly List<string>[] _ports = [[], [], []];

    /// <summary>What came out of a port: rows as text with their weight, "-- name" at marks.</summary>
    public IReadOnlyList<string> this[int port] => _ports[port];

    public List<Frontier> Frontiers { get; } = [];
    public List<int> BatchSizes { get; } = [];
    public bool IsFull => isAlwaysFull;

    public void Push(Batch batch, int port = 0)
    {
        batch.AssertWhole();
        BatchSizes.Add(batch.RowCount);
        for (var row = 0; row < batch.RowCount; row++) _ports[port].Add($"{(batch.Weights is null ? 1 : batch.Weights[row]):+0;-0} {Text(batch, row)}");
        batch.Release();
    }

    public void Advance(Frontier frontier)
    {
        if (Frontiers.Count > 0)
        {
            Assert.True(frontier.Closed >= Frontiers[^1].Closed);
            Assert.True(frontier.Final >= Frontiers[^1].Final);
        }
        Frontiers.Add(frontier);
    }

    public void Mark(string name)
    {
        foreach (var port in _ports) port.Add("-- " + name);
    }

    public static string Text(Batch batch, int row) => string.Join(" | ", batch.Columns.Select(c => Text(c, row)));

    public static string Text(Column column, int row) => column.IsNull(row) ? "NULL" : ValueText.Format(column, row);

    /// <summary>What a port's rows add up to: rows whose weights are not zero in sum, sorted.</summary>
    public static List<string> Sum(IEnumerable<string> rows)
    {
        var sums = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var row in rows.Where(r => !r.StartsWith("--", StringComparison.Ordinal)))
        {
            var at = row.IndexOf(' ', StringComparison.Ordinal);
            var weight = int.Parse(row[..at], System.Globalization.CultureInfo.InvariantCulture);
            sums[row[(at + 1)..]] = sums.GetValueOrDefault(row[(at + 1)..]) + weight;
        }
        return [.. sums.Where(s => s.Value != 0).Select(s => $"{s.Value:+0;-0} {s.Key}")];
    }
}

/// <summary>Writes down what operators set aside.</summary>
sealed class Notes(BadData badData = BadData.Drop) : IReports
{
    public List<string> Late { get; } = [];
    public List<string> Failures { get; } = [];
    public List<string> Checks { get; } = [];
    public List<string> Aside { get; } = [];
    public long DuplicateRows { get; private set; }
    public long TimelessRows { get; private set; }

    public BadData BadData => badData;

    public void Failed(Batch batch, RowErrors errors)
    {
        for (var row = 0; row < batch.RowCount; row++)
            if (errors.Has(row)) Failures.Add(errors.MessageOf(row));
        if (badData == BadData.Fail) throw new InvalidDataException(Failures[0]);
    }

    public void Checked(Constraint constraint, string on, long seen, long violated, long acted) => Checks.Add($"{on}.{constraint.Name}: {seen} seen, {violated} violated, {acted} acted");

    public void SetAside(Batch batch, ReadOnlySpan<int> rows, Constraint constraint, string on)
    {
        foreach (var row in rows) Aside.Add($"{constraint.Name}: {Recorder.Text(batch, row)}");
    }

    void IReports.Late(Batch batch, ReadOnlySpan<int> rows, ReadOnlySpan<long> windowEnds, ReadOnlySpan<long> watermarks, string view)
    {
        for (var i = 0; i < rows.Length; i++) Late.Add($"{Recorder.Text(batch, rows[i])} missed {windowEnds[i]} at {watermarks[i]}");
    }

    public void Duplicates(long rows) => DuplicateRows += rows;
    public void Timeless(long rows, string view) => TimelessRows += rows;
}

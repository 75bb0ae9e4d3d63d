using System.Buffers;
using System.Text;
using Millrace.Data;
using Millrace.Formats;
using Millrace.Stores;

namespace Millrace.Cli.Charts;

/// <summary>What a chart shows: named series of points, taken from the rows of a stored view.</summary>
/// <param name="Title">What stands above.</param>
/// <param name="Kind">line or bar.</param>
/// <param name="XName">Column of the horizontal axis.</param>
/// <param name="YName">Column of the vertical axis.</param>
/// <param name="IsTime">Whether x is microseconds since 1970.</param>
/// <param name="Series">In order of name; one without a name where there is no series column.</param>
sealed record ChartData(string Title, string Kind, string XName, string YName, bool IsTime, IReadOnlyList<ChartSeries> Series)
{
    const int SeriesMost = 12;
    const int BarsMost = 40;

    /// <summary>Points of all series.</summary>
    public int Points => Series.Sum(s => s.Points.Count);

    /// <summary>Reads the rows of a view and picks columns that were not named.</summary>
    /// <exception cref="CommandException">There is no such view or column, or nothing to draw.</exception>
    public static ChartData Read(IStoreSnapshot snapshot, string view, string? kind, string? xName, string? yName, string? seriesName, string? title)
    {
        var table = snapshot.Tables.FirstOrDefault(t => t.Name == view)
            ?? throw new CommandException($"There is no stored view '{view}'; there is {string.Join(", ", snapshot.Tables.Select(t => t.Name))}.");
        var schema = table.Schema;
        var x = xName is null ? First(schema, f => f.Type.Kind == TypeKind.Timestamp) ?? First(schema, f => f.Type.Kind == TypeKind.Text) ?? 0 : Column(schema, view, xName);
        var isTime = schema[x].Type.Kind == TypeKind.Timestamp;
        kind ??= isTime ? "line" : "bar";
        var y = yName is not null ? Column(schema, view, yName)
            : First(schema, f => f.Type.IsNumeric && !table.Key.Contains(schema.IndexOf(f.Name))) ?? throw new CommandException($"'{view}' has no number to draw; name a column with --y.");
        if (!schema[y].Type.IsNumeric) throw new CommandException($"Column '{schema[y].Name}' of '{view}' is {schema[y].Type}, which is no number to draw.");
        var series = seriesName is not null ? Column(schema, view, seriesName)
            : kind == "line" && table.Key.Where(k => k != x && schema[k].Type.Kind == TypeKind.Text).Select(k => (int?)k).FirstOrDefault() is { } key ? key : -1;

        var found = new SortedDictionary<string, List<ChartPoint>>(StringComparer.Ordinal);
        var memory = new MemoryAccountant();
        var buffer = new ArrayBufferWriter<byte>();
        foreach (var batch in snapshot.Scan(view, memory))
        {
            for (var row = 0; row < batch.RowCount; row++)
            {
                if (batch[x].IsNull(row) || batch[y].IsNull(row)) continue;
                var name = series < 0 ? "" : Text(batch[series], row, buffer);
                if (!found.TryGetValue(name, out var points)) found[name] = points = [];
                points.Add(new(isTime ? ((Column<long>)batch[x])[row] : points.Count, Text(batch[x], row, buffer), Number(batch[y], row)));
            }
            batch.Release();
        }
        if (found.Count == 0) throw new CommandException($"'{view}' has no rows yet; there is nothing to draw.");
        var named = title ?? $"{schema[y].Name} by {schema[x].Name}{(series < 0 ? "" : $" and {schema[series].Name}")} ({view})";
        return new(named, kind, schema[x].Name, schema[y].Name, isTime, Most(kind, found));
    }

    /// <summary>As many as can be told apart: the largest series, the largest bars.</summary>
    static List<ChartSeries> Most(string kind, SortedDictionary<string, List<ChartPoint>> found)
    {
        if (kind == "bar")
        {
            var last = found.SelectMany(s => s.Value.Select(p => p with { Label = s.Key.Length == 0 ? p.Label : $"{p.Label} {s.Key}" }));
            return [new("", [.. last.OrderByDescending(p => p.Y).ThenBy(p => p.Label, StringComparer.Ordinal).Take(BarsMost)])];
        }
        var kept = found.OrderByDescending(s => s.Value.Sum(p => p.Y)).ThenBy(s => s.Key, StringComparer.Ordinal).Take(SeriesMost).Select(s => s.Key).ToHashSet();
        return [.. found.Where(s => kept.Contains(s.Key)).Select(s => new ChartSeries(s.Key, [.. s.Value.OrderBy(p => p.X)]))];
    }

    static int? First(Schema schema, Func<Field, bool> fits)
    {
        for (var i = 0; i < schema.Count; i++)
            if (!Planning.PlanBuilder.IsHidden(schema[i].Name) && fits(schema[i])) return i;
        return null;
    }

    static int Column(Schema schema, string view, string name)
    {
        var column = schema.IndexOf(name);
        return column >= 0 ? column : throw new CommandException($"There is no column '{name}' in '{view}'; there is {string.Join(", ", schema.Fields.Select(f => f.Name))}.");
    }

    static string Text(Column column, int row, ArrayBufferWriter<byte> buffer)
    {
        buffer.ResetWrittenCount();
        if (column.IsNull(row)) return "NULL";
        Values.FormatValue(column, row, buffer);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    static double Number(Column column, int row) => column.Type.Kind switch
    {
        TypeKind.Integer => ((Column<int>)column)[row],
        TypeKind.Double => ((Column<double>)column)[row],
        TypeKind.Decimal when column.Type.IsWideDecimal => (double)((Column<Int128>)column)[row] / Math.Pow(10, column.Type.Scale),
        TypeKind.Decimal => ((Column<long>)column)[row] / Math.Pow(10, column.Type.Scale),
        _ => ((Column<long>)column)[row],
    };
}

/// <summary>A line, or all bars.</summary>
sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points);

/// <summary>One value and where it stands.</summary>
readonly record struct ChartPoint(double X, string Label, double Y);

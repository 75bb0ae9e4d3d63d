using System.Globalization;
using System.Text;
using Millrace.Data;

namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>A generated source: its statement and the rows of its partitions.</summary>
sealed record FuzzSource(string Name, Schema Schema, Part Text, List<List<object?[]>> Partitions);

/// <summary>A generated view: its statement.</summary>
sealed record FuzzView(string Name, Part Text);

/// <summary>A generated file with its rows.</summary>
sealed class FuzzCase
{
    public List<FuzzSource> Sources { get; init; } = [];
    public List<FuzzView> Views { get; init; } = [];

    /// <summary>The SQL text.</summary>
    public string Sql => string.Join("\n", [.. Sources.Select(s => s.Text + ";"), .. Views.Select(v => v.Text + ";")]) + "\n";

    public Dictionary<string, IReadOnlyList<object?[]>[]> Data => Sources.ToDictionary(s => s.Name, s => s.Partitions.Select(p => (IReadOnlyList<object?[]>)p).ToArray());

    /// <summary>The case as a golden file is written: sources read files, whose rows stand in comments.</summary>
    public string ToGolden(Func<string, IReadOnlyList<string>?> expected)
    {
        var text = new StringBuilder();
        foreach (var source in Sources)
            text.Append(source.Text.ToString().Replace("connector = 'test'", $"connector = 'file', path = '{source.Name}{(source.Partitions.Count > 1 ? "*" : "")}.csv'", StringComparison.Ordinal)).Append(";\n");
        foreach (var view in Views) text.Append(view.Text).Append(";\n");
        text.Append('\n');
        foreach (var source in Sources)
            for (var i = 0; i < source.Partitions.Count; i++)
            {
                text.Append(CultureInfo.InvariantCulture, $"-- file {source.Name}{(source.Partitions.Count > 1 ? i : "")}.csv\n-- {string.Join(",", source.Schema.Fields.Select(f => f.Name))}\n");
                foreach (var row in source.Partitions[i]) text.Append("-- ").AppendJoin(',', row.Select((v, c) => Csv(v, source.Schema[c].Type))).Append('\n');
            }
        foreach (var view in Views)
        {
            if (expected(view.Name) is not { } rows) continue;
            text.Append(CultureInfo.InvariantCulture, $"-- expect {view.Name}\n");
            foreach (var row in rows) text.Append("-- ").Append(row).Append('\n');
        }
        return text.ToString();
    }

    static string Csv(object? value, DataType type) => value switch
    {
        null => "",
        string s when s.Length == 0 || s.Contains(',') || s.Contains('"') => $"\"{s.Replace("\"", "\"\"", StringComparison.Ordinal)}\"",
        long when type.Kind == TypeKind.Timestamp && value is not (long.MinValue or long.MaxValue) => Rows.Text(value, type).Replace(' ', 'T') + "Z",
        _ => Rows.Text(value, type),
    };
}

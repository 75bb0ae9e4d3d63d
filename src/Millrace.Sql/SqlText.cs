namespace Millrace.Sql;

/// <summary>A text with the starts of its lines, so that a place can be named.</summary>
internal sealed class SqlText
{
    /// <summary>Characters of a text at most.</summary>
    public const int MaxLength = 1_000_000;

    readonly List<int> _lines = [0];

    public SqlText(string text, string file)
    {
        Text = text;
        File = file;
        for (var i = 0; i < text.Length; i++)
            if (text[i] == '\n') _lines.Add(i + 1);
    }

    public string Text { get; }
    public string File { get; }

    public string this[Span span] => Text.Substring(span.Start, span.Length);

    /// <summary>Line and column of a position, both from 1.</summary>
    public (int Line, int Column) Locate(int position)
    {
        var line = _lines.BinarySearch(position);
        if (line < 0) line = ~line - 1;
        return (line + 1, position - _lines[line] + 1);
    }

    /// <summary>A line without its end.</summary>
    public string Line(int line)
    {
        var start = _lines[line - 1];
        var end = line < _lines.Count ? _lines[line] - 1 : Text.Length;
        return Text[start..end].TrimEnd('\r');
    }

    /// <summary>A place as messages and plans name it: sales.sql:14:9.</summary>
    public string Where(Span span)
    {
        var (line, column) = Locate(span.Start);
        return $"{File}:{line}:{column}";
    }
}

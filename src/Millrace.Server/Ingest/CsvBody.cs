using System.Text;
using Millrace.Connectors;

namespace Millrace.Server.Ingest;

/// <summary>Cuts a CSV body (RFC 4180) into a header and records of as many fields.</summary>
sealed class CsvBody
{
    readonly ReadOnlyMemory<byte> _text;
    readonly byte _delimiter, _quote;
    readonly List<CsvField> _fields = [];
    int _at, _line = 1;

    /// <param name="text">The body.</param>
    /// <param name="options">Of the source: csv.delimiter, csv.quote.</param>
    public CsvBody(ReadOnlyMemory<byte> text, Options options)
    {
        _text = text;
        _delimiter = Letter(options.Text("csv.delimiter", ","));
        _quote = Letter(options.Text("csv.quote", "\""));
        _at = text.Length - JsonBody.WithoutMark(text.Span).Length;
        if (!Next()) throw new RequestProblem(400, "The body is empty. Send CSV whose first line names the fields.");
        Header = [.. _fields.Select(f => Encoding.UTF8.GetString(Text(f)))];
    }

    /// <summary>The names of the first line.</summary>
    public string[] Header { get; }

    /// <summary>The fields of the current record.</summary>
    public IReadOnlyList<CsvField> Fields => _fields;

    /// <summary>The bytes of the current record without its line end.</summary>
    public ReadOnlySpan<byte> Record => _text.Span[_start.._end];

    int _start, _end;

    /// <summary>The delimiter.</summary>
    public byte Delimiter => _delimiter;

    /// <summary>The quote.</summary>
    public byte Quote => _quote;

    /// <summary>Goes to the next record; blank lines are none. Fails with 400 where the text is no CSV.</summary>
    public bool Read()
    {
        var line = _line;
        if (!Next()) return false;
        if (_fields.Count != Header.Length) throw new RequestProblem(400, $"The record at line {line} has {_fields.Count} fields; the header has {Header.Length}. Nothing was taken.");
        return true;
    }

    /// <summary>The bytes of a field as they stand, quotes included.</summary>
    public ReadOnlySpan<byte> Raw(CsvField field) => _text.Span.Slice(field.Start, field.Length);

    /// <summary>The text of a field.</summary>
    public byte[] Text(CsvField field)
    {
        var raw = Raw(field);
        if (!field.IsQuoted) return raw.ToArray();
        var text = new List<byte>(raw.Length);
        for (var i = 1; i < raw.Length - 1; i++)
        {
            text.Add(raw[i]);
            if (raw[i] == _quote) i++;
        }
        return [.. text];
    }

    bool Next()
    {
        var text = _text.Span;
        while (_at < text.Length && text[_at] is (byte)'\n' or (byte)'\r')
            if (text[_at++] == (byte)'\n') _line++;
        if (_at == text.Length) return false;
        _fields.Clear();
        _start = _at;
        while (true)
        {
            var start = _at;
            var isQuoted = _at < text.Length && text[_at] == _quote;
            if (isQuoted) SkipQuoted(text);
            else while (_at < text.Length && text[_at] != _delimiter && text[_at] is not ((byte)'\n' or (byte)'\r')) _at++;
            _fields.Add(new(start, _at - start, isQuoted));
            _end = _at;
            if (_at == text.Length) return true;
            var stop = text[_at++];
            if (stop == _delimiter) continue;
            if (stop == (byte)'\r' && _at < text.Length && text[_at] == (byte)'\n') _at++;
            _line++;
            return true;
        }
    }

    void SkipQuoted(ReadOnlySpan<byte> text)
    {
        var line = _line;
        for (_at++; ; _at++)
        {
            if (_at == text.Length) throw new RequestProblem(400, $"The body is no CSV: a quote that opens at line {line} is never closed. Nothing was taken.");
            if (text[_at] == (byte)'\n') _line++;
            if (text[_at] != _quote) continue;
            _at++;
            if (_at == text.Length || text[_at] == _delimiter || text[_at] is (byte)'\n' or (byte)'\r') return;
            if (text[_at] != _quote) throw new RequestProblem(400, $"The body is no CSV: at line {_line} a character follows a closing quote. Nothing was taken.");
        }
    }

    static byte Letter(string text) => text == "\\t" ? (byte)'\t' : (byte)text[0];
}

/// <summary>Where a field is, quotes included.</summary>
readonly record struct CsvField(int Start, int Length, bool IsQuoted);

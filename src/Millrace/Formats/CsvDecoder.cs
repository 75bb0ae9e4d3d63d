using System.Text;
using Millrace.Data;

namespace Millrace.Formats;

/// <summary>Decodes CSV (RFC 4180).</summary>
/// <remarks>
/// A group of records is indexed (<see cref="CsvIndex"/>), then the fields of each used column become slices. A quoted field may hold line ends; where its quote
/// never closes, or closes in the middle of a text, the record's first line is bad and decoding goes on behind that line, so a stray quote costs one record.
/// </remarks>
sealed class CsvDecoder : RecordDecoder
{
    readonly CsvDialect _dialect;
    readonly CsvIndex _index;
    readonly int[] _fields;       // for each used path the index of its field
    readonly byte[] _null;
    string? _headerProblem;
    List<string>? _names;         // of the header; null where there is none
    string _expected = "";
    int _fieldCount;
    bool _needsHeader;
    int _singly;                  // messages that are cut one by one, after one that was not a line

    public CsvDecoder(DecoderContext context) : base(context, isCsv: true)
    {
        _dialect = new CsvDialect(context.Options);
        _index = new CsvIndex(_dialect.Delimiter, _dialect.Quote);
        _null = Encoding.UTF8.GetBytes(_dialect.Null);
        _fields = new int[UsedPaths.Count];
        Restart();
    }

    protected override void Restart()
    {
        _headerProblem = null;
        _names = null;
        _needsHeader = _dialect.HasHeader;
        if (!_needsHeader) TakeColumnsInOrder();
    }

    // Without a header the i-th column that is a field is the i-th field.
    void TakeColumnsInOrder()
    {
        _needsHeader = false;
        var fields = Enumerable.Range(0, Context.Schema.Count).Where(c => MessageMetadata.NameIn(Context.Paths[c]) is null).ToList();
        _fieldCount = fields.Count;
        _expected = string.Join(", ", fields.Select(c => Context.Schema[c].Name));
        for (var i = 0; i < UsedPaths.Count; i++) _fields[i] = fields.FindIndex(c => Context.Paths[c] == UsedPaths[i]);
    }

    // "=" and the names of a header that was read, "?" for one that could not be, nothing for one that is still to come (or none at all).
    protected override string SaveHeader() =>
        _names is not null ? "=" + string.Join(',', _names.Select(Uri.EscapeDataString)) : _headerProblem is not null ? "?" : "";

    protected override void LoadHeader(string saved)
    {
        if (saved.Length == 0) return;
        _needsHeader = saved == "?";
        NoHeader();
        if (saved != "?") UseHeader([.. saved[1..].Split(',').Select(Uri.UnescapeDataString)]);
    }

    protected override int Unescape(ReadOnlySpan<byte> text, Span<byte> target, out string? problem)
    {
        problem = null;
        var to = 0;
        for (var i = 0; i < text.Length; i++)
        {
            target[to++] = text[i];
            if (text[i] == _dialect.Quote) i++; // the second of a pair
        }
        return to;
    }

    protected override int Cut(byte[] bytes, int position, int limit, bool isLast, int rows, out int next)
    {
        next = position;
        _index.Run(bytes, position, limit, isLast, _needsHeader ? 1 : rows);
        var row = 0;
        var start = position;
        var (ends, rowEnds, hasQuotes) = (_index.Ends, _index.RowEnds, _index.HasQuotes);
        var first = 0;
        var isRegular = CutRegular(bytes, position, limit);
        if (isRegular) row = _index.Rows;
        for (var r = 0; !isRegular && r < _index.Rows; r++)
        {
            var last = rowEnds[r];
            var end = ends[last];
            var recordEnd = end > start && end < limit && bytes[end - 1] == (byte)'\r' ? end - 1 : end;
            if (recordEnd == start && last == first)
            {
                (start, first) = (end + 1, last + 1); // a blank line
                continue;
            }
            Starts[row] = start;
            Lengths[row] = recordEnd - start;
            var restart = -1;
            string? problem;
            if (recordEnd - start > MaxRecordBytes)
            {
                Lengths[row] = MaxRecordBytes;
                problem = TooLong;
                if (hasQuotes[r] && (restart = FirstLine(bytes, start, recordEnd, row, out var isTooLong)) >= 0 && !isTooLong) problem = NeverClosed;
                NoHeader();
            }
            else if (_needsHeader)
            {
                _needsHeader = false;
                ReadHeader(bytes, start, first, last, recordEnd);
                problem = _headerProblem;
                if (problem is null) continue; // no other record was asked for
            }
            else if (_headerProblem is not null) problem = _headerProblem;
            else if (last - first + 1 != _fieldCount)
            {
                problem = $"found {last - first + 1} fields, expected {_fieldCount} ({_expected})";
                if (hasQuotes[r]) restart = FirstLine(bytes, start, recordEnd, row, out _);
            }
            else if (hasQuotes[r]) problem = CutQuoted(bytes, start, first, last, recordEnd, row);
            else
            {
                problem = null;
                CutPlain(bytes, start, first, last, recordEnd, row);
            }
            if (problem is not null) Fail(row, problem);
            row++;
            if (restart >= 0)
            {
                next = restart;
                return row;
            }
            (start, first) = (end + 1, last + 1);
        }
        next = _index.Rows > 0 ? _index.Next : position;
        if (row >= rows) return row;

        // Behind the last whole record: a quote that went wrong, or a record that goes over more lines than it may have bytes.
        if (_index.IsBroken || _index.IsOpen && isLast || _index.IsAtEnd && limit - next > MaxRecordBytes + 2)
        {
            var line = bytes.AsSpan(next, limit - next).IndexOf((byte)'\n');
            if (line < 0 && !isLast) return row; // longer than allowed: the base class says so
            var end = line < 0 ? limit : next + line;
            var length = line > 0 && bytes[end - 1] == (byte)'\r' ? end - next - 1 : end - next;
            Starts[row] = next;
            Lengths[row] = Math.Min(length, MaxRecordBytes);
            Fail(row++, length > MaxRecordBytes ? TooLong : NeverClosed);
            next = Math.Min(limit, end + 1);
            NoHeader();
        }
        return row;
    }

    /// <remarks>Most messages are one line each, so a group of them is cut as lines are; where the two are not the same, messages are cut by themselves for a while.</remarks>
    protected override int CutMessages(byte[] bytes, int position, ReadOnlySpan<int> ends)
    {
        if (_needsHeader) TakeColumnsInOrder();
        if (_singly == 0)
        {
            var rows = Cut(bytes, position, ends[^1] + 1, isLast: true, ends.Length, out _);
            var alike = 0;
            for (var start = position; alike < rows && Starts[alike] == start && !IsBad(alike); start = ends[alike++] + 1)
            {
                var end = ends[alike] > start && bytes[ends[alike] - 1] == (byte)'\r' ? ends[alike] - 1 : ends[alike];
                if (Starts[alike] + Lengths[alike] != end) break;
            }
            if (alike == ends.Length) return alike;
            Forget(alike);
            if (alike > 0) return alike;
            _singly = GroupRows;
        }
        _singly--;
        if (Cut(bytes, position, ends[0], isLast: true, 1, out var next) == 1 && (next >= ends[0] || IsBad(0) || bytes.AsSpan(next, ends[0] - next).Trim("\r\n"u8).IsEmpty)) return 1;
        Forget(0);
        var length = Math.Min(ends[0] - position, MaxRecordBytes);
        (Starts[0], Lengths[0]) = (position, length);
        Fail(0, length == 0 ? $"the message is empty; expected {_fieldCount} fields ({_expected})" : "the message is more than one line; expected one record");
        return 1;
    }

    // Records that all have their number of fields, as nearly all have: column by column, for a loop over one column has nothing to decide.
    bool CutRegular(byte[] bytes, int position, int limit)
    {
        if (_needsHeader || _headerProblem is not null || _fieldCount < 2 || _null.Length > 0) return false;
        var rows = _index.Rows;
        var fields = _fieldCount;
        if ((long)rows * fields > _index.Ends.Length) return false;
        var ends = _index.Ends.AsSpan(0, rows * fields);
        var rowEnds = _index.RowEnds.AsSpan(0, rows);
        var start = position;
        for (var r = 0; r < rows; r++)
        {
            if (rowEnds[r] != (r + 1) * fields - 1) return false;
            var end = ends[rowEnds[r]];
            var recordEnd = end > start && end < limit && bytes[end - 1] == (byte)'\r' ? end - 1 : end;
            if (recordEnd - start > MaxRecordBytes) return false;
            Starts[r] = start;
            Lengths[r] = recordEnd - start;
            start = end + 1;
        }
        for (var i = 0; i < _fields.Length; i++)
        {
            var field = _fields[i];
            var slices = Slices.AsSpan(i * GroupRows, rows);
            if (field == 0) for (var r = 0; r < slices.Length; r++) slices[r] = Plain(Starts[r], ends[r * fields]);
            else if (field < fields - 1) for (var r = 0; r < slices.Length; r++) slices[r] = Plain(ends[r * fields + field - 1] + 1, ends[r * fields + field]);
            else for (var r = 0; r < slices.Length; r++) slices[r] = Plain(ends[r * fields + field - 1] + 1, Starts[r] + Lengths[r]);
        }
        if (!_index.HasQuotes.AsSpan(0, rows).Contains(true)) return true;
        for (var r = 0; r < rows; r++)
            if (_index.HasQuotes[r] && CutQuoted(bytes, Starts[r], r * fields, rowEnds[r], Starts[r] + Lengths[r], r) is { } problem) Fail(r, problem);
        return true;
    }

    static Slice Plain(int start, int end) => new(start, end - start, end == start ? SliceKind.Null : SliceKind.Bare);

    const string NeverClosed = "a quote is never closed before a delimiter or line end; only the first line counts as the record";

    /// <inheritdoc/>
    protected override void NoHeader()
    {
        if (_needsHeader) _headerProblem = "the header cannot be read";
        _needsHeader = false;
    }

    // A record of several lines that has not the right fields: the line end that its first line ends with, or -1 if it is one line.
    int FirstLine(byte[] bytes, int start, int end, int row, out bool isTooLong)
    {
        isTooLong = false;
        var line = bytes.AsSpan(start, end - start).IndexOf((byte)'\n');
        if (line < 0) return -1;
        var length = line > 0 && bytes[start + line - 1] == (byte)'\r' ? line - 1 : line;
        isTooLong = length > MaxRecordBytes;
        Lengths[row] = Math.Min(MaxRecordBytes, length);
        return start + line + 1;
    }

    void CutPlain(byte[] bytes, int start, int first, int last, int recordEnd, int row)
    {
        var ends = _index.Ends;
        for (var i = 0; i < _fields.Length; i++)
        {
            var field = first + _fields[i];
            var from = field == first ? start : ends[field - 1] + 1;
            var length = (field == last ? recordEnd : ends[field]) - from;
            if (length == 0 || _null.Length == length && bytes.AsSpan(from, length).SequenceEqual(_null)) continue;
            Slices[i * GroupRows + row] = new Slice(from, length, SliceKind.Bare);
        }
    }

    // Every field of a record with quotes is checked, also those that nobody reads.
    string? CutQuoted(byte[] bytes, int start, int first, int last, int recordEnd, int row)
    {
        var ends = _index.Ends;
        for (var field = first; field <= last; field++)
        {
            var from = field == first ? start : ends[field - 1] + 1;
            var to = field == last ? recordEnd : ends[field];
            var text = bytes.AsSpan(from, to - from);
            Slice slice = default;
            if (text.Length == 0 || text[0] != _dialect.Quote)
            {
                if (text.Length > 0 && !(_null.Length == text.Length && text.SequenceEqual(_null))) slice = new Slice(from, text.Length, SliceKind.Bare);
            }
            else
            {
                if (!IsQuoted(text, out var hasPairs))
                {
                    for (var i = 0; i < _fields.Length; i++) Slices[i * GroupRows + row] = default;
                    return $"field {field - first + 1}: expected a delimiter or line end behind the closing quote of {Readers.FieldReader.Show(text)}";
                }
                slice = new Slice(from + 1, text.Length - 2, hasPairs ? SliceKind.Escaped : SliceKind.Quoted);
            }
            for (var i = 0; i < _fields.Length; i++)
                if (_fields[i] == field - first) Slices[i * GroupRows + row] = slice;
        }
        return null;
    }

    // Whether the quote that opens a text closes it at its end, and whether there are doubled quotes in between.
    bool IsQuoted(ReadOnlySpan<byte> text, out bool hasPairs)
    {
        hasPairs = false;
        for (var i = 1; ; i += 2)
        {
            var run = text[i..].IndexOf(_dialect.Quote);
            if (run < 0) return false;
            i += run;
            if (i == text.Length - 1) return true;
            if (text[i + 1] != _dialect.Quote) return false;
            hasPairs = true;
        }
    }

    void ReadHeader(byte[] bytes, int start, int first, int last, int recordEnd)
    {
        var ends = _index.Ends;
        var names = new List<string>();
        for (var field = first; field <= last; field++)
        {
            var from = field == first ? start : ends[field - 1] + 1;
            var text = bytes.AsSpan(from, (field == last ? recordEnd : ends[field]) - from);
            if (text.Length >= 2 && text[0] == _dialect.Quote && IsQuoted(text, out _))
            {
                var content = new byte[text.Length];
                text = content.AsSpan(0, Unescape(text[1..^1], content, out _));
            }
            names.Add(Encoding.UTF8.GetString(text).Trim());
        }
        UseHeader(names);
    }

    void UseHeader(List<string> names)
    {
        _names = names;
        _fieldCount = names.Count;
        _expected = string.Join(", ", names);
        var missing = Context.Paths.Where(path => Find(names, path) < 0).Distinct().ToList();
        if (missing.Count > 0)
            _headerProblem = $"the header has no {string.Join(", ", missing.Select(static m => $"'{m}'"))}; found {Readers.FieldReader.Shorten(_expected, 400)}. Give the column the name of a field, or say which one it is with FROM 'name'";
        for (var i = 0; i < UsedPaths.Count; i++) _fields[i] = Math.Max(0, Find(names, UsedPaths[i]));
        _expected = Readers.FieldReader.Shorten(_expected, 400);
    }

    static int Find(List<string> names, string name)
    {
        var exact = names.IndexOf(name);
        return exact >= 0 ? exact : names.FindIndex(n => string.Equals(n, name, StringComparison.OrdinalIgnoreCase));
    }
}

/// <summary>The csv.* options.</summary>
sealed class CsvDialect
{
    public CsvDialect(Connectors.Options options)
    {
        HasHeader = options.Boolean("csv.header", true);
        Delimiter = One(options, "csv.delimiter", (byte)',');
        Quote = One(options, "csv.quote", (byte)'"');
        Null = options.Text("csv.null", "");
        if (Delimiter == Quote) throw new Connectors.ConnectorException(Connectors.Fault.User, "csv.delimiter and csv.quote must differ.");
    }

    public bool HasHeader { get; }
    public byte Delimiter { get; }
    public byte Quote { get; }
    public string Null { get; }

    static byte One(Connectors.Options options, string name, byte fallback)
    {
        var text = options.TextOrNull(name);
        if (text is null) return fallback;
        if (text is "\\t" or "tab") return (byte)'\t';
        if (text.Length != 1 || text[0] is > '\x7F' or '\n' or '\r')
            throw new Connectors.ConnectorException(Connectors.Fault.User, $"{name}: '{text}' is not one ASCII character; expected e.g. ',' or ';' ('\\t' is a tab).");
        return (byte)text[0];
    }
}

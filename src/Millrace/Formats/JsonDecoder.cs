using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Millrace.Data;

namespace Millrace.Formats;

/// <summary>Decodes JSON lines.</summary>
/// <remarks>
/// Records of one writer look alike, so the bytes between the values of a record ("{"ts":", ","product":" ...) are remembered as a
/// <see cref="JsonShape"/> and only compared in the next records: a compare of 32 bytes a field, then the value's end, some 4 ns together.
/// A record that departs from the shape is parsed from its start, byte by byte; when that happens too often the shape of such a record replaces the
/// old one. Blanks, field order, nesting and line ends are part of a shape. Where lengths of values come back too, <see cref="JsonLayouts"/> saves looking for their ends.
/// </remarks>
sealed class JsonDecoder : RecordDecoder
{
    const int MissesMax = 8;

    readonly JsonNode _root = new();
    readonly int[] _exactIn;      // for each path the record in which its exact name was seen
    readonly bool[] _isNumeric;   // for each path whether its reader takes nothing but numbers
    readonly byte[] _key = new byte[1024];
    readonly int[] _lineEnds;
    JsonShape _shape = new();
    JsonShape _spare = new();
    readonly JsonLayouts _layouts = new();
    int _misses = MissesMax;
    int _serial;

    // The record being parsed.
    byte[] _bytes = [];
    int _record, _end, _row, _gap;
    JsonShape? _learning;

    public JsonDecoder(DecoderContext context) : base(context, isCsv: false)
    {
        _exactIn = new int[UsedPaths.Count];
        _lineEnds = new int[GroupRows];
        _isNumeric = [.. UsedPaths.Select(path => Enumerable.Range(0, context.Schema.Count).Any(i => context.Used[i] && context.Paths[i] == path && context.Schema[i].Type.IsNumeric))];
        for (var i = 0; i < UsedPaths.Count; i++) _root.Add(UsedPaths[i], i);
        _root.Finish();
    }

    protected override void Restart() => _misses = MissesMax;

    protected override int Unescape(ReadOnlySpan<byte> text, Span<byte> target, out string? problem) => JsonScanner.Unescape(text, target, out problem);

    protected override int Cut(byte[] bytes, int position, int limit, bool isLast, int rows, out int next)
    {
        _bytes = bytes;
        var fast = bytes.Length - JsonShape.Ahead;
        var row = 0;
        next = position;
        while (row < rows)
        {
            // Where lines end is known before any is looked at: so the processor works on several records at once, none waits for the end of the one before.
            var count = JsonScanner.LineEnds(bytes, next, limit, _lineEnds.AsSpan(0, rows - row));
            if (count == 0)
            {
                if (!isLast || next == limit) return row;
                if (CutAny(next, limit, hasLineEnd: false, row)) row++;
                next = limit;
                return row;
            }
            for (var line = 0; line < count;)
            {
                if (_shape.Count > 0)
                {
                    var alike = CutShape(bytes, next, _lineEnds.AsSpan(line, count - line), fast, row);
                    if (alike > 0)
                    {
                        row += alike;
                        line += alike;
                        next = _lineEnds[line - 1] + 1;
                        continue;
                    }
                }
                var end = _lineEnds[line++];
                if (end > next && CutAny(next, end, hasLineEnd: true, row)) row++;
                next = end + 1;
            }
        }
        return row;
    }

    protected override int CutMessages(byte[] bytes, int position, ReadOnlySpan<int> ends)
    {
        _bytes = bytes;
        var fast = bytes.Length - JsonShape.Ahead;
        for (var row = 0; row < ends.Length;)
        {
            var alike = _shape.Count > 0 ? CutShape(bytes, position, ends[row..], fast, row) : 0;
            if (alike == 0)
            {
                if (!CutAny(position, ends[row], hasLineEnd: true, row)) Fail(row, "the message is empty; a JSON object was expected");
                alike = 1;
            }
            row += alike;
            position = ends[row - 1] + 1;
        }
        return ends.Length;
    }

    // Records that look like the shape: some of those that do, 0 where the first does not.
    int CutShape(byte[] bytes, int record, ReadOnlySpan<int> lineEnds, int fast, int row)
    {
        if (!_layouts.IsOn)
        {
            var some = CutAlike(bytes, record, lineEnds, fast, row);
            _layouts.Pass(some);
            return some;
        }
        var cut = _layouts.Cut(bytes, record, lineEnds, fast, _shape.LineEnd, row, Starts, Lengths, Slices);
        if (cut > 0) return cut;
        cut = CutAlike(bytes, record, lineEnds[..1], fast, row);
        if (cut > 0) _layouts.Learn(bytes, record, lineEnds[0] + 1 - record, _shape, UnusedLane);
        return cut;
    }

    int UnusedLane => UsedPaths.Count * GroupRows;

    // Records that look like the shape, one after the other, up to the first that does not: how many. No value is looked for behind the end of its line.
    int CutAlike(byte[] bytes, int record, ReadOnlySpan<int> lineEnds, int fast, int row)
    {
        var shape = _shape;
        var steps = shape.Steps;
        ref var slices = ref MemoryMarshal.GetArrayDataReference(Slices);
        ref var start = ref MemoryMarshal.GetArrayDataReference(bytes);
        var tail = shape.Tail;
        var tailMask = shape.TailMask;
        var line = 0;
        for (; line < lineEnds.Length; line++)
        {
            var at = record;
            var whole = lineEnds[line];
            if (whole >= fast) goto Differs;
            for (var i = 0; i < steps.Length; i++)
            {
                ref readonly var step = ref steps[i];
                if (((Vector256.LoadUnsafe(ref start, (nuint)at) ^ step.Gap) & step.Mask) != Vector256<byte>.Zero) goto Differs;
                at += step.GapLength;
                var first = Unsafe.Add(ref start, at);
                if (first == (byte)'"')
                {
                    at++;
                    var length = JsonScanner.StringStop16(ref Unsafe.Add(ref start, at));
                    var kind = SliceKind.Quoted;
                    if (length == 16 || Unsafe.Add(ref start, at + length) != (byte)'"')
                    {
                        var end = JsonScanner.SkipString(bytes, at, whole, out var hasEscapes, out _);
                        if (end < 0) goto Differs;
                        length = end - 1 - at;
                        if (hasEscapes) kind = SliceKind.Escaped;
                    }
                    Unsafe.Add(ref slices, step.Lane + row) = new Slice(at, length, kind);
                    at += length + 1;
                }
                else if ((uint)(first - '0') < 10 || first == (byte)'-')
                {
                    var length = JsonScanner.BareStop16(ref Unsafe.Add(ref start, at));
                    if (length == 16) length = JsonScanner.BareStop(bytes, at, whole) - at;
                    Unsafe.Add(ref slices, step.Lane + row) = new Slice(at, length, SliceKind.Bare);
                    if (!step.IsNumeric && !IsNumber(ref Unsafe.Add(ref start, at), length)) goto Differs;
                    at += length;
                }
                else
                {
                    if (at >= whole || first <= (byte)' ') goto Differs;
                    var end = JsonScanner.SkipValue(bytes, at, whole, out _);
                    if (end < 0) goto Differs;
                    Unsafe.Add(ref slices, step.Lane + row) = first == (byte)'n' ? default : new Slice(at, end - at, SliceKind.Bare);
                    at = end;
                }
            }
            if (at + shape.TailLength != whole + 1 || ((Vector256.LoadUnsafe(ref start, (nuint)at) ^ tail) & tailMask) != Vector256<byte>.Zero) goto Differs;
            var recordLength = whole + 1 - shape.LineEnd - record;
            if (recordLength > MaxRecordBytes) goto Differs;
            Starts[row] = record;
            Lengths[row] = recordLength;
            row++;
            record = whole + 1;
        }
        return line;

    Differs:
        for (var i = 0; i < UsedPaths.Count; i++) Slices[i * GroupRows + row] = default;
        return line;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static bool IsNumber(ref byte at, int length)
    {
        for (var i = 0; i < length; i++)
            if ((uint)(Unsafe.Add(ref at, i) - '0') > 9) return JsonScanner.IsNumber(MemoryMarshal.CreateReadOnlySpan(ref at, length));
        return true;
    }

    // Any record. False if the line is blank.
    bool CutAny(int start, int end, bool hasLineEnd, int row)
    {
        Starts[row] = start;
        var length = end - start;
        if (hasLineEnd && length > 0 && _bytes[end - 1] == (byte)'\r') length--;
        Lengths[row] = Math.Min(length, MaxRecordBytes);
        if (length > MaxRecordBytes)
        {
            Fail(row, TooLong);
            return true;
        }
        var at = JsonScanner.SkipBlanks(_bytes, start, end);
        if (at == end) return false;
        (_record, _end, _row, _gap) = (start, end, row, start);
        _serial++;
        _learning = ++_misses > MissesMax ? _spare : null;
        _learning?.Begin();

        if (_bytes[at] != (byte)'{')
        {
            Found(at, "a JSON object");
            return true;
        }
        if (!ParseObject(_root, at + 1, 1, out at)) return true;
        var tail = JsonScanner.SkipBlanks(_bytes, at, end);
        if (tail != end)
        {
            Found(tail, "the end of the line after the object");
            return true;
        }
        if (_learning is not null && hasLineEnd && _learning.End(_bytes, _gap, end + 1, start + length))
        {
            (_shape, _spare) = (_spare, _shape);
            _layouts.Begin(_shape, UnusedLane);
            _misses = 0;
        }
        return true;
    }

    // Behind '{'. The position behind '}', or false with a message.
    bool ParseObject(JsonNode node, int at, int depth, out int next)
    {
        next = 0;
        at = JsonScanner.SkipBlanks(_bytes, at, _end);
        if (at < _end && _bytes[at] == (byte)'}')
        {
            next = at + 1;
            return true;
        }
        while (true)
        {
            if (at == _end || _bytes[at] != (byte)'"') return Found(at, "'\"' before a field's name");
            var keyStart = at + 1;
            at = JsonScanner.SkipString(_bytes, keyStart, _end, out var hasEscapes, out var problem);
            if (at < 0) return Found(problem);
            var key = _bytes.AsSpan(keyStart, at - 1 - keyStart);
            var match = hasEscapes ? FindEscaped(node, key) : node.Find(key);
            at = JsonScanner.SkipBlanks(_bytes, at, _end);
            if (at == _end || _bytes[at] != (byte)':') return Found(at, $"':' after {Name(key)}");
            at = JsonScanner.SkipBlanks(_bytes, at + 1, _end);
            if (!ParseValue(match.Child, match.IsExact, key, at, depth, out at)) return false;
            at = JsonScanner.SkipBlanks(_bytes, at, _end);
            if (at < _end && _bytes[at] == (byte)',')
            {
                at = JsonScanner.SkipBlanks(_bytes, at + 1, _end);
                continue;
            }
            if (at == _end || _bytes[at] != (byte)'}') return Found(at, $"',' or '}}' after the value of {Name(key)}");
            next = at + 1;
            return true;
        }
    }

    static string Name(ReadOnlySpan<byte> key) => $"'{Readers.FieldReader.Show(key)}'";

    JsonMatch FindEscaped(JsonNode node, ReadOnlySpan<byte> key)
    {
        if (key.Length > _key.Length) return default;
        var length = JsonScanner.Unescape(key, _key, out _);
        return length < 0 ? default : node.Find(_key.AsSpan(0, length));
    }

    bool ParseValue(JsonNode? child, bool isExact, ReadOnlySpan<byte> key, int at, int depth, out int next)
    {
        next = 0;
        var target = child?.Target ?? -1;
        if (target >= 0)
        {
            if (isExact) _exactIn[target] = _serial;
            else if (_exactIn[target] == _serial) target = -1;
        }
        if (at == _end) return Found(at, $"a value of {Name(key)}");
        if (child is { HasChildren: true })
        {
            // Of two objects of one name the last counts, whole.
            foreach (var below in child.Below)
            {
                if (Slices[below * GroupRows + _row].Kind != SliceKind.Null) _learning = null;
                Slices[below * GroupRows + _row] = default;
            }
            if (_bytes[at] == (byte)'{')
            {
                if (depth == JsonScanner.DepthMax) return Found(at, $"at most {JsonScanner.DepthMax} objects and arrays inside each other");
                if (!ParseObject(child, at + 1, depth + 1, out next)) return false;
                if (target < 0) return true;
                Slices[target * GroupRows + _row] = new Slice(at, next - at, SliceKind.Bare);
                _learning = null;
                return true;
            }
            _learning = null; // here it is no object: such a record is no model for others
        }
        Slice slice;
        if (_bytes[at] == (byte)'"')
        {
            next = JsonScanner.SkipString(_bytes, at + 1, _end, out var hasEscapes, out var problem);
            if (next < 0) return Found(problem.At, $"{problem.Expected} in the value of {Name(key)}");
            slice = new Slice(at + 1, next - at - 2, hasEscapes ? SliceKind.Escaped : SliceKind.Quoted);
        }
        else if (target >= 0 && _isNumeric[target] && _bytes[at] is (byte)'-' or (>= (byte)'0' and <= (byte)'9'))
        {
            // Its reader says what is wrong with a number.
            next = JsonScanner.BareStop(_bytes, at, _end);
            slice = new Slice(at, next - at, SliceKind.Bare);
        }
        else
        {
            next = JsonScanner.SkipValue(_bytes, at, _end, out var problem);
            if (next < 0) return Found(problem.At, problem.At == at ? $"a value of {Name(key)}" : $"{problem.Expected} in the value of {Name(key)}");
            slice = _bytes[at] == (byte)'n' ? default : new Slice(at, next - at, SliceKind.Bare);
        }
        if (target >= 0) Slices[target * GroupRows + _row] = slice;
        if (_learning is not null)
        {
            if (!_learning.Add(_bytes, _gap, at, target >= 0 ? target * GroupRows : UnusedLane, target >= 0 && _isNumeric[target])) _learning = null;
            _gap = next;
        }
        return true;
    }

    bool Found(Problem problem) => Found(problem.At, problem.Expected);

    bool Found(int at, string expected)
    {
        var found = at >= _end ? "the end of the record" : $"'{Readers.FieldReader.Show(_bytes.AsSpan(at, Rune(at)))}'";
        for (var i = 0; i < UsedPaths.Count; i++) Slices[i * GroupRows + _row] = default;
        Fail(_row, $"expected {expected}, found {found} at byte {at - _record + 1} of the record");
        return false;
    }

    int Rune(int at) => System.Text.Rune.DecodeFromUtf8(_bytes.AsSpan(at, _end - at), out _, out var length) == System.Buffers.OperationStatus.Done ? length : 1;
}

/// <summary>What stands between the values of a record: for each value the bytes before it and where it goes.</summary>
sealed class JsonShape
{
    /// <summary>Bytes that must be readable behind any place where a step begins.</summary>
    public const int Ahead = 64;

    const int StepsMax = 256;

    Step[] _steps = new Step[8];

    public struct Step
    {
        public Vector256<byte> Gap, Mask;
        public int GapLength, Lane;
        public bool IsNumeric;
    }

    public int Count { get; private set; }
    public ReadOnlySpan<Step> Steps => _steps.AsSpan(0, Count);
    public Vector256<byte> Tail { get; private set; }
    public Vector256<byte> TailMask { get; private set; }
    public int TailLength { get; private set; }

    /// <summary>Bytes of the tail that are line end.</summary>
    public int LineEnd { get; private set; }

    public void Begin() => Count = 0;

    /// <summary>Adds a value; false if the bytes before it are too many to be compared at once.</summary>
    /// <param name="bytes">The record's bytes.</param>
    /// <param name="gap">Where the bytes before the value begin.</param>
    /// <param name="value">Where it begins.</param>
    /// <param name="lane">Where slices of its path begin.</param>
    /// <param name="isNumeric">Whether its reader takes nothing but numbers.</param>
    public bool Add(byte[] bytes, int gap, int value, int lane, bool isNumeric)
    {
        if (value - gap > 32 || Count == StepsMax)
        {
            Count = 0;
            return false;
        }
        if (Count == _steps.Length) Array.Resize(ref _steps, Count * 2);
        ref var step = ref _steps[Count++];
        (step.Gap, step.Mask) = Take(bytes, gap, value);
        (step.GapLength, step.Lane, step.IsNumeric) = (value - gap, lane, isNumeric);
        return true;
    }

    /// <summary>Adds what stands behind the last value, line end included.</summary>
    public bool End(byte[] bytes, int gap, int end, int recordEnd)
    {
        if (Count == 0 || end - gap > 32)
        {
            Count = 0;
            return false;
        }
        (Tail, TailMask) = Take(bytes, gap, end);
        TailLength = end - gap;
        LineEnd = end - recordEnd;
        return true;
    }

    static (Vector256<byte> Bytes, Vector256<byte> Mask) Take(byte[] bytes, int start, int end)
    {
        Span<byte> text = stackalloc byte[32];
        Span<byte> mask = stackalloc byte[32];
        text.Clear();
        mask.Clear();
        bytes.AsSpan(start, end - start).CopyTo(text);
        mask[..(end - start)].Fill(255);
        return (Vector256.Create<byte>(text), Vector256.Create<byte>(mask));
    }
}

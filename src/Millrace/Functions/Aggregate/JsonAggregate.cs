using System.Buffers;
using Millrace.Data;
using Millrace.Expressions.Kernels;
using Millrace.Formats;

namespace Millrace.Functions.Aggregate;

/// <summary>JSON_AGG(x [ORDER BY y]).</summary>
internal sealed class JsonAggregate() : OverRows("json_agg", "json_agg([DISTINCT] x [ORDER BY y])",
    "JSON: an array of the values of a group, NULLs as null; NULL for an empty group. Equal y stand in the order of x, and without ORDER BY x itself is the order, so the answer is always the same. DECIMAL and times are strings.",
    [("SELECT json_agg(x) FROM (VALUES ('b'), ('a'), (NULL), ('b')) AS t(x)", "[\"a\",\"b\",\"b\",null]"), ("SELECT json_agg(x ORDER BY y DESC) FROM (VALUES (1, 1), (5, 2)) AS t(x, y)", "[5,1]")])
{
    bool[] _descending = [];

    /// <summary>Of each expression of ORDER BY whether it goes downwards.</summary>
    public IReadOnlyList<bool> Descending => _descending;

    public override AggregateOrder Order => AggregateOrder.Either;
    public override bool SeesNulls => true;

    public override AggregateFunction With(IReadOnlyList<Expressions.Literal> constants, IReadOnlyList<bool> descending, bool distinct)
    {
        if (distinct && descending.Count > 1) throw new ArgumentException("with DISTINCT the one expression of ORDER BY is x itself");
        return new JsonAggregate { _descending = [.. descending] };
    }

    public override Signature? Resolve(ReadOnlySpan<DataType> arguments, bool distinct)
    {
        // Equal intervals may be made of other parts, and which of them would be shown?
        if (arguments.Length != 1 + _descending.Length || distinct && arguments[0].Kind == TypeKind.Interval) return null;
        var parameters = new DataType[arguments.Length];
        for (var i = 0; i < parameters.Length; i++) parameters[i] = Known(arguments[i]);
        return new([.. parameters], DataType.Text);
    }

    public override AggregateStates CreateStates(Signature signature, bool distinct, MemoryOwner memory, bool retracts)
    {
        // Rows are x after what they are ordered by; copies of DISTINCT are seen by their count.
        var isByItself = distinct || _descending.Length == 0;
        int[] arguments = isByItself ? [0] : [.. Enumerable.Range(1, _descending.Length), 0];
        bool[] descending = isByItself ? [_descending is [true, ..]] : [.. _descending, false];
        return new Listed(RowForm.Of(signature, arguments, descending, []), signature.Parameters[0], distinct, memory);
    }

    sealed class Listed(RowForm form, DataType type, bool isDistinct, MemoryOwner memory) : RowSetStates(form, memory)
    {
        readonly ArrayBufferWriter<byte> _all = new();
        readonly ArrayBufferWriter<byte> _one = new();
        readonly ByteBuffer _scratch = new();

        protected override void Append(OrderedRows rows, Column results)
        {
            _all.ResetWrittenCount();
            _all.Write("["u8);
            for (var i = 0; i < rows.Count; i++)
            {
                var value = results.Home.Rent(type);
                Form.AppendLast(rows[i], _scratch, value);
                _one.ResetWrittenCount();
                Values.FormatJson(value, 0, _one, exactNumbers: false);
                value.Release();
                for (var copies = isDistinct ? 1 : rows.CopiesOf(i); copies > 0; copies--)
                {
                    if (_all.WrittenCount > 1) _all.Write(","u8);
                    _all.Write(_one.WrittenSpan);
                    if (_all.WrittenCount >= Utf8Text.MaxBytes) throw new OverflowException($"JSON_AGG gives more than {Utf8Text.MaxBytes} bytes. Group more finely, or take fewer rows with FILTER.");
                }
            }
            _all.Write("]"u8);
            ((TextColumn)results).Append(_all.WrittenSpan);
        }
    }
}

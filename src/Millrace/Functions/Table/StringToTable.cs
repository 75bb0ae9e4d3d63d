using Millrace.Data;
using Millrace.Expressions;

namespace Millrace.Functions.Table;

/// <summary>string_to_table(text, delimiter).</summary>
internal sealed class StringToTable() : BuiltInTable("string_to_table", "string_to_table(text, delimiter)",
    "The parts of a text between delimiters; the empty text gives no rows, the empty delimiter the whole text.",
    ("SELECT * FROM string_to_table('a,b,,c', ',')", "a; b; ; c"))
{
    protected override IReadOnlyList<TableSignature> Forms { get; } = [Form([("string_to_table", DataType.Text)], DataType.Text, DataType.Text)];

    public override ITableKernel Compile(TableSignature signature, IReadOnlyList<Literal?> constants) => new Kernel();

    sealed class Kernel : ITableKernel
    {
        byte[] _text = [], _delimiter = [];
        int _length, _delimiterLength, _next; // -1 = done

        public string? Begin(ReadOnlySpan<Column> arguments, int row)
        {
            _length = Copy(((TextColumn)arguments[0])[row], ref _text);
            _delimiterLength = Copy(((TextColumn)arguments[1])[row], ref _delimiter);
            _next = _length == 0 ? -1 : 0;
            return null;
        }

        static int Copy(ReadOnlySpan<byte> from, ref byte[] to)
        {
            if (from.Length > to.Length) to = new byte[Math.Max(64, from.Length * 2)];
            from.CopyTo(to);
            return from.Length;
        }

        public int Append(ReadOnlySpan<Column> columns, int count)
        {
            var appended = 0;
            for (; appended < count && _next >= 0; appended++)
            {
                var rest = _text.AsSpan(_next, _length - _next);
                var end = _delimiterLength == 0 ? -1 : rest.IndexOf(_delimiter.AsSpan(0, _delimiterLength));
                ((TextColumn)columns[0]).Append(end < 0 ? rest : rest[..end]);
                _next = end < 0 ? -1 : _next + end + _delimiterLength;
            }
            return appended;
        }
    }
}

using System.Text;
using System.Text.RegularExpressions;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions.Scalar;

namespace Millrace.Functions.Table;

/// <summary>regexp_split_to_table(text, pattern).</summary>
internal sealed class RegexpSplitToTable() : BuiltInTable("regexp_split_to_table", "regexp_split_to_table(text, pattern [, flags])",
    "The parts of a text between matches of a regular expression; empty matches at its beginning, at its end and behind another match do not split. Flags as in regexp_like.",
    ("SELECT * FROM regexp_split_to_table('one  two three', ' +')", "one; two; three"))
{
    protected override IReadOnlyList<TableSignature> Forms { get; } =
        [Form([("regexp_split_to_table", DataType.Text)], DataType.Text, DataType.Text), Form([("regexp_split_to_table", DataType.Text)], DataType.Text, DataType.Text, DataType.Text)];

    public override ITableKernel Compile(TableSignature signature, IReadOnlyList<Literal?> constants) => new Kernel(new(constants, flags: 2, RegexOptions.None));

    sealed class Kernel(RegularExpressions.Patterns patterns) : ITableKernel
    {
        string _text = "";
        Match? _match;
        int _from;
        bool _isDone;

        public string? Begin(ReadOnlySpan<Column> arguments, int row)
        {
            if (patterns.Of(arguments, row, out var error) is not { } regex) return error;
            _text = Encoding.UTF8.GetString(((TextColumn)arguments[0])[row]);
            _match = regex.Match(_text);
            (_from, _isDone) = (0, false);
            return null;
        }

        public int Append(ReadOnlySpan<Column> columns, int count)
        {
            var appended = 0;
            for (; appended < count && !_isDone; appended++)
            {
                while (_match is { Success: true, Length: 0 } && (_match.Index == _from || _match.Index == _text.Length)) _match = _match.NextMatch();
                var end = _match is { Success: true } ? _match.Index : _text.Length;
                RegexpMatches.Append((TextColumn)columns[0], _text.AsSpan(_from, end - _from));
                if (_match is { Success: true })
                {
                    _from = end + _match.Length;
                    _match = _match.NextMatch();
                }
                else _isDone = true;
            }
            return appended;
        }
    }
}

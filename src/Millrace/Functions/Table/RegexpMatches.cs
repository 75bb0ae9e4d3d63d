using System.Text;
using System.Text.RegularExpressions;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions.Scalar;

namespace Millrace.Functions.Table;

/// <summary>regexp_matches(text, pattern).</summary>
internal sealed class RegexpMatches() : BuiltInTable("regexp_matches", "regexp_matches(text, pattern [, flags])",
    "The matches of a regular expression in a text that do not overlap; where it has groups, what the first group matched (NULL where it took no part). Flags as in regexp_like.",
    ("SELECT * FROM regexp_matches('a1 b22', '[0-9]+')", "1; 22"), ("SELECT * FROM regexp_matches('a=1, b=2', '([a-z])=')", "a; b"))
{
    protected override IReadOnlyList<TableSignature> Forms { get; } =
        [Form([("regexp_matches", DataType.Text)], DataType.Text, DataType.Text), Form([("regexp_matches", DataType.Text)], DataType.Text, DataType.Text, DataType.Text)];

    public override ITableKernel Compile(TableSignature signature, IReadOnlyList<Literal?> constants) => new Kernel(new(constants, flags: 2, RegexOptions.None));

    /// <summary>Appends .NET's characters.</summary>
    public static void Append(TextColumn column, ReadOnlySpan<char> text)
    {
        Span<byte> small = stackalloc byte[256];
        var bytes = text.Length * 3 <= small.Length ? small : new byte[Encoding.UTF8.GetMaxByteCount(text.Length)];
        column.Append(bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
    }

    sealed class Kernel(RegularExpressions.Patterns patterns) : ITableKernel
    {
        Match? _match;

        public string? Begin(ReadOnlySpan<Column> arguments, int row)
        {
            if (patterns.Of(arguments, row, out var error) is not { } regex) return error;
            _match = regex.Match(Encoding.UTF8.GetString(((TextColumn)arguments[0])[row]));
            return null;
        }

        public int Append(ReadOnlySpan<Column> columns, int count)
        {
            var appended = 0;
            for (; appended < count && _match is { Success: true }; appended++)
            {
                var group = _match.Groups[_match.Groups.Count > 1 ? 1 : 0];
                if (group.Success) RegexpMatches.Append((TextColumn)columns[0], group.ValueSpan);
                else columns[0].AppendNull();
                _match = _match.NextMatch();
            }
            return appended;
        }
    }
}

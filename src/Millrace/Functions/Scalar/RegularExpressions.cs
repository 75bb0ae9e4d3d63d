using System.Text;
using System.Text.RegularExpressions;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Regular expressions: .NET's syntax without look-around and back-references, so that no pattern can take more than linear time.</summary>
internal static class RegularExpressions
{
    static readonly Signature[] s_match = [Gives(Bool, Text, Text)];

    public static ScalarFunction[] All { get; } =
    [
        new CompiledFunction("~", "text", "text ~ pattern", "Whether a regular expression matches somewhere in a text. Look-around and back-references are errors.", s_match,
            (_, constants) => Test(constants, RegexOptions.None, flip: false), ("'millrace' ~ '^m.*e$'", "true"), ("'millrace' ~ 'RACE'", "false")),
        new CompiledFunction("~*", "text", "text ~* pattern", "As ~, without regard to case.", s_match,
            (_, constants) => Test(constants, RegexOptions.IgnoreCase, flip: false), ("'millrace' ~* 'RACE'", "true")),
        new CompiledFunction("!~", "text", "text !~ pattern", "Whether a regular expression matches nowhere in a text.", s_match,
            (_, constants) => Test(constants, RegexOptions.None, flip: true), ("'millrace' !~ '[0-9]'", "true")),
        new CompiledFunction("!~*", "text", "text !~* pattern", "As !~, without regard to case.", s_match,
            (_, constants) => Test(constants, RegexOptions.IgnoreCase, flip: true), ("'millrace' !~* 'RACE'", "false")),
        new CompiledFunction("regexp_like regexp", "text", "regexp_like(text, pattern [, flags])", "Whether a regular expression matches somewhere in a text. Flags: i ignores case, n and m let ^ and $ match at lines, s lets . match line ends.",
            [Gives(Bool, Text, Text), Gives(Bool, Text, Text, Text)], (_, constants) => Test(constants, RegexOptions.None, flip: false), ("regexp_like('Mill', '^m', 'i')", "true")),
        new CompiledFunction("regexp_replace", "text", "regexp_replace(text, pattern, replacement [, flags])",
            "The text with the first match replaced, or with flag g every match; \\1 to \\9 in the replacement are the groups of the match, \\& is all of it.",
            [Gives(Text, Text, Text, Text), Gives(Text, Text, Text, Text, Text)], Substitute,
            ("regexp_replace('a1b22', '[0-9]+', '#')", "a#b22"), ("regexp_replace('a1b22', '([0-9]+)', '<\\1>', 'g')", "a<1>b<22>")),
        new CompiledFunction("regexp_substr regexp_extract", "text", "regexp_substr(text, pattern [, group])",
            "The first match, or one of its groups; NULL where nothing matches.", [Gives(Text, Text, Text), Gives(Text, Text, Text, Int)], Extract,
            ("regexp_substr('order 1234 of 7', '[0-9]+')", "1234"), ("regexp_substr('k=v', '(.)=(.)', 2)", "v"), ("regexp_substr('abc', '[0-9]')", "NULL")),
        new CompiledFunction("regexp_count", "text", "regexp_count(text, pattern [, flags])", "Number of matches that do not overlap.",
            [Gives(Int, Text, Text), Gives(Int, Text, Text, Text)], (_, constants) =>
            {
                var patterns = new Patterns(constants, flags: 2, RegexOptions.None);
                return new RowKernel<int>(Int, constants, (in Row row, Outcome outcome) => patterns.Of(in row, outcome)?.Count(patterns.Chars(row.Text(0))) ?? 0);
            }, ("regexp_count('a1b22', '[0-9]')", "3")),
    ];

    static RowKernel<byte> Test(IReadOnlyList<Literal?> constants, RegexOptions options, bool flip)
    {
        var patterns = new Patterns(constants, flags: 2, options);
        return new(Bool, constants, (in Row row, Outcome outcome) => patterns.Of(in row, outcome) is { } regex && regex.IsMatch(patterns.Chars(row.Text(0))) != flip ? (byte)1 : (byte)0);
    }

    static TextRowKernel Substitute(Signature signature, IReadOnlyList<Literal?> constants)
    {
        var patterns = new Patterns(constants, flags: 3, RegexOptions.None);
        return new(Text, constants, (in Row row, Outcome outcome) =>
        {
            if (patterns.Of(in row, outcome) is not { } regex) return;
            var isAll = row.Count > 3 && row.Text(3).Contains((byte)'g');
            outcome.Text.Append(regex.Replace(Encoding.UTF8.GetString(row.Text(0)), NetReplacement(row.Text(2)), isAll ? -1 : 1).AsSpan());
        });
    }

    static TextRowKernel Extract(Signature signature, IReadOnlyList<Literal?> constants)
    {
        var patterns = new Patterns(constants, flags: -1, RegexOptions.None);
        return new(Text, constants, (in Row row, Outcome outcome) =>
        {
            if (patterns.Of(in row, outcome) is not { } regex) return;
            var match = regex.Match(Encoding.UTF8.GetString(row.Text(0)));
            var group = row.Count > 2 ? row.Int(2) : 0;
            if (match.Success && match.Groups[group].Success) outcome.Text.Append(match.Groups[group].ValueSpan);
            else outcome.Null();
        });
    }

    /// <summary>PostgreSQL's \1 and \&amp; as .NET's ${1} and $0.</summary>
    static string NetReplacement(ReadOnlySpan<byte> text)
    {
        var result = new StringBuilder();
        var from = Encoding.UTF8.GetString(text);
        for (var i = 0; i < from.Length; i++)
        {
            if (from[i] == '$') result.Append("$$");
            else if (from[i] != '\\' || i + 1 == from.Length) result.Append(from[i]);
            else
            {
                var next = from[++i];
                if (char.IsAsciiDigit(next)) result.Append("${").Append(next).Append('}');
                else if (next == '&') result.Append("$0");
                else result.Append(next);
            }
        }
        return result.ToString();
    }

    /// <summary>The patterns that a place meets: compiled once where the pattern is constant, else the last one is kept.</summary>
    internal sealed class Patterns
    {
        const int MaxLength = 10_000;
        readonly bool _isConstant;
        readonly int _flagsAt;
        readonly RegexOptions _options;
        char[] _chars = new char[256];
        byte[] _pattern = [];
        byte[] _flags = [];
        Regex? _regex;
        string? _error;
        bool _isKnown;

        /// <exception cref="ArgumentException">The constant pattern is none.</exception>
        public Patterns(IReadOnlyList<Literal?> constants, int flags, RegexOptions options)
        {
            (_flagsAt, _options) = (flags, options);
            var hasFlags = flags > 0 && constants.Count > flags;
            _isConstant = constants[1]?.Value is string && (!hasFlags || constants[flags]?.Value is string);
            if (!_isConstant) return;
            Learn(Literals.Bytes(constants[1]!), hasFlags ? Literals.Bytes(constants[flags]!) : default);
            if (_error is not null) throw new ArgumentException(_error);
        }

        /// <summary>A text as .NET's characters; good until the next call.</summary>
        public ReadOnlySpan<char> Chars(ReadOnlySpan<byte> text)
        {
            if (text.Length > _chars.Length) _chars = new char[text.Length * 2];
            return _chars.AsSpan(0, Encoding.UTF8.GetChars(text, _chars));
        }

        /// <summary>The pattern of a row, or null and an error.</summary>
        public Regex? Of(in Row row, Outcome outcome)
        {
            if (!_isConstant) Learn(row.Text(1), _flagsAt > 0 && row.Count > _flagsAt ? row.Text(_flagsAt) : default);
            if (_error is not null) outcome.Fail(_error);
            return _regex;
        }

        /// <summary>The pattern of a row of some columns, or null and what is wrong with it.</summary>
        public Regex? Of(ReadOnlySpan<Data.Column> arguments, int row, out string? error)
        {
            if (!_isConstant) Learn(((Data.TextColumn)arguments[1])[row], _flagsAt > 0 && arguments.Length > _flagsAt ? ((Data.TextColumn)arguments[_flagsAt])[row] : default);
            error = _error;
            return _regex;
        }

        void Learn(ReadOnlySpan<byte> pattern, ReadOnlySpan<byte> given)
        {
            if (_isKnown && pattern.SequenceEqual(_pattern) && given.SequenceEqual(_flags)) return;
            (_pattern, _flags, _regex, _error, _isKnown) = (pattern.ToArray(), given.ToArray(), null, null, true);
            if (pattern.Length > MaxLength)
            {
                _error = $"the pattern has {pattern.Length} bytes; {MaxLength} is the most";
                return;
            }
            var all = _options | RegexOptions.CultureInvariant;
            foreach (var flag in given)
            {
                switch ((char)flag)
                {
                    case 'g': break;
                    case 'c': all &= ~RegexOptions.IgnoreCase; break;
                    case 'i': all |= RegexOptions.IgnoreCase; break;
                    case 'n' or 'm': all |= RegexOptions.Multiline; break;
                    case 's': all |= RegexOptions.Singleline; break;
                    case 'x': all |= RegexOptions.IgnorePatternWhitespace; break;
                    default:
                        _error = $"'{(char)flag}' is no flag of regular expressions; there are g, i, c, n, m, s and x";
                        return;
                }
            }
            try
            {
                var text = Encoding.UTF8.GetString(pattern);
                var isSimple = SimplePattern.Is(text) && (all & (RegexOptions.Multiline | RegexOptions.IgnorePatternWhitespace)) == 0;
                _regex = new(text, isSimple ? all : all | RegexOptions.NonBacktracking);
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                _error = $"{Casts.Quote(pattern)} is no regular expression: {e.Message}";
            }
        }
    }
}

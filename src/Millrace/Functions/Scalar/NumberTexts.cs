using System.Globalization;
using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Numbers out of texts by a pattern.</summary>
internal static class NumberTexts
{
    public static ScalarFunction[] All { get; } =
    [
        new ValueFunction<double>("to_number", "conversion", "to_number(text [, pattern])",
            "The number that a text holds, DOUBLE: blanks, group commas, currency signs and a final percent sign are read over, (5) and 5- are -5. With a pattern of to_char the text may have at most its digits. A text without a number is an error.",
            [Gives(Real, Text), Gives(Real, Text, Text)], Read, ("to_number('$1,234.50')", "1234.5"), ("to_number('12-', '99S')", "-12")),
    ];

    static double Read(in Row row, Outcome outcome)
    {
        var text = Encoding.UTF8.GetString(row.Text(0));
        var digits = new StringBuilder();
        var isNegative = false;
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c) || c == '.') digits.Append(c);
            else if (c is '-' or '(') isNegative = true;
            else if (!(char.IsWhiteSpace(c) || c is ',' or '+' or ')' or '%' || char.GetUnicodeCategory(c) == UnicodeCategory.CurrencySymbol))
            {
                digits.Clear();
                break;
            }
        }
        var room = row.Count > 1 ? row.Text(1).Count((byte)'9') + row.Text(1).Count((byte)'0') : int.MaxValue;
        var count = 0;
        for (var i = 0; i < digits.Length; i++) count += digits[i] == '.' ? 0 : 1;
        if (count > 0 && count <= room && double.TryParse(digits.ToString(), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)) return isNegative ? -value : value;
        outcome.Fail($"{Casts.Quote(row.Text(0))} is no number{(row.Count > 1 ? $" of the pattern {Casts.Quote(row.Text(1))}" : "")}");
        return 0;
    }
}

/// <summary>A pattern of to_char for numbers.</summary>
sealed class NumberPattern
{
    readonly record struct Part(char Kind, string Text);

    readonly List<Part> _parts = [];
    readonly int _whole;
    readonly int _firstZero = int.MaxValue; // digits before the point from which zeros are shown
    readonly int _shownDecimals; // digits after the point that are shown in any case
    readonly bool _isTight, _hasSign, _isInBrackets;

    /// <summary>Digits after the point.</summary>
    public int Decimals { get; }

    /// <exception cref="ArgumentException">The pattern is none.</exception>
    public NumberPattern(string pattern)
    {
        var isAfterPoint = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            var two = pattern.Substring(i, Math.Min(2, pattern.Length - i)).ToUpperInvariant();
            if (two is "FM" or "PR" or "MI")
            {
                _isTight |= two == "FM";
                _isInBrackets |= two == "PR";
                if (two == "MI")
                {
                    _hasSign = true;
                    _parts.Add(new('M', ""));
                }
                i++;
                continue;
            }
            switch (char.ToUpperInvariant(pattern[i]))
            {
                case '9' or '0' when isAfterPoint:
                    Decimals++;
                    _parts.Add(new('D', pattern[i].ToString()));
                    if (pattern[i] == '0') _shownDecimals = Decimals;
                    break;
                case '9' or '0':
                    if (pattern[i] == '0') _firstZero = Math.Min(_firstZero, _whole);
                    _whole++;
                    _parts.Add(new('9', ""));
                    break;
                case '.' or 'D':
                    if (isAfterPoint) throw new ArgumentException($"the pattern '{pattern}' has two points");
                    isAfterPoint = true;
                    _parts.Add(new('.', ""));
                    break;
                case ',' or 'G': _parts.Add(new(',', "")); break;
                case 'S':
                    _hasSign = true;
                    _parts.Add(new('S', ""));
                    break;
                case '"':
                    var end = pattern.IndexOf('"', i + 1);
                    if (end < 0) throw new ArgumentException($"the pattern '{pattern}' has a quote without an end");
                    _parts.Add(new('T', pattern[(i + 1)..end]));
                    i = end;
                    break;
                default: _parts.Add(new('T', pattern[i].ToString())); break;
            }
        }
        if (_whole + Decimals is 0 or > 60) throw new ArgumentException($"'{pattern}' is no pattern of numbers; it has 9 or 0 for each digit, such as '999,990.00'");
    }

    /// <summary>Writes a number that is given as its digits.</summary>
    /// <param name="isNegative">Whether it is below zero.</param>
    /// <param name="whole">Digits before the point without leading zeros.</param>
    /// <param name="decimals">As many digits after it as <see cref="Decimals"/>.</param>
    public string Format(bool isNegative, string whole, string decimals)
    {
        if (whole.Length > _whole) (whole, decimals) = (new('#', _whole), new('#', Decimals));
        var text = new StringBuilder();
        var (digit, after, isStarted, hasSign) = (0, 0, false, _hasSign || _isInBrackets);
        var missing = _whole - whole.Length;
        var shown = _isTight ? Math.Max(_shownDecimals, decimals.TrimEnd('0').Length) : Decimals;
        var startsAt = Math.Min(_firstZero, missing);
        if (startsAt == _whole && Decimals == 0) startsAt = _whole - 1; // a lone 0 is shown
        foreach (var part in _parts)
        {
            switch (part.Kind)
            {
                case '9':
                    if (digit < startsAt) Blank();
                    else
                    {
                        Start();
                        text.Append(digit < missing ? '0' : whole[digit - missing]);
                    }
                    digit++;
                    break;
                case ',':
                    if (isStarted) text.Append(',');
                    else Blank();
                    break;
                case '.':
                    Start();
                    text.Append('.');
                    break;
                case 'D':
                    if (after < shown) text.Append(decimals[after]);
                    after++;
                    break;
                case 'S': text.Append(isNegative ? '-' : '+'); break;
                case 'M': text.Append(isNegative ? "-" : _isTight ? "" : " "); break;
                default: text.Append(part.Text); break;
            }
        }
        if (_isInBrackets) text.Append(isNegative ? ">" : _isTight ? "" : " ");
        return text.ToString();

        void Blank()
        {
            if (!_isTight) text.Append(' ');
        }

        void Start()
        {
            if (isStarted) return;
            isStarted = true;
            if (_isInBrackets) text.Append(isNegative ? "<" : _isTight ? "" : " ");
            else if (!hasSign) text.Append(isNegative ? "-" : _isTight ? "" : " ");
        }
    }
}

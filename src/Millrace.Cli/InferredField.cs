using System.Globalization;

namespace Millrace.Cli;

/// <summary>One field of a data file and the narrowest type that fits all values seen.</summary>
sealed class InferredField(string name)
{
    bool _seen, _couldBeBoolean = true, _couldBeInteger = true, _couldBeDecimal = true, _couldBeDouble = true, _couldBeTime = true;
    long _largest;
    int _whole, _scale;

    public string Name { get; } = name;

    /// <summary>The type as SQL writes it; TEXT where nothing was seen.</summary>
    public string Type => !_seen ? "TEXT"
        : _couldBeBoolean ? "BOOLEAN"
        : _couldBeInteger ? _largest > int.MaxValue ? "BIGINT" : "INTEGER"
        : _couldBeDecimal && _whole + _scale <= 18 ? $"DECIMAL({Math.Min(18, Math.Max(10, _whole + _scale + 2))},{_scale})"
        : _couldBeDouble ? "DOUBLE"
        : _couldBeTime ? "TIMESTAMP"
        : "TEXT";

    /// <summary>Takes a value in; an empty one is NULL and fits every type.</summary>
    public void See(string value, bool isNumber, bool isText)
    {
        if (value.Length == 0) return;
        _seen = true;
        _couldBeBoolean &= !isNumber && !isText && value is "true" or "false";
        // A text of digits in JSON is meant as a text; 007 is a name.
        var isPlain = !isText && !(value.Length > 1 && value[0] == '0' && char.IsAsciiDigit(value[1]));
        _couldBeInteger &= isPlain && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) && See(whole);
        _couldBeDecimal &= isPlain && decimal.TryParse(value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out _) && SeeDigits(value);
        _couldBeDouble &= isPlain && double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out _);
        _couldBeTime &= value.Length >= 10 && char.IsAsciiDigit(value[0]) && value[4] == '-'
            && DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);
    }

    bool See(long value)
    {
        _largest = Math.Max(_largest, value == long.MinValue ? long.MaxValue : Math.Abs(value));
        return true;
    }

    bool SeeDigits(string value)
    {
        var point = value.IndexOf('.', StringComparison.Ordinal);
        _whole = Math.Max(_whole, (point < 0 ? value.Length : point) - (value[0] is '-' or '+' ? 1 : 0));
        if (point >= 0) _scale = Math.Max(_scale, value.Length - point - 1);
        return true;
    }
}

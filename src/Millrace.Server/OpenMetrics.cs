using System.Globalization;
using System.Text;

namespace Millrace.Server;

/// <summary>Writes OpenMetrics text 1.0: families with type, unit and help, then their samples, and the end mark.</summary>
sealed class OpenMetrics
{
    public const string ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    readonly StringBuilder _text = new();
    string _family = "";

    /// <summary>Begins a family.</summary>
    /// <param name="family">Its name; ends with the unit where there is one.</param>
    /// <param name="type">counter, gauge, info or stateset.</param>
    /// <param name="unit">seconds, bytes, or nothing.</param>
    /// <param name="help">One sentence.</param>
    public OpenMetrics Begin(string family, string type, string unit, string help)
    {
        _family = family;
        _text.Append("# TYPE ").Append(family).Append(' ').Append(type).Append('\n');
        if (unit.Length > 0) _text.Append("# UNIT ").Append(family).Append(' ').Append(unit).Append('\n');
        _text.Append("# HELP ").Append(family).Append(' ').Append(Escape(help)).Append('\n');
        return this;
    }

    /// <summary>Adds a sample of the family.</summary>
    /// <param name="suffix">_total for counters, _info for infos, else nothing.</param>
    /// <param name="value">Its value.</param>
    /// <param name="labels">Names and values.</param>
    public void Add(string suffix, double value, params ReadOnlySpan<(string Name, string Value)> labels)
    {
        _text.Append(_family).Append(suffix);
        for (var i = 0; i < labels.Length; i++)
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"").Append(Escape(labels[i].Value)).Append('"');
        if (labels.Length > 0) _text.Append('}');
        _text.Append(' ').Append(Number(value)).Append('\n');
    }

    /// <summary>The whole text.</summary>
    public string End() => _text.Append("# EOF\n").ToString();

    static string Number(double value) => double.IsNaN(value) ? "NaN" : double.IsPositiveInfinity(value) ? "+Inf" : double.IsNegativeInfinity(value) ? "-Inf"
        : value.ToString("R", CultureInfo.InvariantCulture);

    static string Escape(string text) => text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n");
}

using System.Globalization;

namespace Millrace.Connectors;

/// <summary>The WITH options of a source, sink or view, as the binder has checked them against the registered <see cref="OptionSpec"/>s. Names are lower case.</summary>
public sealed class Options(IReadOnlyDictionary<string, string> values)
{
    /// <summary>No options.</summary>
    public static Options None { get; } = new(new Dictionary<string, string>());

    /// <summary>All of them.</summary>
    public IReadOnlyDictionary<string, string> Values { get; } = values;

    /// <summary>The text of an option, or the default.</summary>
    public string Text(string name, string fallback) => Values.GetValueOrDefault(name, fallback);

    /// <summary>The text of an option, or null.</summary>
    public string? TextOrNull(string name) => Values.GetValueOrDefault(name);

    /// <summary>The number of an option, or the default. The binder has checked that it is one.</summary>
    public double Number(string name, double fallback) => Values.TryGetValue(name, out var text) ? double.Parse(text, CultureInfo.InvariantCulture) : fallback;

    /// <summary>The whole number of an option, or the default.</summary>
    public long Integer(string name, long fallback) => Values.TryGetValue(name, out var text) ? long.Parse(text, CultureInfo.InvariantCulture) : fallback;

    /// <summary>true or false, or the default.</summary>
    public bool Boolean(string name, bool fallback) => Values.TryGetValue(name, out var text) ? bool.Parse(text) : fallback;

    /// <summary>A duration without months ('5 seconds', 'PT5S'), or the default.</summary>
    /// <exception cref="ConnectorException">It is none.</exception>
    public TimeSpan Duration(string name, TimeSpan fallback)
    {
        if (!Values.TryGetValue(name, out var text)) return fallback;
        return Formats.Intervals.TryParse(System.Text.Encoding.UTF8.GetBytes(text), out var interval) && interval.IsFixed
            ? TimeSpan.FromMicroseconds(interval.FixedMicroseconds)
            : throw new ConnectorException(Fault.User, $"{name} = '{text}': expected a duration without months, such as '30 seconds' or '7 days'.");
    }

    /// <summary>How many times faster than wall time: 'max' is null, '3600x' and '3600' are 3600; above 0.</summary>
    /// <exception cref="ConnectorException">It is neither.</exception>
    public double? Speed(string name, string fallback)
    {
        var text = Text(name, fallback);
        if (text == "max") return null;
        return double.TryParse(text.AsSpan().TrimEnd('x'), NumberStyles.Float, CultureInfo.InvariantCulture, out var speed) && speed > 0 && double.IsFinite(speed)
            ? speed
            : throw new ConnectorException(Fault.User, $"{name} = '{text}': expected 'max' or a number above 0, such as '1x' or '3600x'.");
    }
}

/// <summary>One option that a connector or format knows: name, kind of value, default and a sentence; the reference is generated from it.</summary>
/// <param name="Name">Lower case, with dots; one that ends in <c>.*</c> stands for all that begin so.</param>
/// <param name="Kind">"text", "path", "integer", "number", "boolean", "duration", "secret", "columns" (names of the view's columns with commas), or the allowed words separated by "|".</param>
/// <param name="Default">As text, or null where it must be given or is absent.</param>
/// <param name="Summary">One sentence with unit and range.</param>
/// <param name="Required">Whether it must be given.</param>
public sealed record OptionSpec(string Name, string Kind, string? Default, string Summary, bool Required = false)
{
    /// <summary>Whether it is the option of a name.</summary>
    public bool Takes(string name) => Name.EndsWith(".*", StringComparison.Ordinal) ? name.Length > Name.Length - 1 && name.StartsWith(Name.AsSpan(0, Name.Length - 1), StringComparison.Ordinal) : Name == name;
}

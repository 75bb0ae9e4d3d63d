using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>WITH (...): variables and secrets are filled in, names and values checked against what the connector, the format and the engine know. Every fault is told.</summary>
internal sealed partial class OptionsBinder(Compilation compilation)
{
    /// <summary>Options as checked.</summary>
    /// <param name="options">As written.</param>
    /// <param name="known">What there is; of two of one name the first counts.</param>
    /// <param name="what">Whose options they are, for messages.</param>
    /// <param name="owner">Where a missing option is told.</param>
    /// <param name="isValid">Whether all were right.</param>
    public Options Bind(IEnumerable<OptionSyntax> options, IReadOnlyList<OptionSpec> known, string what, Span owner, out bool isValid)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var valid = true;
        foreach (var option in options)
        {
            valid &= compilation.Try(() =>
            {
                var name = option.Name.Text;
                var spec = known.FirstOrDefault(s => s.Takes(name))
                    ?? throw new SqlError(Codes.UnknownOption, option.Name.Span, $"no option '{name}' for {what}.{Suggestions.OrList(name, known.Select(s => s.Name), "There are")}");
                if (values.ContainsKey(name)) throw new SqlError(Codes.Repeated, option.Name.Span, $"the option '{name}' stands twice.");
                values[name] = "";
                values[name] = Checked(Value(option), spec, option.ValueSpan);
            });
        }
        foreach (var spec in known)
        {
            if (!spec.Required || values.ContainsKey(spec.Name) || known.First(s => s.Name == spec.Name) != spec) continue;
            // One mistake is told once: a name that was meant for this one has its own error.
            if (options.Any(o => known.All(s => s.Name != o.Name.Text) && Suggestions.Nearest(o.Name.Text, known.Select(s => s.Name)) == spec.Name)) continue;
            compilation.Findings.Error(Codes.MissingOption, owner, $"the option '{spec.Name}' is missing for {what}: {spec.Summary}");
            valid = false;
        }
        isValid = valid;
        return new Options(values);
    }

    /// <summary>" Is 'conector' a slip of it?" where an option that nobody knows is near a name; else nothing.</summary>
    public static string Slip(string name, IEnumerable<OptionSyntax> options) =>
        Suggestions.Nearest(name, options.Select(o => o.Name.Text)) is { } near ? $" Is '{near}' a slip of it?" : "";

    /// <summary>The value of an option with variables and secrets filled in.</summary>
    public string Value(OptionSyntax option) => option.Kind switch
    {
        OptionValueKind.Secret => Secret(option),
        OptionValueKind.Text => Fill(option),
        _ => option.Value,
    };

    string Secret(OptionSyntax option)
    {
        var value = compilation.Options.Secrets is { } secrets ? secrets(option.Value) : FromEnvironment(option);
        return value ?? throw new SqlError(Codes.MissingVariable, option.ValueSpan,
            $"the secret '{option.Value}' is not set. Set the environment variable {option.Value}, or {option.Value}_FILE to the path of a file that holds it.");
    }

    static string? FromEnvironment(OptionSyntax option)
    {
        if (Environment.GetEnvironmentVariable(option.Value) is { } value) return value;
        if (Environment.GetEnvironmentVariable(option.Value + "_FILE") is not { } file) return null;
        try
        {
            return File.ReadAllText(file).TrimEnd('\r', '\n');
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new SqlError(Codes.MissingVariable, option.ValueSpan, $"the secret '{option.Value}' stands in a file that cannot be read: {error.Message}");
        }
    }

    [GeneratedRegex(@"\$\{([^}]*)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Variable();

    string Fill(OptionSyntax option)
    {
        if (!option.Value.Contains("${", StringComparison.Ordinal)) return option.Value;
        var missing = new List<string>();
        var filled = Variable().Replace(option.Value, match =>
        {
            var name = match.Groups[1].Value;
            if (name.Length > 0 && compilation.Options.Variables(name) is { } value) return value;
            missing.Add(name);
            return "";
        });
        if (missing.Count == 0) return filled;
        var first = missing[0];
        throw new SqlError(Codes.MissingVariable, option.ValueSpan, first.Length == 0 ? "${} names no variable."
            : $"${{{string.Join("}, ${", missing.Distinct())}}} is not set. Set the environment variable {first}, or pass --set {first}=value.");
    }

    static string Checked(string value, OptionSpec spec, Span span)
    {
        SqlError Bad(string expected) => new(Codes.BadOption, span, $"'{spec.Name}' is '{(spec.Kind == "secret" ? "***" : Short(value))}'; {expected} was expected. {spec.Summary}");
        switch (spec.Kind)
        {
            case "text" or "path" or "secret" or "columns": return value;
            case "integer":
                return long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _) ? value : throw Bad("a whole number");
            case "number":
                return double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? value : throw Bad("a number");
            case "boolean":
                return value.ToLowerInvariant() is var flag and ("true" or "false") ? flag : throw Bad("true or false");
            case "duration":
                return Duration(value) is null ? throw Bad("a duration such as '30 seconds'") : value;
            default:
                var words = spec.Kind.Split('|');
                if (words.Contains(value)) return value;
                throw new SqlError(Codes.BadOption, span, $"'{spec.Name}' is '{Short(value)}'; one of {string.Join(", ", words.Select(w => $"'{w}'"))} was expected.{Suggestions.For(value, words)}");
        }
    }

    static string Short(string value) => value.Length <= 60 ? value : value[..57] + "...";

    /// <summary>A length of time without months, at least 0, or null where the text is none.</summary>
    public static TimeSpan? Duration(string value)
    {
        if (!ValueText.TryParseInterval(Encoding.UTF8.GetBytes(value), out var interval) || !interval.IsFixed) return null;
        var microseconds = (Int128)interval.Days * Interval.MicrosecondsPerDay + interval.Microseconds;
        return microseconds < 0 || microseconds > TimeSpan.MaxValue.Ticks / TimeSpan.TicksPerMicrosecond ? null : TimeSpan.FromMicroseconds((long)microseconds);
    }
}

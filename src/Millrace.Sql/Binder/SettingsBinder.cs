using System.Collections.Immutable;
using System.Globalization;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>SET name = value.</summary>
internal static class SettingsBinder
{
    public static Settings Bind(Compilation compilation, SetSetting statement, Settings settings)
    {
        var name = statement.Option.Name;
        if (Settings.Specs.All(s => s.Name != name.Text))
            throw new SqlError(Codes.UnknownSetting, name.Span, $"no setting '{name}'.{Suggestions.OrList(name.Text, Settings.Specs.Select(s => s.Name), "There are")}");
        var values = new OptionsBinder(compilation).Bind([statement.Option], Settings.Specs, "SET", name.Span, out var isValid);
        if (!isValid) throw SqlError.ToldBefore;
        var text = values.Text(name.Text, "");
        SqlError Bad(string expected) => new(Codes.BadOption, statement.Option.ValueSpan, $"'{name}' is '{text}'; {expected} was expected.");
        int Number(int least, int most) => long.Parse(text, CultureInfo.InvariantCulture) is var n && n >= least && n <= most ? (int)n : throw Bad($"a whole number from {least} to {most}");
        switch (name.Text)
        {
            case "commit_interval":
                var interval = OptionsBinder.Duration(text)!.Value;
                if (interval < TimeSpan.FromMilliseconds(1) || interval > TimeSpan.FromHours(1)) throw Bad("1 millisecond to 1 hour");
                return settings with { CommitInterval = interval };
            case "checkpoints.keep": return settings with { CheckpointsKept = Number(1, 10_000) };
            case "checkpoints.keep_for":
                var age = OptionsBinder.Duration(text)!.Value;
                return age >= TimeSpan.Zero && age <= TimeSpan.FromDays(1) ? settings with { CheckpointsKeptFor = age } : throw Bad("0 seconds to 1 day");
            case "checkpoints.folder": return settings with { CheckpointFolder = text };
            case "lanes": return settings with { Lanes = Number(0, 64) };
            case "memory.limit": return settings with { MemoryLimitBytes = Bytes(text) ?? throw Bad("a size such as '512 MB'") };
            case "batch_rows": return settings with { BatchRows = Number(1, 65_536) };
            case "optimizer.off": return settings with { RulesOff = Rules(text, Bad) };
            default: return settings with { QueueLength = Number(1, 4_096) };
        }
    }

    static ImmutableHashSet<string> Rules(string text, Func<string, SqlError> bad)
    {
        var names = text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (names is ["all"]) return [.. Settings.RuleNames];
        return names.All(Settings.RuleNames.Contains) ? [.. names] : throw bad($"'all' or names of {string.Join(", ", Settings.RuleNames)}");
    }

    /// <summary>'512 MB', '1.5 GiB', '1000000'; units are powers of 1000, with i of 1024. Null where it is none.</summary>
    public static long? Bytes(string text)
    {
        var trimmed = text.AsSpan().Trim();
        var digits = 0;
        while (digits < trimmed.Length && (char.IsAsciiDigit(trimmed[digits]) || trimmed[digits] == '.')) digits++;
        long? unit = trimmed[digits..].Trim().ToString().ToUpperInvariant() switch
        {
            "" or "B" => 1,
            "KB" or "K" => 1_000,
            "MB" or "M" => 1_000_000,
            "GB" or "G" => 1_000_000_000,
            "TB" or "T" => 1_000_000_000_000,
            "KIB" => 1L << 10,
            "MIB" => 1L << 20,
            "GIB" => 1L << 30,
            "TIB" => 1L << 40,
            _ => null,
        };
        if (unit is null || !decimal.TryParse(trimmed[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) || number > 1_000_000_000_000_000) return null;
        var bytes = number * unit.Value;
        return bytes > long.MaxValue ? null : (long)bytes;
    }
}

using System.CommandLine;
using System.Text;
using Millrace.Cli.Commands;

namespace Millrace.Cli;

/// <summary>The reference of the command line (docs/reference/cli.md), written from the commands' own definitions so that it cannot lag behind.</summary>
public static class CliReference
{
    /// <summary>The page as Markdown.</summary>
    public static string Write()
    {
        var page = new StringBuilder();
        page.Append("# Command line\n\n");
        page.Append("This page is written from the command definitions; a test compares the two. Run the tests with `MILLRACE_UPDATE=1` to write it anew.\n\n");
        page.Append("| command | what |\n|---|---|\n");
        var commands = Leaves(CommandList.Root(), "").ToList();
        foreach (var (name, command) in commands) page.Append($"| [`{Usage(name, command)}`](#{name.Replace(' ', '-')}) | {command.Description} |\n");
        page.Append("\nEvery command takes `--help`. Results go to standard output, messages to standard error; colours only to a terminal, and not where `NO_COLOR` is set.\n");
        foreach (var (name, command) in commands) Write(name, command, page);
        page.Append("\n## Exit codes\n\n| code | meaning |\n|---|---|\n");
        foreach (var (code, meaning) in ExitCodes.All) page.Append($"| {code} | {meaning} |\n");
        return page.ToString();
    }

    /// <summary>The commands that do something, by their whole names.</summary>
    static IEnumerable<(string Name, Command Command)> Leaves(Command parent, string path) =>
        parent.Subcommands.SelectMany(c => c.Subcommands.Count > 0 ? Leaves(c, path + c.Name + " ") : [(path + c.Name, c)]);

    static void Write(string name, Command command, StringBuilder page)
    {
        page.Append($"\n## {name}\n\n    millrace {Usage(name, command)}\n\n{command.Description}\n\n| argument or option | what |\n|---|---|\n");
        foreach (var argument in command.Arguments) page.Append($"| `{argument.Name}` | {Cell(argument.Description)}{Default(argument.HasDefaultValue, argument.GetDefaultValue)} |\n");
        foreach (var option in command.Options)
            if (option is not System.CommandLine.Help.HelpOption)
                page.Append($"| `{Shown(option)}` | {Cell(option.Description)}{(option.Required ? " Required." : "")}{Default(option.HasDefaultValue && option.ValueType != typeof(bool), option.GetDefaultValue)} |\n");
    }

    static string Usage(string name, Command command) =>
        string.Join(' ', command.Arguments.Select(a => a.Arity.MinimumNumberOfValues == 0 || a.HasDefaultValue ? $"[{a.Name}]" : a.Name).Prepend(name)) + (command.Options.Count > 1 ? " [options]" : "");

    static string Shown(Option option) => option.ValueType == typeof(bool) ? option.Name : $"{option.Name} {option.HelpName ?? "WORD"}";

    static string Default(bool has, Func<object?> value) => has && value() is { } found && found.ToString() is { Length: > 0 } text ? $" Default: `{text}`." : "";

    static string Cell(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal);
}

using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using Millrace.Cli.Output;
using Millrace.Connectors;

namespace Millrace.Cli;

/// <summary>Mistakes in the command line, each with what was probably meant.</summary>
static class UsageErrors
{
    /// <summary>Prints what is wrong; false where nothing is.</summary>
    public static bool Report(ParseResult parsed)
    {
        if (parsed.Action is { } action && action is not ParseErrorAction && action.Terminating && parsed.CommandResult.Command.Action != action) return false; // --help and --version
        var command = parsed.CommandResult;
        // What does not fit leads to further errors that only distract.
        var messages = StrayOptions(command).ToList();
        if (messages.Count == 0) messages.AddRange(parsed.UnmatchedTokens.Take(1).Select(t => Stray(t, command)));
        if (messages.Count == 0) messages.AddRange(parsed.Errors.Select(e => e.Message).Distinct());
        if (messages.Count == 0) return false;
        foreach (var message in messages.Distinct()) Terminal.Error(message);
        Terminal.Hint($"'{PathOf(command)} --help' shows what there is.");
        return true;
    }

    /// <summary>An unknown option would else be taken as the text of an argument.</summary>
    static IEnumerable<string> StrayOptions(CommandResult command)
    {
        var isAfterDashes = false;
        var tokens = command.Tokens.Concat(command.Children.OfType<ArgumentResult>().SelectMany(a => a.Tokens)).Distinct();
        foreach (var token in tokens)
        {
            isAfterDashes |= token.Type == TokenType.DoubleDash;
            if (!isAfterDashes && token.Value.Length > 2 && token.Value.StartsWith("--", StringComparison.Ordinal) && !token.Value.Contains(' ')) yield return UnknownOption(token.Value, command);
        }
    }

    static string Stray(string token, CommandResult command) =>
        token.StartsWith('-') ? UnknownOption(token, command)
        : command.Command.Subcommands.Count > 0 ? $"There is no command '{token}'.{Meant(token, command.Command.Subcommands.Select(c => c.Name))}"
        : $"'{PathOf(command)}' takes no further argument '{token}'.";

    static string UnknownOption(string token, CommandResult command)
    {
        var name = token.Split('=')[0];
        return $"'{PathOf(command)}' has no option '{name}'.{Meant(name, command.Command.Options.Select(o => o.Name))}";
    }

    static string Meant(string found, IEnumerable<string> known) => Nearest.To(found, known, 1) is [var name] ? $" Did you mean '{name}'?" : "";

    static string PathOf(CommandResult command) => command.Parent is CommandResult parent ? $"{PathOf(parent)} {command.Command.Name}" : command.Command.Name;
}

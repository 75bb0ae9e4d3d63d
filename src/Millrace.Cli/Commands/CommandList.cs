using System.CommandLine;
using System.CommandLine.Help;

namespace Millrace.Cli.Commands;

/// <summary>What <c>millrace</c> can do: one file a command, one line here.</summary>
public static class CommandList
{
    /// <summary>The commands, in the order of the help.</summary>
    public static IReadOnlyList<ICommand> All { get; } =
    [
        new DemoCommand(),
        new RunCommand(),
        new CheckCommand(),
        new TestCommand(),
        new QueryCommand(),
        new ExplainCommand(),
        new ChartCommand(),
        new ReplayCommand(),
        new CheckpointsCommand(),
        new FunctionsCommand(),
    ];

    /// <summary>The whole command line.</summary>
    public static Command Root()
    {
        var help = new HelpOption();
        var root = new Command("millrace", "Real-time analytics: reads event streams, cleans and analyses them in event time, stores the results and shows them live.") { help, new VersionOption() };
        foreach (var command in All) root.Add(command.Create());
        root.SetAction(parsed =>
        {
            ((HelpAction)help.Action!).Invoke(parsed);
            return ExitCodes.Usage;
        });
        return root;
    }
}

/// <summary>One command of the command line.</summary>
public interface ICommand
{
    /// <summary>Its name, arguments, options and what it does.</summary>
    Command Create();
}

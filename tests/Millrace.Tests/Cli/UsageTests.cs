namespace Millrace.Tests.Cli;

public sealed class UsageTests
{
    [Theory]
    [InlineData("qeury x", "error: There is no command 'qeury'. Did you mean 'query'?\n'millrace --help' shows what there is.\n")]
    [InlineData("run --prot 3 pipe.sql", "error: 'millrace run' has no option '--prot'. Did you mean '--port'?\n'millrace run --help' shows what there is.\n")]
    [InlineData("run --bogus", "error: 'millrace run' has no option '--bogus'.\n'millrace run --help' shows what there is.\n")]
    [InlineData("run a.sql b.sql", "error: 'millrace run' takes no further argument 'b.sql'.\n'millrace run --help' shows what there is.\n")]
    [InlineData("run --port x pipe.sql", "error: --port is 'x'; it is a whole number from 0 to 65535.\n'millrace run --help' shows what there is.\n")]
    [InlineData("run --port 70000 pipe.sql", "error: --port is '70000'; it is a whole number from 0 to 65535.\n'millrace run --help' shows what there is.\n")]
    [InlineData("query --csv --json x", "error: --csv and --json cannot both be given.\n'millrace query --help' shows what there is.\n")]
    [InlineData("chart revenue --out a.png", "error: --out 'a.png' must end in .svg or .html.\n'millrace chart --help' shows what there is.\n")]
    [InlineData("run pipe.sql --set DATA", "error: --set DATA: expected NAME=value.\n")]
    public async Task A_wrong_command_line_ends_with_2_and_says_what_was_meant(string arguments, string expected)
    {
        using var folder = new CliFolder();
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, arguments.Split(' '));
        Assert.Equal((2, "", expected), (code, output, errors));
    }

    [Fact]
    public async Task Without_a_command_the_help_is_shown()
    {
        using var folder = new CliFolder();
        var (code, output, _) = await MillraceProcess.RunAsync(folder.Path);
        Assert.Equal(2, code);
        Assert.Contains("millrace [command] [options]", output);
        Assert.Contains("run <FILE>", output);
    }

    [Fact]
    public async Task Help_of_a_command_ends_with_0()
    {
        using var folder = new CliFolder();
        var (code, output, errors) = await MillraceProcess.RunAsync(folder.Path, "run", "--help");
        Assert.Equal((0, ""), (code, errors));
        Assert.Contains("millrace run <FILE> [options]", output);
    }

    [Fact]
    public async Task A_missing_file_names_its_neighbours()
    {
        using var folder = new CliFolder();
        var (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "run", "pip.sql");
        Assert.Equal((1, "error: There is no file 'pip.sql'; there is 'pipe.sql'.\n"), (code, errors));
    }

    [Fact]
    public async Task A_folder_is_no_file()
    {
        using var folder = new CliFolder();
        var (code, _, errors) = await MillraceProcess.RunAsync(folder.Path, "check", ".");
        Assert.Equal((1, "error: '.' is a folder; name a SQL file in it.\n"), (code, errors));
    }
}

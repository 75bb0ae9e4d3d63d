using System.Diagnostics;
using System.Text;

namespace Millrace.Tests.Cli;

/// <summary>The real program as a process of its own, in a folder of its own.</summary>
sealed class MillraceProcess : IDisposable
{
    static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2); // against a hang only

    readonly Process _process;
    readonly StringBuilder _output = new();
    readonly StringBuilder _errors = new();
    readonly Dictionary<string, TaskCompletionSource<string>> _awaited = [];

    MillraceProcess(string folder, IReadOnlyList<string> program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program[0], program.Skip(1)) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "Millrace.Cli.dll"));
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        start.Environment["NO_COLOR"] = "1";
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, e) => Take(_output, e.Data);
        _process.ErrorDataReceived += (_, e) => Take(_errors, e.Data);
        _process.Start();
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public static MillraceProcess Start(string folder, params string[] arguments) => new(folder, ["dotnet"], arguments);

    /// <summary>Starts it under a program that watches it; the process is the program's own.</summary>
    public static MillraceProcess StartUnder(IReadOnlyList<string> program, string folder, params string[] arguments) => new(folder, program, arguments);

    /// <summary>Runs to the end.</summary>
    public static async Task<(int Code, string Output, string Errors)> RunAsync(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        return await process.EndAsync();
    }

    /// <summary>Waits for a line of standard output that holds a text.</summary>
    public async Task<string> LineWithAsync(string text)
    {
        TaskCompletionSource<string> source;
        lock (_awaited)
        {
            foreach (var line in _output.ToString().Split('\n'))
                if (line.Contains(text, StringComparison.Ordinal)) return line;
            _awaited[text] = source = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        var ended = _process.WaitForExitAsync();
        if (await Task.WhenAny(source.Task, ended).WaitAsync(s_patience) == ended && !source.Task.IsCompleted)
        {
            _process.WaitForExit();
            if (!source.Task.IsCompleted) throw new InvalidOperationException($"The process ended without a line '{text}':\n{_output}\n{_errors}");
        }
        return await source.Task;
    }

    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task<(int Code, string Output, string Errors)> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(s_patience);
        _process.WaitForExit(); // until both streams are read to the end
        lock (_awaited) return (_process.ExitCode, _output.ToString(), _errors.ToString());
    }

    void Take(StringBuilder to, string? line)
    {
        if (line is null) return;
        lock (_awaited)
        {
            to.Append(line).Append('\n');
            if (to != _output) return;
            foreach (var (text, source) in _awaited)
                if (line.Contains(text, StringComparison.Ordinal)) source.TrySetResult(line);
        }
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}

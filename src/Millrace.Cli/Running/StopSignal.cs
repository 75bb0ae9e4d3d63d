using System.Runtime.InteropServices;

namespace Millrace.Cli.Running;

/// <summary>Ctrl-C and SIGTERM: the first asks for a clean stop, the second ends the process at once.</summary>
sealed class StopSignal : IDisposable
{
    readonly CancellationTokenSource _source = new();
    readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly List<PosixSignalRegistration> _registrations = [];

    public StopSignal()
    {
        foreach (var signal in (ReadOnlySpan<PosixSignal>)[PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT])
            _registrations.Add(PosixSignalRegistration.Create(signal, On));
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Ends with the first signal.</summary>
    public Task Asked => _asked.Task;

    void On(PosixSignalContext context)
    {
        if (Asked.IsCompleted) return;
        context.Cancel = true;
        _asked.TrySetResult();
        _source.Cancel();
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
        _source.Dispose();
    }
}

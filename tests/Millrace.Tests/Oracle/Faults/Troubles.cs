using Millrace.Connectors;

namespace Millrace.Tests.Oracle.Faults;

/// <summary>The process has ended in the middle of a call: nothing that it does after that reaches the outside.</summary>
sealed class ProcessEnded() : Exception("The process has ended.");

/// <summary>What goes wrong where a process touches the outside: calls that fail, calls of which a part is done, calls whose answer is lost, and calls that are the last thing it does.</summary>
/// <param name="seed">Decides what and when.</param>
/// <param name="most">So often at most; then all is well.</param>
sealed class Troubles(int seed, int most)
{
    readonly Random _random = new(seed);
    readonly int _rate = 3 << new Random(seed).Next(4);
    int _left = most;

    /// <summary>What went wrong so far, in words.</summary>
    public List<string> Told { get; } = [];

    /// <summary>Whether the process has ended.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>The next process begins.</summary>
    public void Begin() => HasEnded = false;

    /// <summary>A random choice that belongs to the same seed.</summary>
    public int Next(int below) => _random.Next(below);

    /// <summary>Something of the outside's own that goes wrong now and then, beside calls.</summary>
    public bool Happens(string what)
    {
        if (_left == 0 || HasEnded || _random.Next(_rate * 20) > 0) return false;
        _left--;
        Told.Add(what);
        return true;
    }

    /// <summary>Does a call to the outside, or not, or in part.</summary>
    /// <param name="what">Its name.</param>
    /// <param name="call">All of it.</param>
    /// <param name="part">A part of it; null where it is all or nothing.</param>
    /// <param name="canFail">Whether it may fail; otherwise only the process may end.</param>
    public void Call(string what, Action call, Action? part = null, bool canFail = true)
    {
        if (HasEnded) throw new ProcessEnded();
        if (_left == 0 || _random.Next(_rate) > 0)
        {
            call();
            return;
        }
        _left--;
        var (done, extent) = _random.Next(3) switch { 0 => (null, "before"), 1 => (part, part is null ? "before" : "within"), _ => (call, "after") };
        HasEnded = !canFail || _random.Next(2) == 0;
        Told.Add($"{(HasEnded ? "the process ends" : "failure")} {extent} {what}");
        done?.Invoke();
        throw HasEnded ? new ProcessEnded() : new ConnectorException(Fault.External, $"Simulated: {Told[^1]}.");
    }
}

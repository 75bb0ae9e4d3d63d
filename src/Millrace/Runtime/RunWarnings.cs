namespace Millrace.Runtime;

/// <summary>What somebody should know of a run that goes on all the same. Thread-safe.</summary>
sealed class RunWarnings
{
    readonly Lock _lock = new();
    readonly List<(string About, string Text)> _said = [];

    /// <summary>All of them, oldest first.</summary>
    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock) return [.. _said.Select(s => s.Text)];
        }
    }

    /// <summary>Says something; of several that are about the same the last one counts.</summary>
    public void Say(string about, string text)
    {
        lock (_lock)
        {
            _said.RemoveAll(s => s.About == about);
            _said.Add((about, text));
        }
    }

    /// <summary>Says no longer what was said about something.</summary>
    public void Withdraw(string about)
    {
        lock (_lock) _said.RemoveAll(s => s.About == about);
    }
}

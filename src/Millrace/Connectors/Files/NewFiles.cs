using System.Collections.Concurrent;

namespace Millrace.Connectors.Files;

/// <summary>Files that appear while each file of a source is a partition: looked for by a timer and dealt out in turn to partitions that were kept for them.</summary>
/// <remarks>There is a number of such places; when all have a file, the next one ends the oldest. So each is followed until <see cref="Places"/> more have come.</remarks>
sealed class NewFiles : IDisposable
{
    /// <summary>How many files that came later are followed at the same time.</summary>
    public const int Places = 16;

    readonly FilePattern _pattern;
    readonly KnownFiles _known;
    readonly ConcurrentQueue<string>[] _waiting = [.. Enumerable.Range(0, Places).Select(_ => new ConcurrentQueue<string>())];
    readonly Lock _lock = new();
    readonly ITimer _timer;
    int _next;
    ConnectorException? _error;

    public NewFiles(FilePattern pattern, KnownFiles known, TimeProvider clock)
    {
        (_pattern, _known) = (pattern, known);
        _timer = clock.CreateTimer(_ => Look(), null, FilePartition.LookEvery, FilePartition.LookEvery);
    }

    void Look()
    {
        if (!_lock.TryEnter()) return; // a slow folder: the look before is still at it
        try
        {
            foreach (var path in _pattern.Find())
                if (_known.TakeIfNew(path)) _waiting[_next++ % Places].Enqueue(path);
        }
        catch (ConnectorException e)
        {
            _error = e;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file that went while it was looked at; the next look sees what there is.
        }
        finally
        {
            _lock.Exit();
        }
    }

    /// <summary>Whether a place has a file that nobody has begun, or an error to tell.</summary>
    public bool Has(int place) => !_waiting[place].IsEmpty || Volatile.Read(ref _error) is not null;

    /// <summary>Takes the next file of a place.</summary>
    /// <exception cref="ConnectorException">The folder cannot be read any more.</exception>
    public bool TryTake(int place, out string path)
    {
        if (Volatile.Read(ref _error) is { } error) throw error;
        return _waiting[place].TryDequeue(out path!);
    }

    public void Dispose() => _timer.Dispose();
}

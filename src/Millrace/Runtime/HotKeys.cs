using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.State;

namespace Millrace.Runtime;

/// <summary>A key and its share of the rows.</summary>
/// <param name="Key">Column = value, in the words of SQL.</param>
/// <param name="Share">0 to 1, from a sample.</param>
public sealed record HotKey(string Key, double Share);

/// <summary>Which keys most rows have: one row of each batch is looked at and counted by the Space-Saving algorithm (Metwally, Agrawal and El Abbadi 2005) in 32 counters.</summary>
/// <remarks>A hash a batch; the text of a key is made when it was seen for the third time, so streams of ever new keys allocate nothing. Thread-safe.</remarks>
sealed class HotKeys(ImmutableArray<ImmutableArray<int>> keys)
{
    const int Counters = 32, NameAt = 3;
    /// <summary>What has less than this share of the sample is not hot.</summary>
    const double LeastShare = 0.01;

    readonly Lock _lock = new();
    readonly ulong[] _hashes = new ulong[Counters];
    readonly long[] _counts = new long[Counters];
    readonly long[] _errors = new long[Counters];
    readonly string?[] _names = new string?[Counters];
    long _samples;
    uint _next = 1;

    /// <summary>Looks at one row of a batch, or of some rows of it.</summary>
    public void Sample(int input, Batch batch, Column<int>? rows = null)
    {
        var columns = keys[input];
        var count = rows?.Length ?? batch.RowCount;
        if (columns.IsEmpty || count == 0 || batch.Partial is not null) return; // whose rows were looked at before
        _next = _next * 1664525 + 1013904223; // a fixed sequence, so that runs repeat
        var row = (int)((ulong)_next * (uint)count >> 32);
        if (rows is not null) row = rows[row];
        Span<ulong> hash = stackalloc ulong[1];
        KeyHash.Compute(batch, columns, [row], hash);
        lock (_lock)
        {
            _samples++;
            var slot = _hashes.AsSpan().IndexOf(hash[0]);
            if (slot < 0 || _counts[slot] == 0)
            {
                slot = 0;
                for (var i = 1; i < Counters; i++)
                    if (_counts[i] < _counts[slot]) slot = i;
                (_hashes[slot], _errors[slot], _names[slot]) = (hash[0], _counts[slot], null);
            }
            _counts[slot]++;
            if (_names[slot] is null && _counts[slot] - _errors[slot] >= NameAt) _names[slot] = Name(batch, columns, row);
        }
    }

    static string Name(Batch batch, ImmutableArray<int> columns, int row) =>
        string.Join(", ", columns.Select(c => $"{batch.Schema[c].Name} = {(batch[c].IsNull(row) ? "NULL" : ValueText.Format(batch[c], row))}"));

    /// <summary>The hottest keys, hottest first; none where all are about alike.</summary>
    public IReadOnlyList<HotKey> Top(int count)
    {
        lock (_lock)
        {
            if (_samples == 0) return [];
            return [.. Enumerable.Range(0, Counters).Where(i => _names[i] is not null).Select(i => new HotKey(_names[i]!, (double)(_counts[i] - _errors[i]) / _samples))
                .Where(k => k.Share >= LeastShare).OrderByDescending(k => k.Share).ThenBy(k => k.Key, StringComparer.Ordinal).Take(count)];
        }
    }
}

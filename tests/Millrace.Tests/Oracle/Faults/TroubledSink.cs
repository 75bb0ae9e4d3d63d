using System.Globalization;
using Millrace.Connectors;
using Millrace.Data;

namespace Millrace.Tests.Oracle.Faults;

/// <summary>What a sink has written: outlives the process.</summary>
sealed class Target
{
    readonly bool _isStaged;
    readonly Troubles _troubles;
    long _applied;
    int _durable;

    /// <summary>A target that is empty.</summary>
    /// <param name="isStaged">Whether it is written before the commit and cut back, or after it and left out by version.</param>
    /// <param name="troubles">What goes wrong.</param>
    public Target(bool isStaged, Troubles troubles) => (_isStaged, _troubles) = (isStaged, troubles);

    /// <summary>Every change in the order in which it was told.</summary>
    public List<(long Version, object?[] Row, int Weight)> Changes { get; } = [];

    /// <summary>The sink of the next process. Of what the last one wrote and did not flush a part may be lost.</summary>
    public ISink Open()
    {
        if (_isStaged && Changes.Count > _durable) Cut(_durable + _troubles.Next(Changes.Count - _durable + 1));
        return new Sink(this);
    }

    /// <summary>Forgets what came after a version.</summary>
    public void GoBack(long version)
    {
        Changes.RemoveAll(c => c.Version > version);
        _durable = Math.Min(_durable, Changes.Count);
        _applied = Math.Min(_applied, version);
    }

    void Cut(int count) => Changes.RemoveRange(count, Changes.Count - count);

    sealed class Sink(Target target) : ISink
    {
        public bool IsStaged { get; } = target._isStaged;
        public long AppliedVersion => target._applied;

        public void Open(Schema schema, IReadOnlyList<int> key, string? position) => target._troubles.Call("the opening of a sink", () =>
        {
            if (position is null) (target._applied, position) = (0, "0");
            else if (!IsStaged) return;
            var count = int.Parse(position, CultureInfo.InvariantCulture);
            if (count > target._durable) throw new WrongAnswer($"a sink is opened at {count} rows and has {target._durable}");
            target.Cut(count);
            target._durable = count;
        });

        public void Write(IReadOnlyList<Batch> changes, long version)
        {
            if (!IsStaged && version <= target._applied) return;
            var rows = changes.SelectMany(b => Enumerable.Range(0, b.RowCount).Select(i => (version, EngineRun.Values(b, i), b.Weights?[i] ?? 1))).ToList();
            target._troubles.Call($"the writing of version {version} to a sink", () =>
            {
                target.Changes.AddRange(rows);
                if (!IsStaged) target._applied = version;
            }, IsStaged ? () => target.Changes.AddRange(rows.Take(rows.Count / 2)) : null);
        }

        public string Flush()
        {
            if (!IsStaged) return target._applied.ToString(CultureInfo.InvariantCulture);
            target._troubles.Call("the flushing of a sink", () => target._durable = target.Changes.Count);
            return target._durable.ToString(CultureInfo.InvariantCulture);
        }

        public void Dispose()
        {
        }
    }
}

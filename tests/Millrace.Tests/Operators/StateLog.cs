using Millrace.Data;
using Millrace.Functions;
using Millrace.Operators;
using Millrace.State;
using Millrace.Stores;

namespace Millrace.Tests.Operators;

/// <summary>What an operator saved at one barrier after the other, as checkpoints keep it: what changed since the one before.</summary>
sealed class StateLog
{
    readonly List<byte[]> _newestFirst = [];
    readonly StateSaver _saver = new();
    byte[] _common = [];

    /// <summary>Saves what has changed.</summary>
    public void Save(IOperator operation)
    {
        if (operation is not IStateful stateful) return;
        var writer = new StateWriter();
        stateful.SaveCommon(writer);
        _common = writer.Written.ToArray();
        _saver.Begin();
        _saver.BeginState(1);
        stateful.Save(_saver);
        _saver.EndSection();
        _newestFirst.Insert(0, Join(CheckpointBlob.Create(_newestFirst.Count, 1, [_saver.Written])));
    }

    static byte[] Join(IEnumerable<ReadOnlyMemory<byte>> pieces) => [.. pieces.SelectMany(p => p.ToArray())];

    /// <summary>Gives a new operator all that was saved.</summary>
    public void Load(IOperator operation, IOperator like)
    {
        if (operation is not IStateful target) return;
        var reader = new StateReader(_common);
        target.LoadCommon(ref reader);
        Assert.Equal(0, reader.Remaining);
        List<MemoryBlob> blobs = [.. _newestFirst.Select(b => new MemoryBlob(b))];
        foreach (var blob in blobs) CheckpointBlob.Open(blob);
        new SavedState(blobs).Load((in section, entry, _, _) =>
        {
            var one = new StateReader(entry);
            target.Load(section.Part, ref one);
            Assert.Equal(0, one.Remaining);
        });
        target.EndLoad();
        Assert.Equal(((IStateful)like).StateRows, target.StateRows);
    }
}

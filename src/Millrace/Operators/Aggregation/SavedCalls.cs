using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.State;

namespace Millrace.Operators.Aggregation;

/// <summary>Reads groups that were saved by an aggregate with other calls: each call finds its own, those that are gone are passed over, new ones stay empty.</summary>
sealed class SavedCalls : IDisposable
{
    readonly AdoptedGroups _saved;
    readonly AggregateStates?[] _passedStates;
    readonly SlotColumn[] _passedResults;

    /// <summary>For groups that were saved.</summary>
    /// <param name="saved">How they were saved.</param>
    /// <param name="calls">Today's calls.</param>
    /// <param name="memory">What is charged.</param>
    /// <param name="owner">To whom.</param>
    /// <param name="retracts">Whether rows can be taken back.</param>
    public SavedCalls(AdoptedGroups saved, IReadOnlyList<AggregateCall> calls, MemoryAccountant memory, MemoryOwner owner, bool retracts)
    {
        _saved = saved;
        _passedStates = [.. saved.Skipped.Select(c => c?.Function.CreateStates(c.Signature, c.Distinct, owner, retracts && c.Function.CanRetract))];
        foreach (var states in _passedStates) states?.EnsureGroups(1);
        _passedResults = [.. saved.Skipped.Select((c, i) => SlotColumn.Create((c ?? calls[saved.Places[i]]).Signature.Result, memory, owner))];
        foreach (var column in _passedResults) column.EnsureSlots(1);
    }

    /// <summary>Reads the states of a group.</summary>
    public void LoadStates(AggregateStates[] states, int group, ref StateReader reader)
    {
        for (var i = 0; i < _passedStates.Length; i++)
        {
            if (_passedStates[i] is not { } passed) states[_saved.Places[i]].Load(group, ref reader);
            else
            {
                passed.Load(0, ref reader);
                passed.Reset(0);
            }
        }
    }

    /// <summary>Reads a row that was told of a group.</summary>
    /// <param name="columns">Where it is remembered, by call; null where nobody is told there any more.</param>
    /// <param name="group">The group.</param>
    /// <param name="reader">The row.</param>
    public void LoadTold(SlotColumn[]? columns, int group, ref StateReader reader)
    {
        foreach (var column in columns ?? [])
        {
            column.EnsureSlots(group + 1);
            column.SetNull(group);
        }
        for (var i = 0; i < _passedResults.Length; i++)
        {
            if (columns is null || _saved.Places[i] < 0) _passedResults[i].Load(0, ref reader);
            else columns[_saved.Places[i]].Load(group, ref reader);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var states in _passedStates) states?.Dispose();
        foreach (var column in _passedResults) column.Dispose();
    }
}

using Millrace.Functions;
using Millrace.State;

namespace Millrace.Operators;

/// <summary>What an operator remembers, as the engine keeps it: entries by key, and a little that belongs to no key.</summary>
/// <remarks>
/// A state is saved at a barrier, after the operator has told its changes (<see cref="IOperator.Resume"/> has answered false), and loaded into a new operator of the
/// same node before its first message. Loading all that was saved gives an operator that goes on as the first one would have.
/// </remarks>
public interface IStateful
{
    /// <summary>Rows or groups that it keeps.</summary>
    long StateRows { get; }

    /// <summary>Writes what belongs to no key, such as how far time has come. Small: it is written whenever it has changed.</summary>
    void SaveCommon(StateWriter writer);

    /// <summary>Reads back what <see cref="SaveCommon"/> wrote. With another number of lanes than before it is called for each of those, its own place last: what holds for all lanes is the last, what adds up is joined.</summary>
    void LoadCommon(ref StateReader reader);

    /// <summary>Writes the entries that have changed since it was called last.</summary>
    void Save(StateSaver saver);

    /// <summary>Reads back an entry, its key and what was kept under it. Entries come once each, in any order.</summary>
    void Load(long part, ref StateReader reader);

    /// <summary>Everything that was saved has been loaded.</summary>
    void EndLoad() { }

    /// <summary>Whether the entries of a part belong to all lanes rather than to the one that owns their key; one lane saves them.</summary>
    bool IsEverywhere(long part) => false;
}

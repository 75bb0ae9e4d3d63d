using Millrace.Functions;

namespace Millrace.Operators;

/// <summary>What an operator remembers, as the engine keeps it: by key group, with marks of what has changed since it was last saved.</summary>
/// <remarks>
/// A state is saved at a barrier, after the operator has told its changes (<see cref="IOperator.Resume"/> has answered false), and loaded into a new operator of the
/// same node before its first message. Loading all that was saved gives an operator that goes on as the first one would have.
/// </remarks>
public interface IStateful
{
    /// <summary>Rows or groups that it keeps.</summary>
    long StateRows { get; }

    /// <summary>Whether a key group has changed since <see cref="MarkSaved"/>.</summary>
    bool HasChanged(int keyGroup);

    /// <summary>Says that all key groups are saved as they are now.</summary>
    void MarkSaved();

    /// <summary>Writes what belongs to no key, such as how far time has come.</summary>
    void SaveCommon(StateWriter writer);

    /// <summary>Reads back what <see cref="SaveCommon"/> wrote.</summary>
    void LoadCommon(ref StateReader reader);

    /// <summary>Writes the state of a key group, 0 to 255.</summary>
    void Save(int keyGroup, StateWriter writer);

    /// <summary>Reads back what <see cref="Save"/> wrote.</summary>
    void Load(int keyGroup, ref StateReader reader);
}

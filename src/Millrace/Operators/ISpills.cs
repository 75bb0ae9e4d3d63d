namespace Millrace.Operators;

/// <summary>An operator whose state may lie on disk where memory has no room for it.</summary>
interface ISpills
{
    /// <summary>Whether it can, as it is read and over the keys that it has.</summary>
    bool CanSpill { get; }

    /// <summary>Writes the state that is in memory to disk and frees the memory. Called after a barrier whose checkpoint holds that state, or where there are none; nothing is left to say then.</summary>
    void Spill();
}

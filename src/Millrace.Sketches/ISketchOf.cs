namespace Millrace.Sketches;

/// <summary>A sketch of items of one type.</summary>
/// <typeparam name="TSelf">The sketch itself.</typeparam>
/// <typeparam name="T">What it is fed with.</typeparam>
public interface ISketch<TSelf, T> : ISketch<TSelf> where TSelf : ISketch<TSelf, T>
{
    /// <summary>Adds an item.</summary>
    void Update(T item);
}

namespace Millrace.Learning;

/// <summary>A model that takes over what another one has learned from other rows, as if it had seen them itself.</summary>
/// <typeparam name="TSelf">The model itself.</typeparam>
public interface IMergeable<TSelf> where TSelf : IMergeable<TSelf>
{
    /// <summary>Takes over what another one has learned; the other one stays as it is.</summary>
    /// <param name="other">A model of the same features and settings.</param>
    /// <exception cref="ArgumentException">The other one has other features.</exception>
    void Merge(TSelf other);
}

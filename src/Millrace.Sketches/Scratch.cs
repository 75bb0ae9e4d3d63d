namespace Millrace.Sketches;

/// <summary>Room to sort and merge in, one a thread and a type of items, so that a sketch need not carry its own.</summary>
static class Scratch<T>
{
    [ThreadStatic] static T[]? _room;

    /// <summary>A span of a length whose content is left over from the last use; it must not be kept.</summary>
    public static Span<T> Of(int length)
    {
        if (_room is null || _room.Length < length) _room = new T[Math.Max(256, (int)Math.Min(2L * length, Array.MaxLength))];
        return _room.AsSpan(0, length);
    }
}

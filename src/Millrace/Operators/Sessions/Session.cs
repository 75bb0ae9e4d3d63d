namespace Millrace.Operators.Sessions;

/// <summary>A session of one key: the times of its first and last row, and what has become of it.</summary>
struct Session
{
    /// <summary>Of <see cref="Marks"/>: its row has been told on <see cref="Ports.Changes"/> and holds until it is taken back; a bit for each of the first two ports.</summary>
    public const int IsTold = 1;
    /// <summary>Of <see cref="Marks"/>: on either of those ports.</summary>
    public const int IsToldAnywhere = 3;
    /// <summary>Of <see cref="Marks"/>: changed since it was told on <see cref="Ports.Changes"/> and its key group marked.</summary>
    public const int IsTouched = 4;
    /// <summary>Of <see cref="Marks"/>: changed since it was told on <see cref="Ports.OnClose"/>.</summary>
    public const int IsTouchedForClose = 32;
    /// <summary>Of <see cref="Marks"/>: changed for everybody.</summary>
    public const int IsTouchedForAll = IsTouched | IsTouchedForClose;
    /// <summary>Of <see cref="Marks"/>: it stands in the list of those that changed after they were told.</summary>
    public const int IsMoved = 64;
    /// <summary>Of <see cref="Marks"/>: the closed frontier has passed it.</summary>
    public const int IsClosed = 8;
    /// <summary>Of <see cref="Marks"/>: another session has taken its rows; the number is free when its time has passed.</summary>
    public const int IsMerged = 16;

    public long First, Last;
    public int Key;
    /// <summary>The session of the same key before it + 1, or 0.</summary>
    public int Earlier;
    public int Marks;
}

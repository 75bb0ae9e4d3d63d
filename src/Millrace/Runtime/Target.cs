using Millrace.Data;
using Millrace.Time;

namespace Millrace.Runtime;

/// <summary>The far end of an edge, called directly by the near end: the next operator, a queue to another lane, or a collector.</summary>
abstract class Target
{
    /// <summary>A batch; the caller releases it.</summary>
    public abstract void OnBatch(Batch batch);

    /// <summary>Event time has moved on.</summary>
    public abstract void OnFrontier(Frontier frontier);

    /// <summary>The edge has fallen silent and holds time back no longer, or speaks again.</summary>
    public abstract void OnIdle(bool isIdle);

    /// <summary>Whether there is no room further down.</summary>
    public virtual bool IsBlocked => false;
}

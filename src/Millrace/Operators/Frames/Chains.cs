using Millrace.Data;

namespace Millrace.Operators.Frames;

/// <summary>The rows of each partition that are still needed, by slot, from the oldest to the newest: a linked list through arrays, so that a partition costs no object.</summary>
sealed class Chains(MemoryOwner owner) : IDisposable
{
    Link[] _links = [];
    Part[] _parts = [];

    /// <summary>A row's place in its partition.</summary>
    public struct Link
    {
        /// <summary>The row behind it as slot + 1, 0 = none yet.</summary>
        public int Next;
        /// <summary>Whether somebody needs it beyond the chain.</summary>
        public bool IsPinned;
        /// <summary>Its number in the partition, from 0.</summary>
        public long Number;
        /// <summary>The number of its peers' group, from 1.</summary>
        public long Group;
        /// <summary>The number of the first of its peers.</summary>
        public long FirstPeer;
        /// <summary>What RANGE measures distances by.</summary>
        public long Value;
    }

    /// <summary>A partition. Rows are slot + 1, 0 = none.</summary>
    public struct Part
    {
        /// <summary>The oldest row in the chain, the newest, and the first that has no results yet.</summary>
        public int First, Last, Todo;
        /// <summary>Rows that wait for their time.</summary>
        public int Pending;
        /// <summary>Whether it stands in the queue of what is to be forgotten.</summary>
        public bool IsQueued;
        /// <summary>Rows and groups of peers so far.</summary>
        public long Rows, Groups;
        /// <summary>Time of the newest row.</summary>
        public long LastTime;
    }

    /// <summary>The place of a slot.</summary>
    public ref Link this[int slot] => ref _links[slot];

    /// <summary>A partition.</summary>
    public ref Part PartOf(int number) => ref _parts[number];

    public void EnsureSlots(int count)
    {
        if (count <= _links.Length) return;
        var length = Math.Max(count, Math.Max(16, _links.Length * 2));
        owner.Charge(40L * (length - _links.Length));
        Array.Resize(ref _links, length);
    }

    public void EnsureParts(int count)
    {
        if (count <= _parts.Length) return;
        var length = Math.Max(count, Math.Max(16, _parts.Length * 2));
        owner.Charge(48L * (length - _parts.Length));
        Array.Resize(ref _parts, length);
    }

    /// <summary>Appends a row to its partition.</summary>
    /// <param name="number">The partition.</param>
    /// <param name="slot">The row; its value is set.</param>
    /// <param name="beginsGroup">Whether it is not a peer of the row before it.</param>
    public void Append(int number, int slot, bool beginsGroup)
    {
        ref var part = ref _parts[number];
        ref var link = ref _links[slot];
        if (beginsGroup) part.Groups++;
        (link.Next, link.IsPinned, link.Number, link.Group) = (0, false, part.Rows, part.Groups);
        link.FirstPeer = beginsGroup ? part.Rows : _links[part.Last - 1].FirstPeer;
        if (part.Last != 0 && part.First != 0) _links[part.Last - 1].Next = slot + 1;
        else part.First = slot + 1;
        if (part.Todo == 0) part.Todo = slot + 1;
        part.Last = slot + 1;
        part.Rows++;
    }

    public void Dispose()
    {
        owner.Charge(-40L * _links.Length - 48L * _parts.Length);
        (_links, _parts) = ([], []);
    }
}

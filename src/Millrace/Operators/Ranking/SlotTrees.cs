using Millrace.Data;

namespace Millrace.Operators.Ranking;

/// <summary>Sorted sets of slots, one for each partition: treaps whose nodes are the slots themselves (Seidel and Aragon 1996, Algorithmica 16:464-497).</summary>
/// <remarks>
/// A tree is its root, a slot + 1, or 0 where it is empty. Priorities are hashes of slots, so shapes are random and results do not depend on them. Nothing is allocated for a
/// tree; a node costs 8 bytes. Adding and removing compare about 2 log2 of the rows in the tree.
/// </remarks>
sealed class SlotTrees(RowOrder order, MemoryOwner owner) : IDisposable
{
    int[] _left = [], _right = []; // by slot: slot + 1 of the child
    int[] _stack = new int[64];

    /// <summary>Makes room for slots 0 to count - 1.</summary>
    public void EnsureSlots(int count)
    {
        if (count <= _left.Length) return;
        var length = Math.Max(count, Math.Max(16, _left.Length * 2));
        owner.Charge(8L * (length - _left.Length));
        Array.Resize(ref _left, length);
        Array.Resize(ref _right, length);
    }

    /// <summary>Adds a slot; equal rows stand in the order in which they were added.</summary>
    public void Add(ref int root, int slot)
    {
        ref var at = ref root;
        var priority = Priority(slot);
        while (at != 0 && Priority(at - 1) >= priority) at = ref order.Compare(slot, at - 1) < 0 ? ref _left[at - 1] : ref _right[at - 1];
        Split(at, slot, out _left[slot], out _right[slot]);
        at = slot + 1;
    }

    void Split(int node, int slot, out int before, out int after)
    {
        if (node == 0)
        {
            (before, after) = (0, 0);
        }
        else if (order.Compare(node - 1, slot) <= 0)
        {
            Split(_right[node - 1], slot, out var middle, out after);
            _right[node - 1] = middle;
            before = node;
        }
        else
        {
            Split(_left[node - 1], slot, out before, out var middle);
            _left[node - 1] = middle;
            after = node;
        }
    }

    /// <summary>Removes a slot whose row equals that of another one, and gives it; -1 where there is none.</summary>
    public int RemoveEqual(ref int root, int slot)
    {
        ref var at = ref root;
        while (at != 0)
        {
            var result = order.Compare(slot, at - 1);
            if (result == 0)
            {
                var found = at - 1;
                at = Join(_left[found], _right[found]);
                return found;
            }
            at = ref result < 0 ? ref _left[at - 1] : ref _right[at - 1];
        }
        return -1;
    }

    /// <summary>Removes the last slot of a tree that is not empty, and gives it.</summary>
    public int RemoveLast(ref int root)
    {
        ref var at = ref root;
        while (_right[at - 1] != 0) at = ref _right[at - 1];
        var last = at - 1;
        at = _left[last];
        return last;
    }

    /// <summary>The last slot of a tree that is not empty.</summary>
    public int Last(int root)
    {
        while (_right[root - 1] != 0) root = _right[root - 1];
        return root - 1;
    }

    int Join(int before, int after)
    {
        if (before == 0) return after;
        if (after == 0) return before;
        if (Priority(before - 1) >= Priority(after - 1))
        {
            _right[before - 1] = Join(_right[before - 1], after);
            return before;
        }
        _left[after - 1] = Join(before, _left[after - 1]);
        return after;
    }

    /// <summary>The slots of a tree in order; one walk at a time.</summary>
    public Walk Begin(int root) => new(this, root);

    static uint Priority(int slot)
    {
        var x = (uint)slot * 0x9E37_79B1;
        x = (x ^ x >> 15) * 0x85EB_CA77;
        return x ^ x >> 13;
    }

    public void Dispose()
    {
        owner.Charge(-8L * _left.Length);
        (_left, _right) = ([], []);
    }

    /// <summary>Goes through a tree in order.</summary>
    public struct Walk
    {
        readonly SlotTrees _trees;
        int _depth, _next;

        internal Walk(SlotTrees trees, int root) => (_trees, _next) = (trees, root);

        /// <summary>The slot at hand.</summary>
        public int Slot { get; private set; }

        /// <summary>Goes to the next slot.</summary>
        public bool Next()
        {
            for (; _next != 0; _next = _trees._left[_next - 1])
            {
                if (_depth == _trees._stack.Length) Array.Resize(ref _trees._stack, _depth * 2);
                _trees._stack[_depth++] = _next;
            }
            if (_depth == 0) return false;
            Slot = _trees._stack[--_depth] - 1;
            _next = _trees._right[Slot];
            return true;
        }
    }
}

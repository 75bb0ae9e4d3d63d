using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.Stores;

namespace Millrace.Runtime;

/// <summary>Finds out whether saved groups can go on in an aggregate that makes the same groups: calls that are gone are passed over, new ones begin empty.</summary>
static class AdoptedCalls
{
    /// <summary>How today's calls stand in saved groups; null where those cannot go on.</summary>
    /// <param name="saved">The aggregate that saved them.</param>
    /// <param name="calls">What today's calls compute.</param>
    /// <param name="demand">The ports that are read today.</param>
    /// <param name="canAdd">Whether there may be calls that were not saved.</param>
    public static AdoptedGroups? Of(StateNote saved, IReadOnlyList<UInt128> calls, int demand, bool canAdd)
    {
        var places = saved.Calls.Select(c => calls.IndexOf(c.Name)).ToImmutableArray();
        if (!canAdd && Enumerable.Range(0, calls.Count).Any(i => !places.Contains(i))) return null;
        var skipped = ImmutableArray.CreateBuilder<AggregateCall?>();
        for (var i = 0; i < places.Length; i++)
        {
            var call = places[i] < 0 ? CallOf(saved.Calls[i]) : null;
            if (places[i] < 0 && call is null) return null;
            skipped.Add(call);
        }
        return new(saved.Name, places, skipped.ToImmutable(), demand == saved.Demand && calls.SequenceEqual(saved.Calls.Select(c => c.Name)));
    }

    static int IndexOf(this IReadOnlyList<UInt128> calls, UInt128 name)
    {
        for (var i = 0; i < calls.Count; i++)
            if (calls[i] == name) return i;
        return -1;
    }

    /// <summary>A call as it was, so far as its states go by it; null where constants belong to it, of which the note does not tell.</summary>
    static AggregateCall? CallOf(CallNote note)
    {
        if (!note.IsPlain || Aggregates.All.FirstOrDefault(f => f.Name == note.Function) is not { } function) return null;
        var types = note.Types.Chunk(3).Select(t => new DataType((TypeKind)t[0], (byte)t[1], (byte)t[2])).ToArray();
        return function.Resolve(types, note.Distinct) is { } signature ? new(function, signature, [], note.Distinct, -1) : null;
    }
}

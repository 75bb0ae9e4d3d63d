using System.Diagnostics;
using Millrace.Data;

namespace Millrace.Functions.Aggregate;

/// <summary>Which of two texts a group keeps.</summary>
interface ITextChoice
{
    /// <summary>Whether a text that comes later replaces the one kept.</summary>
    static abstract bool Replaces(ReadOnlySpan<byte> kept, ReadOnlySpan<byte> offered);
}

readonly struct LeastText : ITextChoice
{
    public static bool Replaces(ReadOnlySpan<byte> kept, ReadOnlySpan<byte> offered) => offered.SequenceCompareTo(kept) < 0;
}

readonly struct GreatestText : ITextChoice
{
    public static bool Replaces(ReadOnlySpan<byte> kept, ReadOnlySpan<byte> offered) => offered.SequenceCompareTo(kept) > 0;
}

readonly struct FirstText : ITextChoice
{
    public static bool Replaces(ReadOnlySpan<byte> kept, ReadOnlySpan<byte> offered) => false;
}

readonly struct LastText : ITextChoice
{
    public static bool Replaces(ReadOnlySpan<byte> kept, ReadOnlySpan<byte> offered) => true;
}

/// <summary>One text for each group. The bytes are copied out of their heap; their room is reused while the group lives.</summary>
sealed class TextStates<TChoice>(MemoryOwner memory) : AggregateStates where TChoice : ITextChoice
{
    Held[] _held = [];

    struct Held
    {
        public byte[]? Bytes;
        public int Length;
        public readonly ReadOnlySpan<byte> Text => Bytes.AsSpan(0, Length);
    }

    public override void EnsureGroups(int count) => GroupArray.Grow(ref _held, count, memory);

    public override void Add(ReadOnlySpan<Column> arguments, ReadOnlySpan<int> rows, ReadOnlySpan<int> groups, ReadOnlySpan<int> weights)
    {
        Debug.Assert(!weights.ContainsAnyInRange(int.MinValue, -1), "rows are taken back although nobody announced it");
        var column = (TextColumn)arguments[0];
        for (var i = 0; i < groups.Length; i++)
        {
            var row = rows.IsEmpty ? i : rows[i];
            if (!column.IsNull(row)) Offer(groups[i], column[row]);
        }
    }

    /// <summary>The text of a group, if it has one.</summary>
    public bool TryGet(int group, out ReadOnlySpan<byte> text)
    {
        text = _held[group].Text;
        return _held[group].Bytes is not null;
    }

    /// <summary>Adds a text to a group.</summary>
    public void Offer(int group, ReadOnlySpan<byte> text)
    {
        ref var held = ref _held[group];
        if (held.Bytes is null || TChoice.Replaces(held.Text, text)) Keep(ref held, text);
    }

    void Keep(ref Held held, ReadOnlySpan<byte> text)
    {
        var room = held.Bytes?.Length ?? -1;
        if (text.Length > room)
        {
            held.Bytes = new byte[Math.Max(16, text.Length)];
            memory.Charge(held.Bytes.Length - Math.Max(0, room));
        }
        text.CopyTo(held.Bytes);
        held.Length = text.Length;
    }

    public override void Merge(int group, AggregateStates other, int otherGroup)
    {
        var held = ((TextStates<TChoice>)other)._held[otherGroup];
        if (held.Bytes is not null) Offer(group, held.Text);
    }

    public override void Reset(int group)
    {
        memory.Charge(-(_held[group].Bytes?.Length ?? 0));
        _held[group] = default;
    }

    public override void AppendResults(ReadOnlySpan<int> groups, Column results)
    {
        var column = (TextColumn)results;
        foreach (var group in groups)
            if (_held[group].Bytes is null) column.AppendNull();
            else column.Append(_held[group].Text);
    }

    public override void Save(int group, StateWriter writer)
    {
        var isSet = _held[group].Bytes is not null;
        writer.Write(isSet);
        if (isSet) writer.WriteBytes(_held[group].Text);
    }

    public override void Load(int group, ref StateReader reader)
    {
        if (reader.Read<bool>()) Keep(ref _held[group], reader.ReadBytes());
    }

    public override void Dispose()
    {
        for (var i = 0; i < _held.Length; i++) Reset(i);
        GroupArray.Free(ref _held, memory);
    }
}

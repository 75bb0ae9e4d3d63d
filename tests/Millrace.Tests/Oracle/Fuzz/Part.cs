using System.Text;

namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>A piece of a text that can be made simpler: left out where that is sound, or written as one of the pieces that may stand in its place.</summary>
sealed class Part
{
    readonly List<object> _pieces = [];

    public Part(params ReadOnlySpan<object> pieces)
    {
        foreach (var piece in pieces) _pieces.Add(piece);
    }

    /// <summary>Whether the text is sound without it.</summary>
    public bool IsOptional { get; init; }

    /// <summary>What may stand in its place, the simplest first.</summary>
    public List<Part> Instead { get; init; } = [];

    /// <summary>Whether it is left out.</summary>
    public bool IsGone { get; set; }

    /// <summary>What stands in its place, or null.</summary>
    public Part? Chosen { get; set; }

    public Part Add(params ReadOnlySpan<object> pieces)
    {
        foreach (var piece in pieces) _pieces.Add(piece);
        return this;
    }

    /// <summary>The parts that are in the text, outer ones first.</summary>
    public IEnumerable<Part> All()
    {
        if (IsGone) yield break;
        yield return this;
        foreach (var part in Chosen is { } chosen ? chosen.All() : _pieces.OfType<Part>().SelectMany(p => p.All())) yield return part;
    }

    /// <summary>Pieces with something between them; each but the first may be left out.</summary>
    public static Part List(string between, IEnumerable<Part> items)
    {
        var list = new Part();
        foreach (var item in items) list.Add(list._pieces.Count == 0 ? item : new Part(between, item) { IsOptional = true });
        return list;
    }

    void Write(StringBuilder target)
    {
        if (IsGone) return;
        if (Chosen is { } chosen)
        {
            chosen.Write(target);
            return;
        }
        foreach (var piece in _pieces)
        {
            if (piece is Part part) part.Write(target);
            else target.Append(piece).Append(' ');
        }
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        Write(text);
        return text.ToString().Replace("( ", "(", StringComparison.Ordinal).Replace(" )", ")", StringComparison.Ordinal).Replace(" ,", ",", StringComparison.Ordinal).TrimEnd();
    }
}

namespace Millrace.Planning;

/// <summary>A column to sort by.</summary>
public sealed record SortKey(int Column, bool Descending, bool NullsFirst);

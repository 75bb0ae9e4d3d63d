using Millrace.Data;

namespace Millrace.Tests.Oracle.Fuzz;

/// <summary>A column that a generated query can name.</summary>
/// <param name="Text">How it is named: with its table where there are several.</param>
/// <param name="Type">Its type, as far as the generator knows.</param>
/// <param name="IsTime">Whether windows can go by it.</param>
sealed record Column(string Text, DataType Type, bool IsTime = false)
{
    /// <summary>The name without the table.</summary>
    public string Name => Text[(Text.IndexOf('.') + 1)..];
}

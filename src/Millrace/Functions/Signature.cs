using System.Collections.Immutable;
using Millrace.Data;

namespace Millrace.Functions;

/// <summary>What a function takes and gives once it is resolved for some argument types; the binder casts the arguments to <paramref name="Parameters"/>.</summary>
public sealed record Signature(ImmutableArray<DataType> Parameters, DataType Result);

/// <summary>An example of a function: an SQL expression and its value as the command line prints it. Run by a test, shown in the reference.</summary>
public sealed record Example(string Sql, string Result);

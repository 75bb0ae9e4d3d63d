using System.Collections.Immutable;

namespace Millrace.Sql.Syntax;

/// <summary>f(a, b) [WITH ORDINALITY] in FROM; behind other tables it is asked for each of their rows.</summary>
internal sealed record TableFunctionItem(Name Function, ImmutableArray<Expr> Arguments, bool HasOrdinality, Name? Alias, ImmutableArray<Name> Columns, Span Span) : FromItem(Alias, Columns, Span);

using System.Collections.Immutable;
using Millrace.Time;

namespace Millrace.Planning;

/// <summary>CREATE TEST: a run of the pipeline that it stands beside, on rows and a time that it says itself, and what must come out.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Where">Position in the text: sales.sql:14:9.</param>
/// <param name="Steps">What happens, one after the other.</param>
public sealed record TestDefinition(string Name, string Where, ImmutableArray<TestStep> Steps);

/// <summary>One thing that happens in a test.</summary>
/// <param name="Line">Its line in the text, from 1.</param>
public abstract record TestStep(int Line);

/// <summary>GIVEN source VALUES: rows arrive.</summary>
/// <param name="Source">Name of the source.</param>
/// <param name="Rows">Constant rows with the source's physical columns.</param>
/// <param name="Line">Its line in the text.</param>
public sealed record GivenRows(string Source, Values Rows, int Line) : TestStep(Line);

/// <summary>ADVANCE EVENT TIME: rows before a time are no longer expected.</summary>
/// <param name="Source">Name of the source; null = all that have a watermark.</param>
/// <param name="To">The watermark from now on.</param>
/// <param name="Line">Its line in the text.</param>
public sealed record AdvanceEventTime(string? Source, Timestamp To, int Line) : TestStep(Line);

/// <summary>ADVANCE CLOCK: time passes in the outside world.</summary>
/// <param name="By">How much, at least nothing.</param>
/// <param name="Line">Its line in the text.</param>
public sealed record AdvanceClock(TimeSpan By, int Line) : TestStep(Line);

/// <summary>END: no more rows come.</summary>
/// <param name="Source">Name of the source; null = all.</param>
/// <param name="Line">Its line in the text.</param>
public sealed record EndInput(string? Source, int Line) : TestStep(Line);

/// <summary>EXPECT query RETURNS rows: what is stored now.</summary>
/// <param name="Query">A query over stored tables.</param>
/// <param name="Rows">Constant rows with the visible columns of the query.</param>
/// <param name="RowLines">The line of each row in the text.</param>
/// <param name="IsOrdered">Whether their order matters: the query has an ORDER BY.</param>
/// <param name="Line">Its line in the text.</param>
public sealed record Expectation(PlanNode Query, Values Rows, ImmutableArray<int> RowLines, bool IsOrdered, int Line) : TestStep(Line);

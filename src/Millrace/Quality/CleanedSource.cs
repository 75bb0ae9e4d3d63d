using Millrace.Planning;

namespace Millrace.Quality;

/// <summary>What cleaning knows of one source while it runs.</summary>
/// <param name="Definition">The source.</param>
/// <param name="Counters">Its figures.</param>
/// <param name="Raws">How its records may be shown.</param>
/// <param name="Budget">How many may be bad.</param>
sealed record CleanedSource(SourceDefinition Definition, QualityCounters Counters, RawRecords Raws, ErrorBudget Budget);

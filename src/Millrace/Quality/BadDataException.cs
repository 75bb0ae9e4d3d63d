namespace Millrace.Quality;

/// <summary>A record stopped the pipeline, because its source or constraint says FAIL or too many records were bad. The message names rule, record, source, partition and offset.</summary>
public sealed class BadDataException(string message) : Exception(message);

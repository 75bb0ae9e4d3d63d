namespace Millrace.Quality;

/// <summary>A record stopped the pipeline, because its source or constraint says FAIL or too many records were bad. The message names rule, record, source, partition and offset.</summary>
public sealed class BadDataException(string message) : Exception(message)
{
    /// <summary>Where it was found while a source's batch was cleaned: the rows before it are good as far as the operator that found it knows, and nothing of the batch has been passed on. Else null.</summary>
    internal BadRow? Row { get; init; }
}

/// <summary>The row of a batch that stopped the pipeline.</summary>
/// <param name="Number">Its number in the batch as it was read.</param>
/// <param name="Count">Counts it; called once it is sure that no row before it is bad.</param>
readonly record struct BadRow(int Number, Action Count);

namespace Millrace.Tests.Oracle;

/// <summary>
/// A row as the plain evaluator sees it. Values are null, bool, int, long (BIGINT and TIMESTAMP), double, BigInteger (the scaled integer of a DECIMAL), string,
/// <see cref="Data.Interval"/> or byte[].
/// </summary>
/// <param name="Values">In the order of the schema.</param>
/// <param name="Watermark">What was final just before the row in the order of its partition, and so what it must not be behind; the beginning of time where nothing can make it late.</param>
/// <param name="Partition">The partition that it came from.</param>
sealed record PlainRow(object?[] Values, long Watermark = long.MinValue, int Partition = 0)
{
    public object? this[int column] => Values[column];

    /// <summary>The watermark so much earlier.</summary>
    public long Mark(long less) => Watermark < long.MinValue + less ? long.MinValue : Watermark - less;
}

/// <summary>An error of a row: an overflow, a division by zero, a cast that fails.</summary>
sealed class RowError(string message) : Exception(message);

/// <summary>The whole run must fail: a row that cannot be computed under bad_data = 'fail', a sum that does not fit its type.</summary>
sealed class PlainFailure(string message) : Exception(message);

/// <summary>The plain evaluator does not know a node or a function yet.</summary>
sealed class NotInOracle(string what) : Exception(what + " is not known to the plain evaluator: add it in tests/Millrace.Tests/Oracle.");

namespace Millrace.Tests.Oracle;

/// <summary>
/// A row as the plain evaluator sees it. Values are null, bool, int, long (BIGINT and TIMESTAMP), double, BigInteger (the scaled integer of a DECIMAL), string,
/// <see cref="Data.Interval"/> or byte[].
/// </summary>
/// <param name="Values">In the order of the schema.</param>
/// <param name="Watermark">The closed frontier that held just before the row in the order of its partition; the beginning of time where nothing can make the row late.</param>
/// <param name="Partition">The partition that it came from.</param>
sealed record PlainRow(object?[] Values, long Watermark = long.MinValue, int Partition = 0)
{
    public object? this[int column] => Values[column];

    /// <summary>A watermark less the lateness that is allowed: what has an end up to here is late.</summary>
    public long Mark(long allowed) => Watermark < long.MinValue + allowed ? long.MinValue : Watermark - allowed;
}

/// <summary>An error of a row: an overflow, a division by zero, a cast that fails.</summary>
sealed class RowError(string message) : Exception(message);

/// <summary>The whole run must fail: a row that cannot be computed under bad_data = 'fail', a sum that does not fit its type.</summary>
sealed class PlainFailure(string message) : Exception(message);

/// <summary>The plain evaluator does not know a node or a function yet.</summary>
sealed class NotInOracle(string what) : Exception(what + " is not known to the plain evaluator: add it in tests/Millrace.Tests/Oracle.");

namespace Millrace.Connectors.Generators;

/// <summary>What a stream of sales is made by: the same settings give the same bytes.</summary>
sealed record SalesSettings
{
    public required ulong Seed { get; init; }
    /// <summary>Event time of the beginning.</summary>
    public required long StartMicroseconds { get; init; }
    /// <summary>Rows in a second of event time on average.</summary>
    public required double RowsPerSecond { get; init; }
    /// <summary>Rows in all, or null.</summary>
    public long? Rows { get; init; }
    public double Returns { get; init; }
    public double Duplicates { get; init; }
    public double MissingCustomers { get; init; }
    public double BadPrices { get; init; }
    public double Malformed { get; init; }
    public double OutOfOrder { get; init; }
    public long MaxDelayMicroseconds { get; init; }
    public double Late { get; init; }
}

/// <summary>How much of each kind a stream of sales has made so far.</summary>
sealed record SalesCounts
{
    public long Rows { get; set; }
    public long Returns { get; set; }
    public long Duplicates { get; set; }
    public long MissingCustomers { get; set; }
    public long BadPrices { get; set; }
    public long Malformed { get; set; }
    public long OutOfOrder { get; set; }
    public long Late { get; set; }
}

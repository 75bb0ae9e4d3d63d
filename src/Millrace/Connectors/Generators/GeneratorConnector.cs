using System.Globalization;
using System.Text;
using Millrace.Formats;
using Millrace.Stores;
using Millrace.Time;

namespace Millrace.Connectors.Generators;

/// <summary>connector = 'generator': made-up data, the same for the same seed. Template <c>sales</c> for demos and tests of cleaning, <c>rows</c> for measuring.</summary>
public sealed class GeneratorConnector : Connector
{
    /// <inheritdoc/>
    public override string Name => "generator";

    /// <inheritdoc/>
    public override string Summary => "Makes up data: sales of eight shops with dirt at set rates, or plain rows for measuring; the same seed gives the same rows.";

    /// <inheritdoc/>
    public override bool NeedsFormat => false;

    /// <inheritdoc/>
    public override IReadOnlyList<OptionSpec> SourceOptions { get; } =
    [
        new("template", "sales|rows", "sales", "'sales' makes JSON lines with order_id, line, at, shop, country, product, category, quantity, price, customer, payment; 'rows' makes id, key, value, at, text."),
        new("seed", "integer", "1", "The same seed and options give the same rows; at least 0."),
        new("rows", "integer", null, "Rows in all, at least 0; endless unless given."),
        new("rate", "text", null, "Rows in a second of wall time on average, above 0, or 'max'. Default: '100' for sales, 'max' for rows."),
        new("speed", "text", "1x", "sales: seconds of event time in a second of wall time, such as '1440x' for a day a minute. Not used where rate is 'max'."),
        new("rows_per_hour", "number", "3600", "sales: rows in an hour of event time on average where rate is 'max', above 0; otherwise rate and speed give it."),
        new("start", "text", null, "Event time of the first row, ISO 8601. Default: now less the history; 2026-01-01 for rows."),
        new("history", "duration", "0 seconds", "sales: event time before now whose rows come at once, so that charts are not empty at the start."),
        new("returns", "number", "0.02", "sales: share of lines with a negative quantity, 0 to 1."),
        new("dirt", "number", "1", "sales: multiplies all shares of dirt, at least 0; '0' makes clean data."),
        new("dirt.duplicates", "number", "0.005", "sales: share of lines that come a second time, 0 to 1."),
        new("dirt.missing_customers", "number", "0.02", "sales: share of lines whose customer is null, empty or not there, 0 to 1."),
        new("dirt.bad_prices", "number", "0.003", "sales: share of lines whose price is 0, negative or 10,000 times too high, 0 to 1."),
        new("dirt.malformed", "number", "0.002", "sales: share of lines that are cut off or damaged, 0 to 1."),
        new("dirt.out_of_order", "number", "0.05", "sales: share of lines that come later than others with a later time, 0 to 1."),
        new("dirt.max_delay", "duration", "2 minutes", "sales: event time by which lines out of order come later, at most."),
        new("dirt.late", "number", "0.001", "sales: share of lines that come one to six hours late, 0 to 1."),
        new("keys", "integer", "1000", "rows: number of keys, 1 to 10,000,000."),
        new("texts", "few|new", "few", "rows: whether text is one of 100, or never the same again."),
        new("step", "duration", "1 millisecond", "rows: event time between two rows."),
        new("disorder", "duration", "0 seconds", "rows: event time by which a row may be earlier than its place says."),
    ];

    /// <inheritdoc/>
    public override bool IsBounded(string source, Options options) => options.TextOrNull("rows") is not null;

    /// <inheritdoc/>
    public override ISource CreateSource(SourceContext context) => new GeneratorSource(context);
}

/// <summary>One partition of made-up data.</summary>
sealed class GeneratorSource(SourceContext context) : ISource
{
    static readonly Timestamp s_rowsStart = Timestamp.From(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    readonly Options _options = context.Options;

    bool IsSales => _options.Text("template", "sales") == "sales";

    public bool IsBounded => _options.TextOrNull("rows") is not null;
    public string? Format => IsSales ? "json" : null;

    public ValueTask<IReadOnlyList<IPartition>> OpenAsync(IReadOnlyList<SourcePosition> from, CancellationToken stop)
    {
        var seed = Whole("seed", 1, 0, long.MaxValue);
        long? rows = IsBounded ? Whole("rows", 0, 0, long.MaxValue) : null;
        var rate = RateOf(IsSales ? "100" : "max");
        var at = from.FirstOrDefault();
        IPartition partition = IsSales ? Sales((ulong)seed, rows, rate, at) : new RowsPartition(new(
            (ulong)seed, Start() ?? s_rowsStart.Microseconds, rows, rate, (int)Whole("keys", 1000, 1, 10_000_000), _options.Text("texts", "few") == "new",
            Microseconds("step", TimeSpan.FromMilliseconds(1)), Microseconds("disorder", TimeSpan.Zero)), context.Schema, at?.Position ?? 0);
        return new([partition]);
    }

    SalesPartition Sales(ulong seed, long? rows, double? rate, SourcePosition? at)
    {
        var speed = _options.Speed("speed", "1x") ?? throw Wrong("speed", "a number above 0 such as '1440x'; write rate = 'max' for rows as fast as possible");
        var history = Microseconds("history", TimeSpan.Zero);
        // Sales that start at the present go on from where they started then. Whole minutes look tidy, and windows of a minute are whole.
        long? began = at?.Mark is { } mark ? long.Parse(mark, CultureInfo.InvariantCulture) : null;
        var start = Start() ?? began ?? (Timestamp.From(context.Clock.GetUtcNow()).Microseconds - history) / 60_000_000 * 60_000_000;
        var perHour = _options.Number("rows_per_hour", 3600);
        if (!(perHour > 0)) throw Wrong("rows_per_hour", "a number above 0");
        var dirt = _options.Number("dirt", 1);
        if (!(dirt >= 0)) throw Wrong("dirt", "a number from 0");
        var stream = new SalesStream(new SalesSettings
        {
            Seed = seed,
            StartMicroseconds = start,
            Rows = rows,
            RowsPerSecond = rate is { } perSecond ? perSecond / speed : perHour / 3600,
            Returns = Share("returns", 0.02),
            Duplicates = Share("dirt.duplicates", 0.005) * dirt,
            MissingCustomers = Share("dirt.missing_customers", 0.02) * dirt,
            BadPrices = Share("dirt.bad_prices", 0.003) * dirt,
            Malformed = Share("dirt.malformed", 0.002) * dirt,
            OutOfOrder = Share("dirt.out_of_order", 0.05) * dirt,
            MaxDelayMicroseconds = Microseconds("dirt.max_delay", TimeSpan.FromMinutes(2)),
            Late = Share("dirt.late", 0.001) * dirt,
        });
        return new SalesPartition(stream, start + history, rate is null ? null : speed, start.ToString(CultureInfo.InvariantCulture), at?.Position ?? 0, context.Clock);
    }

    long? Start()
    {
        if (_options.TextOrNull("start") is not { } text) return null;
        return new TimestampRules(Options.None).Parse(Encoding.UTF8.GetBytes(text), out var start) == Fit.Fits ? start : throw Wrong("start", "a moment such as '2026-01-01T00:00:00Z'");
    }

    double? RateOf(string fallback)
    {
        var text = _options.Text("rate", fallback);
        if (text == "max") return null;
        return double.TryParse(text, CultureInfo.InvariantCulture, out var rate) && rate > 0 && double.IsFinite(rate) ? rate : throw Wrong("rate", "'max' or a number above 0");
    }

    double Share(string name, double fallback)
    {
        var share = _options.Number(name, fallback);
        return share is >= 0 and <= 1 ? share : throw Wrong(name, "a share from 0 to 1");
    }

    long Whole(string name, long fallback, long least, long most)
    {
        var value = _options.Integer(name, fallback);
        return value >= least && value <= most ? value : throw Wrong(name, $"a whole number from {least:N0} to {most:N0}");
    }

    long Microseconds(string name, TimeSpan fallback)
    {
        var span = _options.Duration(name, fallback);
        return span >= TimeSpan.Zero ? span.Ticks / 10 : throw Wrong(name, "a duration that is not negative");
    }

    ConnectorException Wrong(string name, string expected) => new(Fault.User, $"source '{context.Name}': {name} = '{_options.Text(name, "")}': expected {expected}.");

    public ValueTask DisposeAsync() => default;
}

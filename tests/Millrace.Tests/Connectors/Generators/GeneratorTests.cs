using System.Globalization;
using System.Text;
using Millrace.Connectors;
using Millrace.Connectors.Generators;
using Millrace.Data;
using Millrace.Tests.Formats;
using Millrace.Time;

namespace Millrace.Tests.Connectors.Generators;

public sealed class GeneratorTests
{
    const string Columns = "order_id BIGINT, line INTEGER, at TIMESTAMP, shop TEXT, country TEXT, product TEXT, category TEXT, quantity INTEGER, price DECIMAL(12,2), customer TEXT, payment TEXT";

    readonly ManualClock _clock = new();

    async Task<IPartition> Open(Schema? schema, params (string, string)[] options) =>
        Assert.Single(await new GeneratorConnector().CreateSource(Reading.Context(Path.GetTempPath(), schema, _clock, options)).OpenAsync([], default));

    async Task<IBytePartition> Sales(params (string, string)[] options) => (IBytePartition)await Open(null, options);

    async Task<string> Bounded(int room, params (string, string)[] options) => (await Sales([("rate", "max"), ("start", "2026-01-05T00:00:00Z"), .. options])).Read(room).TrimEnd('.');

    static SalesStream Stream(Func<SalesSettings, SalesSettings>? change = null)
    {
        var settings = new SalesSettings
        {
            Seed = 7,
            StartMicroseconds = 1_767_571_200_000_000,
            RowsPerSecond = 1,
            Rows = 50_000,
            Returns = 0.02,
            Duplicates = 0.005,
            MissingCustomers = 0.02,
            BadPrices = 0.003,
            Malformed = 0.002,
            OutOfOrder = 0.05,
            MaxDelayMicroseconds = 120_000_000,
            Late = 0.001,
        };
        return new(change is null ? settings : change(settings));
    }

    static string Text(SalesStream stream)
    {
        var text = new StringBuilder();
        var last = long.MinValue;
        while (stream.MoveNext())
        {
            Assert.True(stream.Delivery >= last);
            last = stream.Delivery;
            text.Append(Encoding.UTF8.GetString(stream.Line));
        }
        return text.ToString();
    }

    static DateTime At(string row) => DateTime.Parse(row.Split('|')[2], CultureInfo.InvariantCulture);

    [Fact]
    public async Task The_same_seed_gives_the_same_bytes_however_they_are_read()
    {
        var text = await Bounded(1 << 16, ("rows", "3000"));
        Assert.Equal(text, await Bounded(17, ("rows", "3000")));
        Assert.Equal(3000, text.Count(c => c == '\n'));
        Assert.NotEqual(text, await Bounded(1 << 16, ("rows", "3000"), ("seed", "2")));
        Assert.StartsWith(await Bounded(1 << 16, ("rows", "1000")), text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rows_are_those_of_a_decoder_and_the_malformed_ones_its_errors()
    {
        var text = await Bounded(1 << 20, ("rows", "50000"), ("seed", "7"));
        var stream = Stream();
        Assert.Equal(Text(stream), text);
        var decoding = new Decoding { Columns = Columns }.Run(text);
        Assert.Equal(stream.Counts.Malformed, decoding.Errors.Count);
        Assert.Equal(50_000 - stream.Counts.Malformed, decoding.Rows.Count);
        var rows = decoding.Rows.Select(r => r.Split('|')).ToList();
        int Distinct(int column) => rows.Select(r => r[column]).Distinct().Count();
        Assert.Equal([8, 5, 120, 8], [Distinct(3), Distinct(4), Distinct(5), Distinct(6)]);
        Assert.InRange(Distinct(9), 1_800, 2_002);
    }

    [Fact]
    public void Dirt_comes_at_its_rates()
    {
        var stream = Stream();
        Text(stream);
        var counts = stream.Counts;
        Assert.Equal(50_000, counts.Rows);
        // The seed makes the counts what they are: each within four standard deviations of its rate.
        foreach (var (count, rate) in new[]
        {
            (counts.Returns, 0.02), (counts.Duplicates, 0.005), (counts.MissingCustomers, 0.02), (counts.BadPrices, 0.003), (counts.Malformed, 0.002), (counts.OutOfOrder, 0.05), (counts.Late, 0.001),
        })
        {
            var mean = 50_000 * rate;
            Assert.InRange(count, mean - 4 * Math.Sqrt(mean), mean + 4 * Math.Sqrt(mean));
        }
    }

    [Fact]
    public void Without_dirt_rows_come_in_order_of_their_orders_and_times()
    {
        var stream = Stream(s => s with { Duplicates = 0, MissingCustomers = 0, BadPrices = 0, Malformed = 0, OutOfOrder = 0, Late = 0, Returns = 0, Rows = 5_000 });
        var decoding = new Decoding { Columns = Columns }.Run(Text(stream));
        Assert.Empty(decoding.Errors);
        Assert.Equal(decoding.Rows.Select(At), decoding.Rows.Select(At).Order());
        var rows = decoding.Rows.Select(r => r.Split('|')).ToList();
        Assert.Equal(rows, rows.OrderBy(r => long.Parse(r[0])).ThenBy(r => int.Parse(r[1])));
        Assert.All(rows, r => Assert.True(int.Parse(r[7]) > 0 && r[8][0] != '-' && r[9].StartsWith('C')));
        Assert.Equal(new SalesCounts { Rows = 5_000 }, stream.Counts);
    }

    [Fact]
    public void Disorder_stays_within_its_bound_but_for_late_rows()
    {
        static TimeSpan Disorder(string text)
        {
            var (largest, most) = (DateTime.MinValue, TimeSpan.Zero);
            foreach (var row in new Decoding { Columns = Columns }.Run(text).Rows)
            {
                var at = At(row);
                if (largest - at > most) most = largest - at;
                if (at > largest) largest = at;
            }
            return most;
        }
        Assert.InRange(Disorder(Text(Stream(s => s with { Late = 0 }))), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120));
        Assert.InRange(Disorder(Text(Stream())), TimeSpan.FromHours(1), TimeSpan.FromHours(6));
    }

    [Fact]
    public void Days_are_busy_and_nights_are_quiet_and_the_average_of_a_week_is_the_rate()
    {
        var stream = Stream(s => s with { Rows = 7 * 24 * 3600 / 4, RowsPerSecond = 0.25, Duplicates = 0 });
        var byHour = new int[24];
        var last = 0L;
        while (stream.MoveNext()) byHour[(last = stream.Delivery) / 3_600_000_000 % 24]++;
        Assert.True(byHour[16] > 5 * byHour[3], string.Join(" ", byHour));
        Assert.InRange((last - 1_767_571_200_000_000) / 3.6e9 / 24, 6.3, 7.7);
    }

    [Fact]
    public async Task History_comes_at_once_and_the_rest_as_its_time_comes()
    {
        var partition = await Sales(("history", "2 days"), ("rate", "2"), ("speed", "60x"), ("dirt", "0"));
        var now = _clock.GetUtcNow().UtcDateTime;
        var history = new Decoding { Columns = Columns }.Run(partition.Read()).Rows;
        Assert.All(history, r => Assert.InRange(At(r), now.AddDays(-2), now));
        Assert.InRange(history.Count, 2 * 2880 * 7 / 10, 2 * 2880 * 13 / 10);
        Assert.Equal("", partition.Read());
        _clock.Move(TimeSpan.FromSeconds(30)); // half an hour of event time
        var live = new Decoding { Columns = Columns }.Run(partition.Read()).Rows;
        Assert.InRange(live.Count, 20, 200);
        Assert.All(live, r => Assert.InRange(At(r), now, now.AddMinutes(30)));
    }

    [Theory]
    [InlineData("rate", "0")]
    [InlineData("rate", "many")]
    [InlineData("dirt.late", "1.5")]
    [InlineData("start", "yesterday")]
    [InlineData("history", "1 month")]
    [InlineData("speed", "max")]
    [InlineData("seed", "-1")]
    public async Task An_option_out_of_range_is_an_error_that_names_it(string name, string value) =>
        Assert.Contains($"{name} = '{value}'", (await Assert.ThrowsAsync<ConnectorException>(() => Sales((name, value)))).Message, StringComparison.Ordinal);

    static readonly Schema s_rows = new(new Field("id", DataType.BigInt), new Field("key", DataType.Text), new Field("value", DataType.Decimal(10, 2)), new Field("at", DataType.Timestamp), new Field("text", DataType.Text));

    async Task<List<string>> Rows(int batchRows, Schema schema, params (string, string)[] options)
    {
        var memory = new MemoryAccountant(batchRows: batchRows);
        var partition = (IRowPartition)await Open(schema, [("template", "rows"), .. options]);
        var rows = new List<string>();
        while (partition.Next(memory, Timestamp.From(_clock.GetUtcNow())) is { } batch)
        {
            batch.AssertWhole();
            for (var i = 0; i < batch.RowCount; i++) rows.Add(string.Join("|", batch.Columns.Select(c => Decoding.Print(c, i))));
            batch.Release();
        }
        Assert.True(partition.IsAtEnd);
        Assert.Equal(rows.Count, partition.Position);
        partition.Dispose();
        Assert.Equal(0, memory.Alive);
        return rows;
    }

    [Fact]
    public async Task Plain_rows_do_not_depend_on_how_they_are_cut_into_batches()
    {
        var rows = await Rows(4096, s_rows, ("rows", "10000"), ("keys", "10"), ("disorder", "5 seconds"));
        Assert.Equal(rows, await Rows(7, s_rows, ("rows", "10000"), ("keys", "10"), ("disorder", "5 seconds")));
        var fields = rows.Select(r => r.Split('|')).ToList();
        Assert.Equal(Enumerable.Range(0, 10_000).Select(i => $"{i}"), fields.Select(f => f[0]));
        Assert.All(fields.CountBy(f => f[1]), k => Assert.InRange(k.Value, 850, 1150));
        Assert.Equal([10, 100], [fields.Select(f => f[1]).Distinct().Count(), fields.Select(f => f[4]).Distinct().Count()]);
        Assert.Equal("2026-01-01 00:00:00", (await Rows(4096, s_rows, ("rows", "1")))[0].Split('|')[3]);
    }

    [Fact]
    public async Task New_texts_never_come_again() =>
        Assert.Equal(10_000, (await Rows(4096, new Schema(new Field("text", DataType.Text)), ("rows", "10000"), ("texts", "new"))).Distinct().Count());

    [Fact]
    public async Task A_rate_of_plain_rows_goes_by_the_clock()
    {
        using var partition = (IRowPartition)await Open(new Schema(new Field("id", DataType.BigInt)), ("template", "rows"), ("rate", "1000"));
        var memory = new MemoryAccountant();
        Assert.Null(partition.Next(memory, Timestamp.From(_clock.GetUtcNow())));
        _clock.Move(TimeSpan.FromMilliseconds(500));
        var batch = partition.Next(memory, Timestamp.From(_clock.GetUtcNow()))!;
        Assert.Equal(500, batch.RowCount);
        batch.Release();
        Assert.Null(partition.Next(memory, Timestamp.From(_clock.GetUtcNow())));
        Assert.False(partition.IsAtEnd);
        Assert.Equal(0, memory.Alive);
    }

    [Fact]
    public async Task A_column_that_the_template_has_not_is_an_error() =>
        Assert.Contains("no column 'price'", (await Assert.ThrowsAsync<ConnectorException>(() => Open(new Schema(new Field("price", DataType.Double)), ("template", "rows")))).Message, StringComparison.Ordinal);
}

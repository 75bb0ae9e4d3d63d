using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Planning;
using Millrace.Server;

namespace Millrace.Tests.Server;

public class DashboardTests : ServerTest
{
    [Fact]
    public async Task Declared_dashboards_are_sent_as_they_are()
    {
        Pipeline.Pipeline = Pipeline.Pipeline with
        {
            Dashboards = [new("live", "Live sales", [new TileDefinition { Kind = "kpi", Title = "Revenue", View = "revenue", Value = "revenue", X = "window_start", Format = "currency" }])],
        };
        Assert.Equal("""{"dashboards":[{"name":"live","title":"Live sales","generated":false,"tiles":[{"id":"live-0","kind":"kpi","title":"Revenue","view":"revenue","value":"revenue","x":"window_start","y":null,"series":null,"format":"currency","width":1,"top":null}]}]}""",
            await Client.GetStringAsync("/api/dashboards"));
    }

    [Fact]
    public async Task Without_one_every_view_gets_a_chart()
    {
        Pipeline.Commit(Revenue, [[Hour(1), "UK", 1], [Hour(1), "DE", 1]]);
        var dashboard = (await Get("/api/dashboards"))["dashboards"]![0]!;
        Assert.True((bool)dashboard["generated"]!);
        Assert.Equal(["line revenue window_start revenue country", "table log   ", "quality    ", "pipeline    "],
            dashboard["tiles"]!.AsArray().Select(t => $"{t!["kind"]} {t["view"]} {t["x"]} {t["y"]} {t["series"]}"));
    }

    [Fact]
    public async Task Many_texts_become_bars_of_the_newest_window()
    {
        Pipeline.Commit(Revenue, [.. Enumerable.Range(0, DefaultDashboard.SeriesMax + 1).Select(i => new object?[] { Hour(1), $"c{i}", 1 })]);
        var tile = (await Get("/api/dashboards"))["dashboards"]![0]!["tiles"]![0]!;
        Assert.Equal("bar country revenue 10", $"{tile["kind"]} {tile["x"]} {tile["y"]} {tile["top"]}");
    }

    static readonly Field Window = new("window_start", DataType.Timestamp), Country = new("country", DataType.Text), Sum = new("revenue", DataType.Decimal(38, 2)), Count = new("lines", DataType.BigInt);

    static string Tiles(ImmutableArray<int> key, params Field[] fields) => Tiles(new StoredScan { Schema = new(fields), Table = "revenue_by_day", Key = key });

    static string Tiles(PlanNode plan) => string.Join("; ", DefaultDashboard.Make(new Pipeline
    {
        Name = "x",
        Views = [new() { Name = "revenue_by_day", Plan = plan, IsMaterialized = true }, new() { Name = "not_kept", Plan = plan, IsMaterialized = false }],
    }, (_, _) => 3).Tiles.SkipLast(1).Select(t => $"{t.Kind} '{t.Title}' {t.X} {t.Y}{t.Value} {t.Series}".Trim()));

    [Fact]
    public void A_window_becomes_a_line_for_each_number() =>
        Assert.Equal("line 'Revenue by day: revenue' window_start revenue; line 'Revenue by day: lines' window_start lines", Tiles([0], Window, Sum, Count));

    [Fact]
    public void A_text_key_becomes_bars() => Assert.Equal("bar 'Revenue by day' country revenue", Tiles([0], Country, Sum));

    [Fact]
    public void Two_keys_beside_the_window_become_a_table() => Assert.Equal("table 'Revenue by day'", Tiles([0, 1, 2], Window, Country, new("shop", DataType.Text), Sum));

    [Fact]
    public void A_view_without_numbers_becomes_a_table() => Assert.Equal("table 'Revenue by day'", Tiles([0], Country, Window));

    [Fact]
    public void A_hidden_key_is_not_drawn() => Assert.Equal("table 'Revenue by day'", Tiles([0], new Field("$country", DataType.Text), Sum));

    [Fact]
    public void One_row_becomes_a_tile_for_each_number()
    {
        var source = new StoredScan { Schema = new(Count), Table = "t" };
        var one = new Aggregate { Schema = new(Sum, Count), Input = source, Window = null, Keys = [], Calls = [], Views = ["v"], Late = LatePolicy.Drop };
        Assert.Equal("kpi 'Revenue by day: revenue'  revenue; kpi 'Revenue by day: lines'  lines", Tiles(one));
    }
}

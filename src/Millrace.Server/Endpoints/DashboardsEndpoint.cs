using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Planning;

namespace Millrace.Server.Endpoints;

static class DashboardsEndpoint
{
    public static void MapDashboards(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/dashboards", static (Served served) => TypedResults.Ok(Answer(served))).WithSummary("The dashboards of the file, or the one made from its views");

    static DashboardsAnswer Answer(Served served)
    {
        var declared = served.Pipeline.Pipeline.Dashboards;
        return declared.IsEmpty
            ? new([Answer(DefaultDashboard.Make(served.Pipeline.Pipeline, new SeriesCounter(served).Count), isGenerated: true)])
            : new([.. declared.Select(d => Answer(d, isGenerated: false))]);
    }

    static DashboardAnswer Answer(DashboardDefinition dashboard, bool isGenerated) =>
        new(dashboard.Name, dashboard.Title, isGenerated, [.. dashboard.Tiles.Select((t, i) => Answer(t, $"{dashboard.Name}-{i}"))]);

    static TileAnswer Answer(TileDefinition tile, string id) =>
        new(id, tile.Kind, tile.Title, tile.View, tile.Value, tile.X, tile.Y, tile.Series, tile.Format, Math.Clamp(tile.Width, 1, 4), tile.Top);

    /// <summary>Counts different texts among the newest stored rows of a view.</summary>
    sealed class SeriesCounter(Served served)
    {
        const int Rows = 2000;

        public int Count(string view, int column)
        {
            using var snapshot = served.Pipeline.Store.Snapshot();
            var texts = new HashSet<string>(StringComparer.Ordinal);
            var left = Rows;
            foreach (var batch in snapshot.Scan(view, served.Memory, descending: true))
            {
                var values = (Data.TextColumn)batch[column];
                for (var row = 0; row < batch.RowCount && left > 0; row++, left--)
                    if (!values.IsNull(row)) texts.Add(Convert.ToHexString(values[row]));
                batch.Release();
                if (left == 0) break;
            }
            return texts.Count;
        }
    }
}

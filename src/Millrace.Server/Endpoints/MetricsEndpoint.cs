using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Millrace.Runtime;
using Millrace.Time;

namespace Millrace.Server.Endpoints;

static class MetricsEndpoint
{
    public static void MapMetrics(this IEndpointRouteBuilder app) =>
        app.MapGet("/metrics", static (Served served) => TypedResults.Text(Write(served), OpenMetrics.ContentType)).WithSummary("Figures as OpenMetrics text");

    static string Write(Served served)
    {
        var pipeline = served.Pipeline;
        var status = pipeline.Status();
        var text = new OpenMetrics();

        text.Begin("millrace_pipeline", "info", "", "What runs.").Add("_info", 1, ("name", pipeline.Pipeline.Name));
        text.Begin("millrace_pipeline_state", "stateset", "", "How the pipeline is.");
        foreach (var state in Enum.GetValues<PipelineState>()) text.Add("", state == status.State ? 1 : 0, ("millrace_pipeline_state", PipelineEndpoint.Word(state)));
        text.Begin("millrace_version", "gauge", "", "Version that is committed.").Add("", status.Version);
        text.Begin("millrace_commits", "counter", "", "Commits.").Add("_total", status.Commits);
        text.Begin("millrace_last_commit_seconds", "gauge", "seconds", "Time that the last commit took.").Add("", status.LastCommitMs / 1000);
        text.Begin("millrace_memory_used_bytes", "gauge", "bytes", "Buffers and state.").Add("", status.MemoryUsedBytes);
        if (status.MemoryLimitBytes != long.MaxValue) text.Begin("millrace_memory_limit_bytes", "gauge", "bytes", "What buffers and state may take.").Add("", status.MemoryLimitBytes);
        text.Begin("millrace_spilled_bytes", "counter", "bytes", "State and results that went to disk because memory.limit left no room.").Add("_total", status.SpilledBytes);
        text.Begin("millrace_change_readers", "gauge", "", "Open connections that read changes.").Add("", served.Changes.Readers);
        text.Begin("millrace_change_buffer_bytes", "gauge", "bytes", "Recent changes and events kept for readers.").Add("", served.Changes.BufferedBytes);

        void Nodes(string name, string type, string unit, string help, Func<NodeStatus, double?> figure)
        {
            text.Begin(name, type, unit, help);
            foreach (var node in status.Nodes)
                if (figure(node) is { } value) text.Add(type == "counter" ? "_total" : "", value, ("node", node.Id), ("kind", node.Kind));
        }

        Nodes("millrace_node_rows_in", "counter", "", "Rows read.", static n => n.RowsIn);
        Nodes("millrace_node_rows_out", "counter", "", "Rows given.", static n => n.RowsOut);
        Nodes("millrace_node_read_bytes", "counter", "bytes", "Bytes read.", static n => n.Kind == "source" ? n.BytesIn : null);
        Nodes("millrace_node_late_rows", "counter", "", "Late rows.", static n => n.Late);
        Nodes("millrace_node_errors", "counter", "", "Undecodable records, violated constraints, failed rows.", static n => n.Errors);
        Nodes("millrace_node_state_rows", "gauge", "", "Rows or groups kept.", static n => n.StateRows);
        Nodes("millrace_node_state_bytes", "gauge", "bytes", "Bytes kept.", static n => n.StateBytes);
        Nodes("millrace_node_time_share", "gauge", "", "Part of the time spent in all operators, 0 to 1.", static n => n.TimeShare);
        Nodes("millrace_node_watermark_seconds", "gauge", "seconds", "How far event time has come, in seconds since 1970.",
            static n => RowJson.Watermark(n.Frontier) is null || n.Frontier!.Value.Closed == Timestamp.MaxValue ? null : n.Frontier.Value.Closed.Microseconds / 1e6);
        var now = Timestamp.From(served.Clock.GetUtcNow());
        Nodes("millrace_node_lag_seconds", "gauge", "seconds", "Wall clock less event time.", n => PipelineEndpoint.LagMs(n.Frontier, now) / 1e3);

        void Sources(string name, string help, Func<Quality.QualityCounters, long> figure)
        {
            text.Begin(name, "counter", "", help);
            foreach (var source in pipeline.Quality) text.Add("_total", figure(source), ("source", source.Source));
        }

        Sources("millrace_source_seen", "Records read.", static q => q.Seen);
        Sources("millrace_source_accepted", "Rows that passed the cleaning.", static q => q.Accepted);
        Sources("millrace_source_undecodable", "Records that could not be decoded or computed.", static q => q.Undecodable);
        Sources("millrace_source_nulled", "Fields that became NULL because they did not fit.", static q => q.Nulled);
        Sources("millrace_source_duplicates", "Rows dropped as duplicates.", static q => q.Duplicates);
        Sources("millrace_source_late", "Late rows, once for each window that they missed.", static q => q.Late);
        Sources("millrace_source_dead_letters", "Records set aside.", static q => q.DeadLetters);

        void Rules(string name, string help, Func<Quality.RuleCounters, long> figure)
        {
            text.Begin(name, "counter", "", help);
            foreach (var source in pipeline.Quality)
                foreach (var rule in source.Rules) text.Add("_total", figure(rule), ("source", source.Source), ("on", rule.On), ("rule", rule.Name), ("action", rule.Action));
        }

        Rules("millrace_rule_seen", "Rows that a constraint was evaluated on.", static r => r.Seen);
        Rules("millrace_rule_violated", "Rows that violated it.", static r => r.Violated);
        Rules("millrace_rule_acted", "Rows on which it acted.", static r => r.Acted);
        return text.End();
    }
}

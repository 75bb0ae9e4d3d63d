using System.Text.Json;
using System.Text.Json.Serialization;

namespace Millrace.Server;

// The shapes of docs/reference/rest.md. Answers with rows are written by RowJson instead.

sealed record HealthAnswer(string Status, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Error);

sealed record ProblemAnswer(string Type, string Title, int Status, string Detail,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<DiagnosticAnswer>? Diagnostics);

sealed record DiagnosticAnswer(string Code, string Severity, int Line, int Column, int Length, string Message);

sealed record SqlAnswer(string? Path, string Text);

sealed record PipelineAnswer(long Version, string Name, string State, string Started, string? Error, IReadOnlyList<NodeAnswer> Nodes, MemoryAnswer Memory, CommitsAnswer Commits);

sealed record NodeAnswer(string Id, string Kind, string Label, string Detail, IReadOnlyList<string> Inputs, long RowsIn, long RowsOut, double RowsPerSecond, long BytesIn,
    long? TotalBytes, string? Watermark, long? LagMs, long Late, long Errors, long StateRows, long StateBytes, string? HeldBackBy, double TimeShare, double BatchRows,
    IReadOnlyList<HotKeyAnswer> HotKeys);

sealed record HotKeyAnswer(string Key, double Share);

sealed record MemoryAnswer(long UsedBytes, long? LimitBytes);

sealed record CommitsAnswer(long Count, double LastMs, double IntervalMs);

sealed record DashboardsAnswer(IReadOnlyList<DashboardAnswer> Dashboards);

sealed record DashboardAnswer(string Name, string Title, bool Generated, IReadOnlyList<TileAnswer> Tiles);

sealed record TileAnswer(string Id, string Kind, string Title, string? View, string? Value, string? X, string? Y, string? Series, string? Format, int Width, int? Top);

sealed record ViewsAnswer(long Version, IReadOnlyList<ViewAnswer> Views);

sealed record ViewAnswer(string Name, string Kind, IReadOnlyList<ColumnAnswer> Columns, IReadOnlyList<string> Key, long Rows);

sealed record ColumnAnswer(string Name, string Type);

sealed record QualityAnswer(long Version, IReadOnlyList<SourceQualityAnswer> Sources);

sealed record SourceQualityAnswer(string Source, long Seen, long Accepted, long Undecodable, long Nulled, long Duplicates, long Late, long DeadLetters, long Timeless,
    IReadOnlyList<RuleAnswer> Rules, IReadOnlyList<LateSampleAnswer> LateSamples);

sealed record LateSampleAnswer(string View, string WindowEnd, string Watermark, string Row);

sealed record RuleAnswer(string Name, string On, string Action, string Predicate, long Seen, long Passed, long Violated, long Acted);

sealed record QueryRequest(string? Sql, int? Limit);

sealed record IngestAnswer(int Accepted, long? Position, bool Repeated);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.Never)]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(HealthAnswer))]
[JsonSerializable(typeof(ProblemAnswer))]
[JsonSerializable(typeof(SqlAnswer))]
[JsonSerializable(typeof(PipelineAnswer))]
[JsonSerializable(typeof(DashboardsAnswer))]
[JsonSerializable(typeof(ViewsAnswer))]
[JsonSerializable(typeof(QualityAnswer))]
[JsonSerializable(typeof(QueryRequest))]
[JsonSerializable(typeof(IngestAnswer))]
sealed partial class AnswerJson : JsonSerializerContext;

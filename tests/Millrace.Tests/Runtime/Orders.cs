using System.Collections.Immutable;
using Millrace.Connectors;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Formats;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.Runtime;
using Millrace.Stores;

namespace Millrace.Tests.Runtime;

/// <summary>A small pipeline for tests of the runtime: orders (at, key, value) and views over them.</summary>
static class Orders
{
    public const long Second = 1_000_000;

    public static Schema Schema { get; } = new(new Field("at", DataType.Timestamp), new Field("key", DataType.Text), new Field("value", DataType.BigInt));

    public static Expression At => new ColumnReference(0, "at", DataType.Timestamp);
    public static Expression Key => new ColumnReference(1, "key", DataType.Text);
    public static Expression Value => new ColumnReference(2, "value", DataType.BigInt);

    public static Expression Number(long value) => new Literal(value, DataType.BigInt);

    public static Expression Call(string name, params Expression[] arguments)
    {
        var function = Scalars.All.First(f => f.Name == name);
        var signature = function.Resolve([.. arguments.Select(a => a.Type)])!;
        return new Call(function, [.. arguments], signature.Result);
    }

    public static (AggregateCall, string) Aggregate(string name, string column, int argument = -1, DataType? type = null)
    {
        var function = Aggregates.All.First(f => f.Name == name);
        var signature = function.Resolve(argument < 0 ? [] : [type ?? DataType.BigInt], false)!;
        return (new(function, signature, argument < 0 ? [] : [argument], false, -1), column);
    }

    public static WindowSpec Tumble(long seconds, int column = 0) =>
        new(WindowKind.Tumble, column, new(0, 0, seconds * Second), new(0, 0, seconds * Second), default, null);

    /// <summary>The source with its plan: constraints, then the watermark.</summary>
    public static SourceDefinition Source(string name = "orders", string? format = null, long delaySeconds = 5, ImmutableArray<Constraint> constraints = default,
        IReadOnlyList<(Expression, string)>? columns = null, Func<SourceDefinition, SourceDefinition>? with = null, bool hasWatermark = true)
    {
        var source = new SourceDefinition { Name = name, Schema = Schema, Paths = ["at", "key", "value"], Connector = "test", Format = format };
        if (with is not null) source = with(source);
        PlanBuilder.Source(source, columns, constraints.IsDefault ? [] : constraints, hasWatermark ? 0 : -1, delaySeconds * Second, null);
        return source;
    }

    /// <summary>SELECT window_start, key, SUM(value), COUNT(*) GROUP BY TUMBLE, key.</summary>
    public static PlanNode PerKey(PlanNode input, string view, LatePolicy? late = null, long seconds = 10) =>
        PlanBuilder.Aggregate(input, Tumble(seconds), [1], [Aggregate("sum", "total", 2), Aggregate("count", "rows")], view, late ?? LatePolicy.Drop);

    public static ViewDefinition View(string name, PlanNode plan, Emit? emit = null, bool isMaterialized = true) =>
        new() { Name = name, Plan = plan, IsMaterialized = isMaterialized, Emit = emit ?? Emit.Changes };

    public static SinkDefinition Sink(string name, string view, PlanNode plan, Emit emit, bool isUpsert = false) =>
        new() { Name = name, View = view, Plan = plan, Connector = "test", Options = Millrace.Connectors.Options.None, Emit = emit, IsUpsert = isUpsert };

    public static RunOptions Options(TestConnector connector, IStore store, TimeProvider? clock = null, int lanes = 1, bool isInline = false) => new()
    {
        Store = store,
        Connectors = new ConnectorList().Add(connector),
        Formats = new FormatList(),
        DataDirectory = Path.GetTempPath(),
        Clock = clock ?? TimeProvider.System,
        Lanes = lanes,
        Inline = isInline,
    };
}

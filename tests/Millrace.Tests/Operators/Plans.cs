using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Planning;

namespace Millrace.Tests.Operators;

/// <summary>Small plans for tests.</summary>
static class Plans
{
    public static Schema Schema { get; } = new(
        new Field("at", DataType.Timestamp), new Field("shop", DataType.Text), new Field("product", DataType.Integer), new Field("quantity", DataType.Integer),
        new Field("good", DataType.Boolean));

    /// <summary>The rows of a source with event time in its first column.</summary>
    public static PlanNode Source(long delay, Schema? schema = null, long allowed = 0)
    {
        schema ??= Schema;
        var source = new SourceDefinition { Name = "sales", Schema = schema, Paths = [.. schema.Fields.Select(f => f.Name)], Connector = "memory", Late = new(allowed, null) };
        return PlanBuilder.Source(source, null, [], 0, delay, null);
    }

    /// <summary>Rows that may be taken back: the output of a node with state, as far as the node above can see.</summary>
    public static PlanNode Retracting(Schema? schema = null, params ImmutableArray<int> key) => new Updates { Schema = schema ?? Schema, Times = [new(0, 0)], Key = key };

    public static WindowSpec Tumble(long size) => new(WindowKind.Tumble, 0, new(0, 0, size), new(0, 0, size), default, null);

    public static WindowSpec Cumulate(long size, long step) => new(WindowKind.Cumulate, 0, new(0, 0, size), new(0, 0, step), default, null);

    public static WindowSpec Hop(long size, long slide) => new(WindowKind.Hop, 0, new(0, 0, size), new(0, 0, slide), default, null);

    public static PlanNode Aggregate(PlanNode input, WindowSpec? window, ImmutableArray<int> keys, params (string Function, int Argument)[] calls) =>
        Aggregate(input, window, keys, [.. calls.Select((c, i) => (Call(input.Schema, c.Function, c.Argument), $"{c.Function}{i}"))]);

    /// <summary>The aggregate by itself, without the hidden key that a lone row gets above it.</summary>
    public static PlanNode Aggregate(PlanNode input, WindowSpec? window, ImmutableArray<int> keys, IReadOnlyList<(AggregateCall Call, string Name)> calls) =>
        PlanBuilder.Aggregate(input, window, keys, calls, "view", input is AssignWatermark watermark ? watermark.Source.Late : LatePolicy.Drop) is var plan && plan is Project ? plan.Inputs[0] : plan;

    public static AggregateCall Call(Schema schema, string function, int argument, int filter = -1)
    {
        var found = Aggregates.All.First(f => f.Name == function);
        ImmutableArray<int> arguments = argument < 0 ? [] : [argument];
        return new(found, found.Resolve([.. arguments.Select(a => schema[a].Type)], false)!, arguments, false, filter);
    }

    public static Expression Column(Schema schema, int index) => new ColumnReference(index, schema[index].Name, schema[index].Type);

    public static Expression Call(string function, params Expression[] arguments)
    {
        var found = Scalars.All.First(f => f.Name == function);
        var signature = found.Resolve([.. arguments.Select(a => a.Type)])!;
        return new Call(found, [.. arguments.Select((a, i) => a.Type == signature.Parameters[i] ? a : new Cast(a, signature.Parameters[i], false))], signature.Result);
    }

    public static Expression Integer(int value) => new Literal(value, DataType.Integer);

    sealed class Updates : PlanNode
    {
        public override IReadOnlyList<PlanNode> Inputs => [];
        public override ChangeMode Mode => ChangeMode.Retract;
        internal override PlanNode WithInputs(ImmutableArray<PlanNode> inputs) => this;
    }

    /// <summary>Random rows of <see cref="Schema"/>, out of order by up to a spread, with NULLs in every column.</summary>
    public static List<object?[]> Rows(Random random, int count, long spread, long step = 1000)
    {
        var rows = new List<object?[]>();
        for (var i = 0; i < count; i++)
        {
            object? time = random.Next(50) == 0 ? null : i * step - random.NextInt64(spread + 1);
            object? shop = random.Next(10) == 0 ? null : "shop " + random.Next(6);
            object? product = random.Next(10) == 0 ? null : random.Next(-2, 5) * (random.Next(5) == 0 ? 1_000_000 : 1);
            object? quantity = random.Next(10) == 0 ? null : random.Next(100);
            rows.Add([time, shop, product, quantity, random.Next(3) == 0 ? null : random.Next(2) == 0]);
        }
        return rows;
    }
}

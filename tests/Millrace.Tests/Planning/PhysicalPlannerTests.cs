using Millrace.Operators;
using Millrace.Planning;
using Millrace.Stores;
using Millrace.Tests.Runtime;

namespace Millrace.Tests.Planning;

/// <summary>From what is declared to what runs.</summary>
public sealed class PhysicalPlannerTests
{
    static PhysicalNode NodeOf(PhysicalPlan plan, PlanNode logical) => plan.Nodes.Single(n => ReferenceEquals(n.Logical, logical) && n.Scope != Scope.Join);

    [Theory]
    [InlineData(5, Demand.Changes | Demand.Final | Demand.OnClose, Ports.OnClose)]
    [InlineData(0, Demand.Changes | Demand.Final, Ports.Final)] // where no row may be late, what is closed is final
    public void A_view_runs_once_for_all_its_readers_and_speaks_on_the_ports_they_read(long allowed, Demand demand, int onClose)
    {
        var source = Orders.Source(with: s => s with { Late = new(allowed, null) });
        var perKey = Orders.PerKey(source.Plan!, "v");
        var plan = PhysicalPlanner.Plan(new Pipeline
        {
            Name = "t",
            Sources = [source],
            Views = [Orders.View("v", perKey)],
            Sinks = [Orders.Sink("s", "v", perKey, Emit.Final), Orders.Sink("c", "v", perKey, Emit.OnWindowClose)],
        }, 1);
        Assert.Equal(demand, NodeOf(plan, perKey).Demand);
        Assert.Equal([Ports.Changes, Ports.Final, onClose], plan.Readers.Select(r => r.Input.Port));
        Assert.Equal([true, false, false], plan.Readers.Select(r => r.Consolidates));
    }

    [Fact]
    public void What_is_read_on_one_port_is_not_computed_for_another()
    {
        var source = Orders.Source();
        var perKey = Orders.PerKey(source.Plan!, "v");
        PlanNode Picked(params int[] columns) =>
            PlanBuilder.Project(perKey, [.. columns.Select(c => ((Expressions.Expression)new Expressions.ColumnReference(c, perKey.Schema[c].Name, perKey.Schema[c].Type), perKey.Schema[c].Name))]);
        var plan = PhysicalPlanner.Plan(new Pipeline { Name = "t", Sources = [source], Views = [Orders.View("v", Picked(0, 3, 4))], Sinks = [Orders.Sink("s", "v", Picked(0, 3, 5), Emit.Final)] }, 1);
        var ports = NodeOf(plan, perKey).UsedByPort;
        Assert.Equal([true, false], ports[Ports.Changes].Skip(4).Take(2));
        Assert.Equal([false, true], ports[Ports.Final].Skip(4).Take(2));
        Assert.DoesNotContain(true, ports[Ports.OnClose]);
    }

    [Fact]
    public void A_stateless_node_above_state_stands_once_for_each_port_that_is_read()
    {
        var source = Orders.Source();
        var having = PlanBuilder.Filter(Orders.PerKey(source.Plan!, "v"), Orders.Call(">", new Expressions.ColumnReference(5, "rows", Millrace.Data.DataType.BigInt), Orders.Number(1)));
        var plan = PhysicalPlanner.Plan(new Pipeline { Name = "t", Sources = [source], Views = [Orders.View("v", having)], Sinks = [Orders.Sink("s", "v", having, Emit.Final)] }, 1);
        Assert.Equal([Ports.Changes, Ports.Final], plan.Nodes.Where(n => n.Logical == having).Select(n => n.Inputs[0].Port));
    }

    [Theory]
    [InlineData(EmitMode.Final, Ports.Final)]
    [InlineData(EmitMode.Changes, Ports.Changes)]
    public void State_above_state_reads_final_rows_only_where_nobody_wants_changes(EmitMode emit, int port)
    {
        var source = Orders.Source();
        var lower = Orders.PerKey(source.Plan!, "lower");
        var upper = PlanBuilder.Aggregate(lower, Orders.Tumble(60), [], [Orders.Aggregate("count", "rows")], "upper", LatePolicy.Drop);
        var plan = PhysicalPlanner.Plan(new Pipeline { Name = "t", Sources = [source], Sinks = [Orders.Sink("s", "upper", upper, new(emit))] }, 2);
        var delay = plan.Nodes.Single(n => n.Logical is DelayFrontier);
        Assert.Equal(port, delay.Inputs[0].Port);
        Assert.Equal([0, 0, 0, 0, 1, 1, 2], plan.Nodes.Select(n => n.Stage)); // one aggregates before its rows change lanes; the other reads changes
    }

    [Fact]
    public void State_has_the_same_name_on_any_number_of_lanes()
    {
        var source = Orders.Source();
        var lower = Orders.PerKey(source.Plan!, "lower");
        var upper = PlanBuilder.Aggregate(lower, Orders.Tumble(60), [], [Orders.Aggregate("count", "rows")], "upper", LatePolicy.Drop);
        var pipeline = new Pipeline { Name = "t", Sources = [source], Sinks = [Orders.Sink("s", "upper", upper, Emit.Final)] };
        List<UInt128> Names(int lanes)
        {
            var plan = PhysicalPlanner.Plan(pipeline, lanes);
            var prints = PlanFingerprint.Of(plan);
            return [.. plan.Nodes.Where(n => n.Logical.HasState).Select(n => prints[n.Id])];
        }
        Assert.Equal(2, Names(1).Count);
        Assert.Equal(Names(1), Names(2));
    }

    [Fact]
    public void What_nobody_reads_does_not_run_and_is_not_decoded()
    {
        var source = Orders.Source();
        var unread = Orders.Source("unread");
        var total = PlanBuilder.Aggregate(source.Plan!, Orders.Tumble(10), [], [Orders.Aggregate("sum", "total", 2)], "total", LatePolicy.Drop);
        var plan = PhysicalPlanner.Plan(new Pipeline
        {
            Name = "t",
            Sources = [source, unread],
            Views = [Orders.View("total", total), Orders.View("idle", Orders.PerKey(unread.Plan!, "idle"), isMaterialized: false)],
        }, 1);
        var scan = Assert.Single(plan.Scans);
        Assert.Equal([true, false, true], scan.Used);
        Assert.False(scan.KeepsOrigin);
        Assert.Equal(["total", "dead_letters"], plan.Tables.Select(t => t.Name));
        Assert.Equal(0, plan.Tables[0].TimeColumn < 0 ? -1 : 0);
    }

    [Fact]
    public void Origins_are_kept_where_a_record_may_have_to_be_named()
    {
        ScanUse Scan(SourceDefinition source) => PhysicalPlanner.Plan(new Pipeline { Name = "t", Sources = [source], Views = [Orders.View("v", source.Plan!)] }, 1).Scans[0];
        Constraint constraint = new("c", Orders.Call(">", Orders.Value, Orders.Number(0)), "value > 0", ViolationAction.Warn);
        Assert.False(Scan(Orders.Source(constraints: [constraint])).KeepsOrigin);
        Assert.True(Scan(Orders.Source(constraints: [constraint with { Action = ViolationAction.Quarantine }])).KeepsOrigin);
        Assert.True(Scan(Orders.Source(columns: [(Orders.At, "at"), (Orders.Key, "key"), (Orders.Call("+", Orders.Value, Orders.Number(1)), "value")])).KeepsOrigin);
        Assert.True(Scan(Orders.Source(with: s => s with { Late = new(0, "late") })).KeepsOrigin);
    }

    [Fact]
    public void Rows_that_are_taken_back_need_a_key()
    {
        var source = Orders.Source();
        var union = PlanBuilder.Union([Orders.PerKey(source.Plan!, "a"), Orders.PerKey(source.Plan!, "b")]);
        var error = Assert.Throws<PlanException>(() => PhysicalPlanner.Plan(new Pipeline { Name = "t", Sources = [source], Views = [Orders.View("u", union)] }, 1));
        Assert.Contains("'u' takes rows back but has no key", error.Message, StringComparison.Ordinal);
        Assert.Empty(PhysicalPlanner.Plan(new Pipeline { Name = "t", Sources = [source], Views = [Orders.View("u", union, Emit.Final)] }, 1).Tables[0].Key);
    }
}

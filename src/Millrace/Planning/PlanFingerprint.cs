using System.Buffers.Binary;
using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>Names the state of an operator by what it computes: the node, what is read of it, and of everything below it down to the sources what reaches it.</summary>
/// <remarks>
/// So an edited file keeps the state of what it did not touch, wherever that stands in the plan: what others read of a shared projection or source, and columns that nobody
/// reads, change no name. 128 bits of a SHA-256 over a text that has all that tells one computation from another: changing what goes into it makes old checkpoints' states strangers.
/// </remarks>
static class PlanFingerprint
{
    /// <summary>The fingerprints of a plan's operators, by their number. What views of different rounds compute has different names: the later ones have not seen the same rows.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="adopt">Gives the name that an aggregate's groups have in a checkpoint, where they go on under it, for the aggregate with its name and its inputs' names; else the name itself. Null = as the plan says.</param>
    public static UInt128[] Of(PhysicalPlan plan, Func<PhysicalNode, UInt128, UInt128[], UInt128>? adopt = null)
    {
        var prints = new UInt128[plan.Nodes.Length];
        var seen = new Dictionary<UInt128, int>();
        var seenNames = new HashSet<UInt128>();
        var rounds = RoundsOf(plan);
        foreach (var node in plan.Nodes)
        {
            var print = Of(node, prints, rounds[node.Id]);
            // Two places that compute the same keep two states: the order of the plan tells them apart.
            var copies = seen[print] = seen.GetValueOrDefault(print) + 1;
            print = copies == 1 ? print : Hash(FormattableString.Invariant($"{print:x32} #{copies}"));
            var name = node.Logical is not Aggregate ? print : adopt is not null ? adopt(node, print, prints) : plan.Adopted.TryGetValue(node.Id, out var adopted) ? adopted.State : print;
            // A name that groups keep from before may be what another aggregate is called now.
            prints[node.Id] = seenNames.Add(name) ? name : Hash(FormattableString.Invariant($"{name:x32} again"));
        }
        return prints;
    }

    /// <summary>Names what makes the groups of an aggregate, whatever is computed of them.</summary>
    public static UInt128 OfGroups(PhysicalPlan plan, PhysicalNode node, UInt128[] prints)
    {
        var aggregate = (Aggregate)node.Logical;
        var text = new StringBuilder("groups|");
        text.Append(aggregate.Input.Mode);
        Write(text, aggregate.Grouping());
        WriteRound(text, node, RoundsOf(plan)[node.Id]);
        WriteRead(text, node, [], prints);
        return Hash(text.ToString());
    }

    /// <summary>Names what one call of an aggregate computes.</summary>
    public static UInt128 OfCall(PhysicalNode node, AggregateCall call, UInt128[] prints)
    {
        var text = new StringBuilder("call|");
        Write(text, ((Aggregate)node.Logical).Computes(call));
        WriteRead(text, node, [call], prints);
        return Hash(text.ToString());
    }

    static void WriteRead(StringBuilder text, PhysicalNode node, IEnumerable<AggregateCall> calls, UInt128[] prints)
    {
        var read = new bool[node.Inputs[0].Node.Logical.Schema.Count];
        ((Aggregate)node.Logical).MarkUse(read, calls);
        WriteBelow(text, node.Inputs[0], read, prints);
    }

    /// <summary>Names what a view or sink is declared to compute, before plans are rewritten: whether its text or that of what it reads was edited.</summary>
    public static UInt128 OfDeclared(PlanNode plan, Emit emit)
    {
        var known = new Dictionary<PlanNode, UInt128>(ReferenceEqualityComparer.Instance);
        return Hash($"{emit.Mode}|{emit.Every.Ticks}|{Print(plan):x32}");

        UInt128 Print(PlanNode node)
        {
            if (known.TryGetValue(node, out var print)) return print;
            var text = new StringBuilder();
            if (node is not SourceScan) Write(text, node.Computes(AllOf(node)));
            if (node is SourceScan scan) WriteSource(text, scan.Source, []);
            foreach (var input in node.Inputs) Write(text, Print(input));
            return known[node] = Hash(text.Insert(0, node.GetType().Name).ToString());
        }
    }

    static bool[] AllOf(PlanNode node)
    {
        var all = new bool[node.Schema.Count];
        all.AsSpan().Fill(true);
        return all;
    }

    static int[] RoundsOf(PhysicalPlan plan)
    {
        var found = new int[plan.Nodes.Length];
        if (plan.Rounds.Count == 0) return found;
        found.AsSpan().Fill(int.MaxValue);
        foreach (var reader in plan.Readers) found[reader.Input.Node.Id] = Math.Min(found[reader.Input.Node.Id], plan.Rounds.GetValueOrDefault(reader.Name));
        foreach (var node in plan.Nodes.Reverse())
            foreach (var input in node.Inputs) found[input.Node.Id] = Math.Min(found[input.Node.Id], found[node.Id]);
        return found;
    }

    static UInt128 Of(PhysicalNode node, UInt128[] prints, int round)
    {
        var logical = node.Logical;
        var used = logical.HasState ? node.Used.ToArray() : new bool[logical.Schema.Count]; // of the others time alone is kept
        var text = new StringBuilder();
        WriteOwn(text, logical, used);
        if (logical.HasState)
        {
            text.Append(node.Demand);
            Write(text, node.Used);
            Write(text, node.UsedByPort);
            Write(text, logical.Key);
            Write(text, logical.Times);
            if (logical is Aggregate) Write(text, logical.Schema.Fields.Select(f => f.Type));
            else
            {
                // Rows are kept as they stand in these columns.
                Write(text, logical.Schema.Fields);
                foreach (var input in node.Inputs) Write(text, input.Node.Logical.Schema.Fields);
            }
            WriteRound(text, node, round);
        }
        WriteInputs(text, node, used, prints);
        return Hash(text.ToString());
    }

    // Operators of a source serve the views of all rounds.
    static void WriteRound(StringBuilder text, PhysicalNode node, int round)
    {
        if (round is > 0 and < int.MaxValue && node.Sources.All(s => s.Name != node.Owner)) Write(text, round);
    }

    static void WriteOwn(StringBuilder text, PlanNode node, bool[] used)
    {
        text.Append(node.GetType().Name).Append('|').Append(node.Mode).Append('|');
        if (node is SourceScan scan) WriteSource(text, scan.Source, used);
        else Write(text, node.Computes(used));
    }

    static void WriteSource(StringBuilder text, SourceDefinition source, bool[] used)
    {
        text.Append(source.Name).Append('|').Append(source.Connector).Append('|');
        for (var i = 0; i < used.Length; i++)
        {
            if (!used[i]) continue;
            Write(text, source.Schema[i]);
            Write(text, source.Paths.IsDefault || i >= source.Paths.Length ? null : source.Paths[i]);
        }
    }

    static void WriteInputs(StringBuilder text, PhysicalNode node, bool[] used, UInt128[] prints)
    {
        var read = node.Inputs.Select(i => new bool[i.Node.Logical.Schema.Count]).ToList();
        if (IsPassed(node)) ColumnUse.Pass(used, read[0]);
        else node.Logical.MarkUse(used, read);
        for (var i = 0; i < node.Inputs.Length; i++) WriteBelow(text, node.Inputs[i], read[i], prints);
    }

    /// <summary>What reaches a reader through an edge: the state there by its name, else what is computed of the columns that it reads.</summary>
    static void WriteBelow(StringBuilder text, Edge edge, bool[] used, UInt128[] prints)
    {
        while (IsPassed(edge.Node)) edge = edge.Node.Inputs[0];
        var node = edge.Node;
        text.Append('(');
        if (node.Logical.HasState) text.Append(prints[node.Id].ToString("x32", CultureInfo.InvariantCulture)).Append(':').Append(edge.Port);
        else
        {
            WriteOwn(text, node.Logical, used);
            WriteInputs(text, node, used, prints);
        }
        text.Append(')');
    }

    /// <summary>Whether rows only pass there; what stands there for speed depends on the number of lanes.</summary>
    static bool IsPassed(PhysicalNode node) => node.Scope == Scope.Join || node.Logical.IsForSpeed;

    static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null: text.Append('-'); break;
            case string s: text.Append(s.Length).Append('\'').Append(s); break;
            case Expression e:
                text.Append(e.ToSql()).Append("::").Append(e.Type);
                WriteColumns(text, e);
                break;
            case SourceDefinition source: text.Append(source.Name); break;
            case IFormattable f: text.Append(f.ToString(null, CultureInfo.InvariantCulture)); break;
            case IEnumerable list:
                text.Append('[');
                foreach (var item in list) Write(text, item);
                text.Append(']');
                break;
            default: text.Append(value); break;
        }
        text.Append(';');
    }

    /// <summary>The types of the columns that an expression reads.</summary>
    static void WriteColumns(StringBuilder text, Expression expression)
    {
        if (expression is ColumnReference column) text.Append(' ').Append(column.Name).Append(' ').Append(column.Type);
        foreach (var part in expression.Parts()) WriteColumns(text, part);
    }

    static UInt128 Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}

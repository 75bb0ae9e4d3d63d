using System.Buffers.Binary;
using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Millrace.Expressions;

namespace Millrace.Planning;

/// <summary>Names the state of an operator by what it computes: the node, everything below it down to the sources, and what is read of it.</summary>
/// <remarks>
/// So an edited file keeps the state of what it did not touch, wherever that stands in the plan. 128 bits of a SHA-256 over a text that has all that tells one
/// computation from another: changing what goes into it makes old checkpoints' states strangers.
/// </remarks>
static class PlanFingerprint
{
    /// <summary>The fingerprints of a plan's operators, by their number.</summary>
    public static UInt128[] Of(PhysicalPlan plan)
    {
        var prints = new UInt128[plan.Nodes.Length];
        var seen = new Dictionary<UInt128, int>();
        foreach (var node in plan.Nodes)
        {
            var print = Of(node, prints);
            // Two places that compute the same keep two states: the order of the plan tells them apart.
            var copies = seen[print] = seen.GetValueOrDefault(print) + 1;
            prints[node.Id] = copies == 1 ? print : Hash(FormattableString.Invariant($"{print:x32} #{copies}"));
        }
        return prints;
    }

    static UInt128 Of(PhysicalNode node, UInt128[] prints)
    {
        var logical = node.Logical;
        var text = new StringBuilder();
        text.Append(logical.GetType().Name).Append('|').Append(node.Scope).Append('|').Append(logical.Mode).Append('|').Append(logical.Details).Append('|');
        if (logical is SourceScan scan) text.Append(scan.Source.Name).Append('|').Append(scan.Source.Connector).Append('|');
        Write(text, logical.Schema.Fields);
        Write(text, logical.Key);
        Write(text, logical.Times);
        Write(text, logical.Parameters);
        if (logical.HasState)
        {
            text.Append(node.Demand);
            Write(text, node.Used);
            Write(text, node.UsedByPort);
        }
        foreach (var input in node.Inputs)
        {
            var edge = input;
            while (edge.Node.Logical.IsForSpeed) edge = edge.Node.Inputs[0]; // it depends on the number of lanes
            text.Append('|').Append(prints[edge.Node.Id].ToString("x32", CultureInfo.InvariantCulture)).Append(':').Append(edge.Port);
        }
        return Hash(text.ToString());
    }

    static void Write(StringBuilder text, object? value)
    {
        switch (value)
        {
            case null: text.Append('-'); break;
            case string s: text.Append(s.Length).Append('\'').Append(s); break;
            case Expression e: text.Append(e.ToSql()).Append("::").Append(e.Type); break;
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

    static UInt128 Hash(string text)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(text), hash);
        return BinaryPrimitives.ReadUInt128LittleEndian(hash);
    }
}

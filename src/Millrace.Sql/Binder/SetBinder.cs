using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>UNION, INTERSECT and EXCEPT: parts are brought to common types and to the columns that are shown, then counted row by row.</summary>
internal sealed class SetBinder(Compilation compilation, string view, Interval? stateTtl)
{
    /// <summary>UNION ALL of some parts.</summary>
    public PlanNode Union(ImmutableArray<(PlanNode Node, Span Span)> parts, Span span) => PlanBuilder.Union(Alike(parts, "UNION ALL", span), compilation.Where(span));

    /// <summary>A set operation of two parts.</summary>
    public PlanNode Bind(SetBody set, ImmutableArray<(PlanNode Node, Span Span)> parts)
    {
        var where = compilation.Where(set.Span);
        var inputs = Alike(parts, set.Text, set.Span);
        var late = PlanSearch.Late(inputs[0]);
        var node = set.Word == SetWord.Union ? PlanBuilder.Distinct(PlanBuilder.Union(inputs, where), stateTtl, view, late, where)
            : PlanBuilder.Set(set.Word == SetWord.Intersect ? set.IsAll ? SetKind.IntersectAll : SetKind.Intersect : set.IsAll ? SetKind.ExceptAll : SetKind.Except, inputs, view, late, where);
        if (!compilation.IsQuery && node.StateBound == "unbounded")
            compilation.Findings.Warning(Codes.UnboundedState, set.Span, $"every different row of '{view}' is kept for ever by {set.Text}. Let all parts select their time column (or window_start), so that old rows are forgotten.");
        return node;
    }

    /// <summary>The parts with columns of the same types, under the first one's names, and no others.</summary>
    ImmutableArray<PlanNode> Alike(ImmutableArray<(PlanNode Node, Span Span)> nodes, string operation, Span span)
    {
        var parts = nodes.Select(p => (p.Node, Scope.Of(p.Node, "", "").Columns, p.Span)).ToList();
        var first = parts[0].Columns;
        foreach (var part in parts)
        {
            if (part.Columns.Count != first.Count)
                throw new SqlError(Codes.UnionColumns, part.Span, $"this part of {operation} has {part.Columns.Count} columns, the first has {first.Count}.");
        }
        var types = new DataType[first.Count];
        for (var i = 0; i < types.Length; i++)
        {
            types[i] = Casts.Common([.. parts.Select(p => p.Columns[i].Type)])
                ?? throw new SqlError(Codes.NoCommonType, span, $"column {i + 1} ('{first[i].Name}') of {operation} has no common type: {string.Join(", ", parts.Select(p => p.Columns[i].Type.ToString()).Distinct())}. Convert with CAST.");
            if (types[i].Kind == TypeKind.Null) types[i] = DataType.Text;
        }
        return [.. parts.Select(p => PlanBuilder.Bare(p.Node, [.. p.Columns.Select((c, i) => (ExpressionBinder.Convert(Scope.Reference(c), types[i], p.Span), first[i].Name))]))];
    }
}

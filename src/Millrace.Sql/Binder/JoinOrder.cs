using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;

namespace Millrace.Sql.Binder;

/// <summary>Joined tables to a plan: conditions go down to the side that they speak of, and tables that conditions connect are joined before those that nothing connects.</summary>
internal sealed class JoinOrder(Compilation compilation, string view, Interval? stateTtl)
{
    /// <summary>Rows and the number of each of their columns; -1 for those that a key needs and nobody can name.</summary>
    sealed record Rows(PlanNode Node, ImmutableArray<int> Numbers, string Name, Span Word)
    {
        public bool Has(IEnumerable<int> columns) => columns.All(c => Numbers.Contains(c));
    }

    /// <summary>The plan; its columns stand by their numbers.</summary>
    /// <param name="tree">What is joined.</param>
    /// <param name="where">Conditions over all of it.</param>
    /// <param name="count">How many columns are numbered.</param>
    public PlanNode Plan(JoinTree tree, IReadOnlyList<Expression> where, int count)
    {
        var rows = Make(tree, where);
        if (rows.Numbers.SequenceEqual(Enumerable.Range(0, count))) return rows.Node;
        var places = Enumerable.Range(0, count).Select(n => rows.Numbers.IndexOf(n));
        return PlanBuilder.Project(rows.Node, [.. places.Select(p => ((Expression)new ColumnReference(p, rows.Node.Schema[p].Name, rows.Node.Schema[p].Type), rows.Node.Schema[p].Name))], rows.Node.Where);
    }

    Rows Make(JoinTree tree, IReadOnlyList<Expression> conditions) => tree switch
    {
        JoinTree.Leaf leaf => Kept(new(leaf.Node, [.. Enumerable.Range(leaf.Start, leaf.Node.Schema.Count)], leaf.Name, default!), conditions),
        JoinTree.Pair { Kind: JoinKind.Inner } => MakeInner(tree, conditions),
        _ => MakeOuter((JoinTree.Pair)tree, conditions),
    };

    /// <summary>The tables that inner joins and commas bring together, each with the conditions on it alone, then one after the other.</summary>
    Rows MakeInner(JoinTree tree, IReadOnlyList<Expression> conditions)
    {
        var open = conditions.ToList();
        var parts = new List<(JoinTree Tree, Span Word)>();
        void Flatten(JoinTree at, Span word)
        {
            if (at is JoinTree.Pair { Kind: JoinKind.Inner } pair)
            {
                Flatten(pair.Left, pair.Word);
                Flatten(pair.Right, pair.Word);
                open.InsertRange(0, pair.On);
            }
            else parts.Add((at, word));
        }
        Flatten(tree, default!);
        var waiting = parts.Select(p => Make(p.Tree, Take(open, c => CanMove(c) && IsOver(c, p.Tree))) with { Word = p.Word }).ToList();
        var joined = waiting[0];
        waiting.RemoveAt(0);
        while (waiting.Count > 0)
        {
            var next = Math.Max(0, waiting.FindIndex(w => open.Any(c => Connects(c, joined, w))));
            var right = waiting[next];
            waiting.RemoveAt(next);
            var numbers = joined.Numbers.AddRange(right.Numbers);
            var on = Take(open, c => Columns(c) is { Count: > 0 } columns && columns.All(numbers.Contains));
            joined = Join(joined, right, JoinKind.Inner, on, right.Word);
        }
        return Kept(joined, open);
    }

    static bool Connects(Expression condition, Rows joined, Rows next) =>
        condition is Call { Function.Name: "=" } or NotDistinct && Columns(condition) is { Count: > 0 } columns && columns.All(c => joined.Numbers.Contains(c) || next.Numbers.Contains(c))
            && columns.Any(joined.Numbers.Contains) && columns.Any(next.Numbers.Contains);

    Rows MakeOuter(JoinTree.Pair pair, IReadOnlyList<Expression> conditions)
    {
        var open = conditions.ToList();
        var on = pair.On.ToList();
        var (keepsLeft, keepsRight) = (pair.Kind is JoinKind.Left or JoinKind.Full, pair.Kind is JoinKind.Right or JoinKind.Full);
        // What WHERE says of a side whose rows all go on can be said before the join; what ON says of the other side too.
        var left = Make(pair.Left, [.. keepsRight ? [] : Take(open, c => CanMove(c) && IsOver(c, pair.Left)), .. keepsLeft ? [] : Take(on, c => CanMove(c) && IsOver(c, pair.Left))]);
        var right = Make(pair.Right, [.. keepsLeft ? [] : Take(open, c => CanMove(c) && IsOver(c, pair.Right)), .. keepsRight ? [] : Take(on, c => CanMove(c) && IsOver(c, pair.Right))]);
        var joined = Join(left, right, pair.Kind, on, pair.Word);
        if (pair.Merged.Count > 0)
        {
            var items = joined.Node.Schema.Fields.Select((f, i) => ((Expression)new ColumnReference(i, f.Name, f.Type), f.Name))
                .Concat(pair.Merged.Select(m => (JoinCondition.Moved(m.Expression, joined.Numbers.IndexOf), m.Name)));
            var node = PlanBuilder.Project(joined.Node, [.. items], joined.Node.Where);
            joined = joined with { Node = node, Numbers = [.. joined.Numbers, .. pair.Merged.Select(m => m.Number)] };
        }
        return Kept(joined, open);
    }

    Rows Join(Rows left, Rows right, JoinKind kind, IReadOnlyList<Expression> on, Span word)
    {
        var numbers = left.Numbers.AddRange(right.Numbers);
        var condition = on.Count == 0 ? null : JoinCondition.Moved(And(on), numbers.IndexOf);
        var node = PlanBuilder.Join(left.Node, right.Node, kind, condition, stateTtl, view, PlanSearch.Late(left.Node), PlanSearch.Late(right.Node), compilation.Where(word));
        JoinWarnings.Tell(compilation, node, view, left.Name, right.Name, word);
        return new(node, numbers.AddRange(Enumerable.Repeat(-1, node.Schema.Count - numbers.Length)), $"{left.Name} JOIN {right.Name}", word);
    }

    Rows Kept(Rows rows, IReadOnlyList<Expression> conditions) => conditions.Count == 0 ? rows
        : rows with { Node = PlanBuilder.Filter(rows.Node, JoinCondition.Moved(And(conditions), rows.Numbers.IndexOf), rows.Node.Where) };

    static Expression And(IReadOnlyList<Expression> conditions) => conditions.Count == 1 ? conditions[0] : new Logical(true, [.. conditions]);

    static List<Expression> Take(List<Expression> from, Func<Expression, bool> which)
    {
        var taken = from.Where(which).ToList();
        from.RemoveAll(taken.Contains);
        return taken;
    }

    /// <summary>A condition that can fail, or that is not the same each time, is evaluated where it stands: for the pairs that reach it.</summary>
    static bool CanMove(Expression condition) => !Fallible.Is(condition) && condition.IsDeterministic();

    static bool IsOver(Expression condition, JoinTree tree) => Columns(condition) is { Count: > 0 } columns && columns.All(Numbers(tree).Contains);

    static HashSet<int> Numbers(JoinTree tree) => tree switch
    {
        JoinTree.Leaf leaf => [.. Enumerable.Range(leaf.Start, leaf.Node.Schema.Count)],
        JoinTree.Pair pair => [.. Numbers(pair.Left), .. Numbers(pair.Right), .. pair.Merged.Select(m => m.Number)],
        _ => [],
    };

    static HashSet<int> Columns(Expression expression)
    {
        var columns = new HashSet<int>();
        void Look(Expression part)
        {
            if (part is ColumnReference column) columns.Add(column.Index);
            foreach (var inner in part.Parts()) Look(inner);
        }
        Look(expression);
        return columns;
    }
}

using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>GROUPING(a, b) until it is known which column says what a set leaves out.</summary>
internal sealed record GroupingSlot(ImmutableArray<(Expression Key, Span Span)> Arguments) : Expression(DataType.Integer);

/// <summary>GROUP BY multiplied out: every set that rows are grouped by, and the keys that occur in any of them.</summary>
/// <param name="Keys">All keys, each once, in the order of the text.</param>
/// <param name="Sets">For each set the keys in it.</param>
internal sealed record GroupingSets(List<Expression> Keys, IReadOnlyList<IReadOnlyList<Expression>> Sets)
{
    const int MaxSets = 4096;
    const int MaxKeys = 31;

    /// <summary>Binds all keys.</summary>
    public static GroupingSets Bind(ImmutableArray<Expr> groupBy, Func<Expr, Expression> bind)
    {
        var bound = new Dictionary<Expr, Expression>(ReferenceEqualityComparer.Instance);
        var keys = new List<Expression>();
        foreach (var element in groupBy) BindKeys(element);
        var sets = Product(groupBy).Select(s => (IReadOnlyList<Expression>)[.. s.Select(e => bound[e]).Distinct()]).ToList();
        if (sets.Count > 1 && keys.Count > MaxKeys)
            throw new SqlError(Codes.BadGrouping, groupBy[0].Span.To(groupBy[^1].Span), $"grouping sets over {keys.Count} keys; at most {MaxKeys} are allowed. Leave some out, or write several views.");
        return new(keys, sets);

        void BindKeys(Expr element)
        {
            if (element is GroupingExpr grouping)
            {
                foreach (var part in grouping.Elements) BindKeys(part);
                return;
            }
            var key = bind(element);
            bound[element] = key;
            if (!keys.Contains(key)) keys.Add(key);
        }
    }

    /// <summary>The numbers of the sets over some of the keys, see <see cref="Expand.Sets"/>; empty where there is one set.</summary>
    public ImmutableArray<long> Numbers(List<Expression> keys)
    {
        if (Sets.Count == 1) return [];
        var numbers = new HashSet<long>();
        var result = ImmutableArray.CreateBuilder<long>();
        foreach (var set in Sets)
        {
            var number = 0L;
            for (var k = 0; k < keys.Count; k++)
                if (!set.Contains(keys[k])) number |= 1L << k;
            while (!numbers.Add(number)) number += 1L << keys.Count;
            result.Add(number);
        }
        return result.ToImmutable();
    }

    /// <summary>Whether a key is in every set.</summary>
    public bool IsInAll(Expression key) => Sets.All(s => s.Contains(key));

    /// <summary>The sets of several elements: each of the one with each of the other.</summary>
    static List<ImmutableArray<Expr>> Product(ImmutableArray<Expr> elements)
    {
        List<ImmutableArray<Expr>> sets = [[]];
        foreach (var element in elements)
        {
            var further = SetsOf(element);
            Check((long)sets.Count * further.Count, element.Span);
            sets = [.. sets.SelectMany(_ => further, (a, b) => a.AddRange(b))];
        }
        return sets;
    }

    static List<ImmutableArray<Expr>> SetsOf(Expr element)
    {
        if (element is not GroupingExpr grouping) return [[element]];
        var parts = grouping.Elements;
        switch (grouping.Kind)
        {
            case GroupingKind.Composite: return [parts];
            case GroupingKind.Sets:
                var all = parts.SelectMany(SetsOf).ToList();
                Check(all.Count, grouping.Span);
                return all;
            case GroupingKind.Rollup: return [.. Enumerable.Range(0, parts.Length + 1).Select(n => Flat(parts.Take(parts.Length - n)))];
            default:
                Check(1L << Math.Min(parts.Length, 40), grouping.Span);
                // (a, b), (a), (b), (): the first element is the slowest to go.
                return [.. Enumerable.Range(0, 1 << parts.Length).Select(left => Flat(parts.Where((_, i) => (left >> parts.Length - 1 - i & 1) == 0)))];
        }
    }

    static ImmutableArray<Expr> Flat(IEnumerable<Expr> parts) => [.. parts.SelectMany(p => p is GroupingExpr composite ? composite.Elements : [p])];

    static void Check(long sets, Span span)
    {
        if (sets > MaxSets) throw new SqlError(Codes.BadGrouping, span, $"GROUP BY makes more than {MaxSets} grouping sets. Leave out some keys of CUBE, or write the sets that are meant.");
    }

    /// <summary>GROUPING(...) over the number of the set: a bit for each argument, the first the highest, 1 where the set leaves it out.</summary>
    /// <param name="number">The column of the number, or null where there is one set.</param>
    /// <param name="bits">For each argument its key's place, or -1 where it is in every set.</param>
    public static Expression Grouping(ColumnReference? number, IReadOnlyList<int> bits)
    {
        Expression result = new Literal(0, DataType.Integer);
        if (number is null) return result;
        Expression? sum = null;
        for (var i = 0; i < bits.Count; i++)
        {
            if (bits[i] < 0) continue;
            var bit = Call("%", Call("/", number, 1L << bits[i]), 2);
            var term = i == bits.Count - 1 ? bit : Call("*", bit, 1L << bits.Count - 1 - i);
            sum = sum is null ? term : Call("+", sum, term);
        }
        return sum is null ? result : new Cast(sum, DataType.Integer, false);

        static Expression Call(string function, Expression left, object right)
        {
            var found = Catalog.BuiltIn.Scalar(function)!;
            var other = right as Expression ?? new Literal(Convert.ToInt64(right, System.Globalization.CultureInfo.InvariantCulture), DataType.BigInt);
            return new Call(found, [left, other], found.Resolve([DataType.BigInt, DataType.BigInt])!.Result);
        }
    }
}

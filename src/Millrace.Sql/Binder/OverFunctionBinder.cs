using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Planning;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>What stands before OVER: a function of windows, or any aggregate.</summary>
/// <param name="compilation">What it is resolved against.</param>
/// <param name="binder">Binds the arguments.</param>
internal sealed class OverFunctionBinder(Compilation compilation, ExpressionBinder binder)
{
    static readonly string[] s_names = ["row_number", "rank", "dense_rank", "lag", "lead", "first_value", "last_value", "nth_value"];

    /// <summary>Binds a call; the window and its frame are yet to come.</summary>
    /// <param name="over">As it was written.</param>
    /// <param name="time">The column that ORDER BY begins with, for aggregates over time; null where it is none.</param>
    public BoundOver Bind(OverExpr over, ColumnReference? time)
    {
        var call = over.Call;
        var name = call.Function.Text;
        var shown = name.ToUpperInvariant();
        if (s_names.Contains(name) && (call.IsStar || call.IsAggregate)) throw new SqlError(Codes.BadOver, call.Span, $"*, DISTINCT, FILTER and ORDER BY belong to aggregates; {shown} is none.");
        switch (name)
        {
            case "row_number" or "rank" or "dense_rank":
                if (!call.Arguments.IsEmpty) throw Usage(call, $"{shown}()");
                return Make(over, name switch { "row_number" => OverFunction.RowNumber, "rank" => OverFunction.Rank, _ => OverFunction.DenseRank }, DataType.BigInt, []);
            case "lag" or "lead": return Neighbour(over, shown, name == "lag" ? OverFunction.Lag : OverFunction.Lead);
            case "first_value" or "last_value":
                if (call.Arguments.Length != 1) throw Usage(call, $"{shown}(value)");
                return OfFrame(over, name == "first_value" ? OverFunction.FirstValue : OverFunction.LastValue, 0);
            case "nth_value":
                if (call.Arguments.Length != 2) throw Usage(call, "NTH_VALUE(value, n)");
                var n = Constants.Count(compilation, call.Arguments[1], "n of NTH_VALUE");
                return n > 0 ? OfFrame(over, OverFunction.NthValue, n) : throw new SqlError(Codes.BadOver, call.Arguments[1].Span, "n of NTH_VALUE counts from 1.");
            case "ntile" or "percent_rank" or "cume_dist":
                throw new SqlError(Codes.BadOver, call.Function.Span, $"{shown} needs the rows behind the row at hand. Use ROW_NUMBER, RANK or DENSE_RANK.");
        }
        if (compilation.Options.Catalog.Aggregate(name) is null)
            throw new SqlError(Codes.BadOver, call.Function.Span, $"'{name}' is neither an aggregate nor a function of windows.{Suggestions.For(name, s_names)}");
        return Aggregate(over, time);
    }

    static SqlError Usage(CallExpr call, string usage) => new(Codes.BadOver, call.Span, $"usage: {usage} OVER (...).");

    static BoundOver Make(OverExpr over, OverFunction function, DataType type, ImmutableArray<Expression> arguments, long distance = 0) =>
        new(function, null, arguments, distance, [], [], OverFrame.Default, type, over.Span);

    /// <summary>LAG and LEAD.</summary>
    BoundOver Neighbour(OverExpr over, string shown, OverFunction function)
    {
        var arguments = over.Call.Arguments;
        if (arguments.Length is < 1 or > 3) throw Usage(over.Call, $"{shown}(value [, rows [, default]])");
        var distance = arguments.Length > 1 ? Constants.Count(compilation, arguments[1], $"the number of rows of {shown}") : 1;
        var value = QueryBinder.Typed(binder.Bind(arguments[0]));
        ImmutableArray<Expression> values = arguments.Length < 3 ? [value]
            : [.. ExpressionBinder.Common([value, binder.Bind(arguments[2])], [arguments[0].Span, arguments[2].Span], over.Call.Span, shown)];
        return Make(over, function, values[0].Type, values, distance);
    }

    /// <summary>FIRST_VALUE, LAST_VALUE and NTH_VALUE.</summary>
    BoundOver OfFrame(OverExpr over, OverFunction function, long n)
    {
        var value = QueryBinder.Typed(binder.Bind(over.Call.Arguments[0]));
        return Make(over, function, value.Type, [value], n);
    }

    /// <summary>An aggregate; FILTER becomes a CASE around the argument, which the aggregate skips where it is NULL.</summary>
    BoundOver Aggregate(OverExpr over, ColumnReference? time)
    {
        var bound = new AggregateBinder(binder, time).Bind(compilation.Options.Catalog.Aggregate(over.Call.Function.Text)!, over.Call with { Filter = null });
        var arguments = bound.Arguments;
        if (over.Call.Filter is { } written)
        {
            if (bound.Function.SeesNulls) throw new SqlError(Codes.BadOver, written.Span, $"FILTER does not go with {bound.Function.Name} OVER. Use CASE WHEN ... in its argument.");
            var filter = binder.Condition(written, "FILTER");
            if (arguments.IsEmpty) arguments = [new Literal(1, DataType.Integer)];
            arguments = [.. arguments.Select(a => (Expression)new Case([new When(filter, a)], new Literal(null, a.Type), a.Type))];
            var types = arguments.Select(a => a.Type).ToArray();
            if (bound.Arguments.IsEmpty) bound = bound with { Signature = bound.Function.Resolve(types, bound.Distinct)! };
        }
        return new(OverFunction.Aggregate, (bound.Function, bound.Signature, bound.Distinct), arguments, 0, [], [], OverFrame.Default, bound.Signature.Result, over.Span);
    }
}

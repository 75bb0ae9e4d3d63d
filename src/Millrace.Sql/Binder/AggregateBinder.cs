using System.Collections.Immutable;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>A call of an aggregate: constants and order are built into the function, the rest become its arguments.</summary>
/// <param name="inner">Binds what stands inside.</param>
/// <param name="time">When rows happened, for aggregates over time that are not told; null where nothing says so.</param>
internal sealed class AggregateBinder(ExpressionBinder inner, ColumnReference? time)
{
    public BoundAggregate Bind(AggregateFunction function, CallExpr call)
    {
        var filter = call.Filter is null ? null : inner.Condition(call.Filter, "FILTER");
        if (call.IsStar && function.Name != "count") throw new SqlError(Codes.WrongTypes, call.Span, $"* as an argument belongs to COUNT. Usage: {function.Syntax}.");
        if (!call.IsStar && call.Arguments.IsEmpty && function.Name == "count") throw new SqlError(Codes.WrongTypes, call.Span, "COUNT takes * or a value.");
        CheckOrder(function, call);
        var constants = new List<Literal>();
        var (arguments, spans) = (new List<Expression>(), new List<Span>());
        for (var i = 0; i < call.Arguments.Length; i++)
        {
            var bound = inner.Bind(call.Arguments[i]);
            if (function.ConstantArguments.Contains(i)) constants.Add(Constant(bound, call.Arguments[i].Span, function));
            else
            {
                arguments.Add(bound);
                spans.Add(call.Arguments[i].Span);
            }
        }
        if (function.TimeArgument == call.Arguments.Length)
        {
            arguments.Add(time ?? throw new SqlError(Codes.WrongTypes, call.Span, $"nothing says when rows happened. Give the time: {function.Syntax}."));
            spans.Add(call.Span);
        }
        foreach (var item in call.OrderBy)
        {
            arguments.Add(inner.Bind(item.Expression));
            spans.Add(item.Expression.Span);
        }
        bool[] descending = [.. call.OrderBy.Select(o => o.IsDescending)];
        var placed = With(function, constants, descending, call);
        var signature = ExpressionBinder.Resolve(types => placed.Resolve(types, call.IsDistinct), arguments)
            ?? throw ExpressionBinder.WrongTypes(call.Function.Text, call.Span, arguments, function.Syntax, call.IsDistinct);
        ImmutableArray<Expression> converted = [.. arguments.Select((a, i) => ExpressionBinder.Convert(a, signature.Parameters[i], spans[i]))];
        if (placed.Check is { } check) converted = converted.SetItem(0, new Call(check, [converted[0]], converted[0].Type));
        return new(placed, signature, converted, call.IsDistinct, filter, call.Span) { Origin = function, Constants = constants, Descending = descending };
    }

    static AggregateFunction With(AggregateFunction function, List<Literal> constants, bool[] descending, CallExpr call)
    {
        try
        {
            return function.Placed(constants, descending, call.IsDistinct);
        }
        catch (ArgumentException error)
        {
            throw new SqlError(Codes.BadArgument, call.Span, $"{error.Message.TrimEnd('.')}. Usage: {function.Syntax}.");
        }
    }

    static Literal Constant(Expression bound, Span span, AggregateFunction function)
    {
        var folded = bound is Literal ? bound : IsConstant(bound) ? ConstantFolding.Fold(bound) : bound;
        return folded as Literal ?? throw new SqlError(Codes.NotConstant, span, $"{function.Name.ToUpperInvariant()} needs a constant here. Usage: {function.Syntax}.");
    }

    static bool IsConstant(Expression expression) => expression is not (ColumnReference or AggregateSlot) && expression.Parts().All(IsConstant);

    static void CheckOrder(AggregateFunction function, CallExpr call)
    {
        var order = function.Order;
        var name = call.Function.Text.ToUpperInvariant();
        if (call.OrderBy.IsEmpty)
        {
            if (order == AggregateOrder.Within) throw new SqlError(Codes.WrongTypes, call.Span, $"{name} needs WITHIN GROUP (ORDER BY ...). Usage: {function.Syntax}.");
            return;
        }
        var isKnown = order switch
        {
            AggregateOrder.None => false,
            AggregateOrder.Inside => !call.IsWithinGroup,
            AggregateOrder.Either => true,
            _ => call.IsWithinGroup,
        };
        if (!isKnown) throw new SqlError(Codes.WrongTypes, call.Span, $"{name} does not take {(call.IsWithinGroup ? "WITHIN GROUP" : "ORDER BY inside its parentheses")}. Usage: {function.Syntax}.");
        foreach (var item in call.OrderBy)
            if (item.NullsFirst is { } first && first != item.IsDescending)
                throw new SqlError(Codes.NotYet, item.Expression.Span, "NULLS FIRST upwards and NULLS LAST downwards do not exist yet inside an aggregate. NULLs stand last upwards and first downwards.");
    }
}

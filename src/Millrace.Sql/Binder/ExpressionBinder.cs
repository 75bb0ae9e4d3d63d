using System.Collections.Immutable;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;
using Millrace.Sql.Syntax;

namespace Millrace.Sql.Binder;

/// <summary>Syntax to typed expressions: names become columns, functions get their signatures, casts are put in.</summary>
/// <param name="compilation">What it is resolved against.</param>
/// <param name="scope">The columns that can be named.</param>
/// <param name="aggregates">Takes the aggregates, where there may be some.</param>
/// <param name="place">Where the expression stands, for the message about aggregates.</param>
/// <param name="special">What some expressions mean at this place alone; null where they mean what they mean everywhere.</param>
internal sealed class ExpressionBinder(Compilation compilation, Scope scope, AggregateCalls? aggregates = null, string place = "here", Func<Expr, Expression?>? special = null)
{
    public Scope Scope => scope;

    /// <summary>Takes the OVERs, where there may be some.</summary>
    OverCalls? Overs { get; init; }

    /// <summary>The same where OVER may stand.</summary>
    public ExpressionBinder WithOvers(OverCalls overs) => new(compilation, scope, aggregates, place) { Overs = overs };

    OverSlot BindOver(OverExpr over) => Overs is null
        ? throw new SqlError(Codes.MisplacedOver, over.Span, $"OVER stands in the select list only. Give {over.Call.Function.Text.ToUpperInvariant()} a name in a query in FROM, and use the name.")
        : Overs.Add(over, new ExpressionBinder(compilation, scope, aggregates, "inside OVER without GROUP BY"));

    public Expression Bind(Expr expression)
    {
        var bound = special?.Invoke(expression) ?? expression switch
        {
            NumberExpr number => Literals.Number(number),
            TextExpr text => new Literal(text.Value, DataType.Text),
            ConstantExpr constant => constant.Value is { } value ? new Literal(value, DataType.Boolean) : new Literal(null, DataType.Null),
            TypedTextExpr typed => Literals.Typed(typed),
            ScopeExpr column => Scope.Reference(column.Column),
            ColumnExpr column => Scope.Reference(scope.Find(column.Table, column.Column) ?? throw scope.Unknown(column.Table, column.Column)),
            StarExpr star => throw new SqlError(Codes.Unexpected, star.Span, "* stands alone in a select list."),
            SignExpr sign => BindSign(sign),
            BinaryExpr binary => Call(binary.Operator, binary.Operator, binary.OperatorSpan, [binary.Left, binary.Right], binary.Span),
            LogicalExpr logical => new Logical(logical.IsAnd, [.. logical.Conditions.Select(c => Condition(c, logical.IsAnd ? "AND" : "OR"))]),
            NotExpr not => new Not(Condition(not.Operand, "NOT")),
            IsExpr test => BindIs(test),
            DistinctFromExpr distinct => BindDistinctFrom(distinct),
            BetweenExpr between => BindBetween(between),
            InExpr list => Negate(Call("in_list", "IN", list.Span, [list.Operand, .. list.List]), list.IsNegated),
            QueryExpr query => (compilation.Scalars ?? throw SubqueryBinder.Misplaced(query)).Value(query),
            InQueryExpr or ExistsExpr => throw SubqueryBinder.Misplaced(expression),
            CaseExpr choice => BindCase(choice),
            CastExpr cast => BindCast(cast),
            CallExpr call => BindCall(call),
            OverExpr over => BindOver(over),
            SeriesExpr series => throw new SqlError(Codes.BadSeries, series.Span, $"{series.Function.Text.ToUpperInvariant()} gives several columns: it is an item of a select list by itself. Use its columns in a query around this one."),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return compilation.Measured(compilation.At(bound, expression.Span), expression.Span);
    }

    /// <summary>An expression that must be BOOLEAN.</summary>
    public Expression Condition(Expr expression, string what)
    {
        var bound = Bind(expression);
        if (bound.Type.Kind == TypeKind.Boolean) return bound;
        if (bound.Type.Kind == TypeKind.Null || bound is Literal { Value: string }) return Convert(bound, DataType.Boolean, expression.Span);
        throw new SqlError(Codes.NotBoolean, expression.Span, $"{what} needs a condition; this is {bound.Type}. Compare it with something, e.g. with <> or IS NOT NULL.");
    }

    /// <summary>Puts in a cast where one is needed; a literal is converted at once.</summary>
    public static Expression Convert(Expression expression, DataType type, Span span)
    {
        if (expression.Type == type) return expression;
        if (expression is Literal { Value: null }) return new Literal(null, type);
        var cast = new Cast(expression, type, false);
        if (expression is not Literal literal) return cast;
        return ConstantFolding.Fold(cast) as Literal ?? throw new SqlError(Codes.BadLiteral, span, $"{literal.ToSql()} is not a value of {type}. {Literals.Form(type)}");
    }

    static Expression Negate(Expression expression, bool isNegated) => isNegated ? new Not(expression) : expression;

    Expression BindSign(SignExpr sign)
    {
        if (sign.IsMinus) return Call("neg", "-", sign.Span, [sign.Operand]);
        var operand = Bind(sign.Operand);
        return operand.Type.IsNumeric || operand.Type.Kind is TypeKind.Interval or TypeKind.Null ? operand
            : throw new SqlError(Codes.WrongTypes, sign.Span, $"+ is not there for {operand.Type}; it needs a number or an interval.");
    }

    Expression BindIs(IsExpr test)
    {
        if (test.Value is { } value)
            return Negate(new NotDistinct(Condition(test.Operand, $"IS {(value ? "TRUE" : "FALSE")}"), new Literal(value, DataType.Boolean)), test.IsNegated);
        return Negate(new IsNull(Bind(test.Operand)), test.IsNegated);
    }

    Expression BindDistinctFrom(DistinctFromExpr test)
    {
        var operands = Common([Bind(test.Left), Bind(test.Right)], [test.Left.Span, test.Right.Span], test.Span, "IS DISTINCT FROM");
        var same = new NotDistinct(operands[0], operands[1]);
        return test.IsNegated ? same : new Not(same);
    }

    Expression BindBetween(BetweenExpr between)
    {
        var operand = Bind(between.Operand);
        var low = Bind(between.Low);
        var high = Bind(between.High);
        var (x, l, h) = (between.Operand.Span, between.Low.Span, between.High.Span);
        Expression Inside(Expression from, Span fromSpan, Expression to, Span toSpan) =>
            new Logical(true, [Call(">=", "BETWEEN", between.Span, [operand, from], [x, fromSpan]), Call("<=", "BETWEEN", between.Span, [operand, to], [x, toSpan])]);
        var inside = Inside(low, l, high, h);
        return Negate(between.IsSymmetric ? new Logical(false, [inside, Inside(high, h, low, l)]) : inside, between.IsNegated);
    }

    Expression BindCase(CaseExpr choice)
    {
        var operand = choice.Operand is null ? null : Bind(choice.Operand);
        var conditions = choice.Whens.Select(w => operand is null ? Condition(w.When, "WHEN")
            : Call("=", "CASE", w.When.Span, [operand, Bind(w.When)], [choice.Operand!.Span, w.When.Span])).ToList();
        var branches = choice.Whens.Select(w => w.Then).ToList();
        if (choice.Else is not null) branches.Add(choice.Else);
        var results = Common([.. branches.Select(Bind)], [.. branches.Select(b => b.Span)], choice.Span, "CASE");
        var type = results[0].Type;
        var whens = conditions.Select((c, i) => new When(c, results[i]));
        return new Case([.. whens], choice.Else is null ? new Literal(null, type) : results[^1], type);
    }

    Expression BindCast(CastExpr cast)
    {
        var type = TypeNames.Resolve(cast.Type);
        var operand = Bind(cast.Operand);
        if (operand.Type == type) return operand;
        if (!Casts.IsPossible(operand.Type, type)) throw new SqlError(Codes.NoCast, cast.Span, $"no conversion from {operand.Type} to {type}.");
        if (operand is Literal { Value: null }) return new Literal(null, type);
        return operand is Literal && !cast.IsSoft ? Convert(operand, type, cast.Operand.Span) : new Cast(operand, type, cast.IsSoft);
    }

    Expression BindCall(CallExpr call)
    {
        var name = call.Function.Text;
        var catalog = compilation.Options.Catalog;
        if (GroupWindow.IsColumn(name) && catalog.Scalar(name) is null) return Scope.Reference(GroupWindow.Column(scope.GroupWindow, call).Column);
        if (name == "grouping" && catalog.Scalar(name) is null) return BindGrouping(call);
        var aggregate = catalog.Aggregate(name);
        if (aggregate is not null && (catalog.Scalar(name) is null || call.IsAggregate)) return BindAggregate(aggregate, call);
        if (call.IsAggregate)
        {
            if (catalog.Scalar(name) is null && !s_choices.Contains(name)) throw UnknownFunction(call);
            var what = call.IsStar ? "*" : call.IsDistinct ? "DISTINCT" : call.Filter is not null ? "FILTER" : "ORDER BY";
            throw new SqlError(Codes.NotAnAggregate, call.Span, $"{what} belongs to aggregates; '{name}' is none.");
        }
        switch (name)
        {
            case "coalesce" when call.Arguments.Length > 0: return BindCoalesce(call);
            case "nvl" or "ifnull" when call.Arguments.Length == 2: return BindCoalesce(call);
            case "if" or "iif" when call.Arguments.Length == 3: return Bind(new CaseExpr(null, [(call.Arguments[0], call.Arguments[1])], call.Arguments[2], call.Span));
            case "nullif" when call.Arguments.Length == 2: return BindNullIf(call);
            case "coalesce" or "nullif" or "nvl" or "ifnull" or "if" or "iif":
                var takes = name switch { "coalesce" => "at least one argument", "if" or "iif" => "a condition and two values", _ => "two arguments" };
                throw new SqlError(Codes.WrongTypes, call.Span, $"{name.ToUpperInvariant()} takes {takes}.");
        }
        if (catalog.Scalar(name) is null) throw UnknownFunction(call);
        return Call(name, name, call.Function.Span, call.Arguments, call.Span);
    }

    /// <summary>Calls that the grammar takes for CASE.</summary>
    static readonly string[] s_choices = ["coalesce", "nullif", "nvl", "ifnull", "if", "iif"];

    SqlError UnknownFunction(CallExpr call)
    {
        var name = call.Function.Text;
        if (name == "proctime") return ProctimeBinder.Misplaced(call.Span);
        if (name is "now" or "localtimestamp" or "current_date" or "clock_timestamp")
            return new(Codes.UnknownFunction, call.Function.Span, $"there is no {name.ToUpperInvariant()}: the same rows must give the same answer when they are read again. Use the rows' own time column, or a column PROCTIME() of the source.");
        if (name is "random" or "rand" or "rand_integer" or "uuid" or "gen_random_uuid")
            return new(Codes.UnknownFunction, call.Function.Span, $"there is no {name.ToUpperInvariant()}: the same rows must give the same answer when they are read again. hash64(x) of a key spreads rows evenly.");
        if (name is "tumble" or "hop" or "session") return new(Codes.UnknownFunction, call.Function.Span, $"'{name}' is a window: it stands in FROM or GROUP BY.");
        if (name is "cumulate") return new(Codes.UnknownFunction, call.Function.Span, $"'{name}' is a window: it stands in FROM.");
        return new(Codes.UnknownFunction, call.Function.Span,
            $"no function '{name}'.{Suggestions.For(name, compilation.Options.Catalog.Names.Concat(s_choices))} SHOW FUNCTIONS lists them.");
    }

    Expression BindCoalesce(CallExpr call)
    {
        var values = Common([.. call.Arguments.Select(Bind)], [.. call.Arguments.Select(a => a.Span)], call.Span, "COALESCE");
        if (values.Length == 1) return values[0];
        return new Case([.. values[..^1].Select(v => new When(new Not(new IsNull(v)), v))], values[^1], values[0].Type);
    }

    Expression BindNullIf(CallExpr call)
    {
        var (a, b) = (Bind(call.Arguments[0]), Bind(call.Arguments[1]));
        var equal = Call("=", "NULLIF", call.Span, [a, b], [call.Arguments[0].Span, call.Arguments[1].Span]);
        if (a.Type.Kind == TypeKind.Null) a = new Literal(null, DataType.Text);
        return new Case([new When(equal, new Literal(null, a.Type))], a, a.Type);
    }

    GroupingSlot BindGrouping(CallExpr call)
    {
        if (aggregates is null) throw new SqlError(Codes.BadGrouping, call.Span, $"GROUPING cannot stand {place}; it belongs into SELECT and HAVING of a query with GROUP BY.");
        if (call.Arguments.Length is 0 or > 31 || call.IsDistinct || call.IsStar || call.Filter is not null) throw new SqlError(Codes.BadGrouping, call.Span, "GROUPING takes 1 to 31 keys of GROUP BY.");
        var inner = new ExpressionBinder(compilation, scope, null, "inside GROUPING");
        return new([.. call.Arguments.Select(a => (inner.Bind(a), a.Span))]);
    }

    AggregateSlot BindAggregate(AggregateFunction function, CallExpr call)
    {
        if (aggregates is null) throw new SqlError(Codes.MisplacedAggregate, call.Span, $"the aggregate {call.Function.Text.ToUpperInvariant()} cannot stand {place}.");
        return aggregates.Add(new AggregateBinder(new ExpressionBinder(compilation, scope, null, "inside another aggregate"), aggregates.Time).Bind(function, call));
    }

    internal delegate Signature? Resolver(ReadOnlySpan<DataType> types);

    /// <summary>The signature for arguments; a text literal also counts as a value of unknown type, as in PostgreSQL.</summary>
    internal static Signature? Resolve(Resolver resolve, IReadOnlyList<Expression> arguments)
    {
        var types = arguments.Select(a => a.Type).ToArray();
        if (resolve(types) is { } signature) return signature;
        var hasText = false;
        for (var i = 0; i < types.Length; i++)
        {
            if (arguments[i] is not Literal { Value: string }) continue;
            types[i] = DataType.Null;
            hasText = true;
        }
        return hasText ? resolve(types) : null;
    }

    internal static SqlError WrongTypes(string shown, Span span, IReadOnlyList<Expression> arguments, string syntax, bool isDistinct = false)
    {
        if (arguments.Count == 2 && !shown.Any(char.IsLetter))
            return new(Codes.WrongTypes, span, $"{shown} is not there for {arguments[0].Type} and {arguments[1].Type}. Convert one of them with CAST(x AS type).");
        var types = string.Join(", ", arguments.Select(a => a.Type));
        return new(Codes.WrongTypes, span, $"{shown}({(isDistinct ? "DISTINCT " : "")}{types}) does not exist. Usage: {syntax}.");
    }

    Expression Call(string function, string shown, Span span, IEnumerable<Expr> arguments, Span? whole = null)
    {
        var all = arguments.ToList();
        return Call(function, shown, whole ?? span, [.. all.Select(Bind)], [.. all.Select(a => a.Span)], span);
    }

    Expression Call(string function, string shown, Span span, IReadOnlyList<Expression> arguments, IReadOnlyList<Span> spans, Span? nameSpan = null)
    {
        var found = compilation.Options.Catalog.Scalar(function);
        if (found is null) throw new SqlError(Codes.UnknownFunction, nameSpan ?? span, $"no operator or function '{shown}'.");
        Literal?[] constants = [.. arguments.Select(a => a as Literal)];
        var signature = Resolve(types => found.Resolve(types, constants), arguments) ?? throw WrongTypes(shown, span, arguments, found.Syntax);
        var converted = arguments.Select((a, i) => Convert(a, signature.Parameters[i], spans[i])).ToImmutableArray();
        return ConstantArguments.Call(found, signature, converted, spans);
    }

    /// <summary>Values brought to the type that they have in common; bare NULLs alone are TEXT.</summary>
    public static Expression[] Common(IReadOnlyList<Expression> values, IReadOnlyList<Span> spans, Span span, string what)
    {
        var type = Casts.Common([.. values.Select(v => v.Type)]) ?? Casts.Common([.. values.Select(v => v is Literal { Value: string } ? DataType.Null : v.Type)]);
        if (type is not { } common)
            throw new SqlError(Codes.NoCommonType, span, $"{what} needs values of one type; these are {string.Join(", ", values.Select(v => v.Type.ToString()).Distinct())}. Convert with CAST.");
        if (common.Kind == TypeKind.Null) common = DataType.Text;
        return [.. values.Select((v, i) => Convert(v, common, spans[i]))];
    }
}

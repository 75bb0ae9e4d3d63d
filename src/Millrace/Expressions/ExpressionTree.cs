using System.Collections.Immutable;

namespace Millrace.Expressions;

/// <summary>Walking and rewriting expressions.</summary>
public static class ExpressionTree
{
    extension(Expression expression)
    {
        /// <summary>The expressions that this one is made of, in the order of the text.</summary>
        public IEnumerable<Expression> Parts() => expression switch
        {
            Call call => call.Arguments,
            Logical logical => logical.Conditions,
            Not not => [not.Operand],
            IsNull isNull => [isNull.Operand],
            NotDistinct same => [same.Left, same.Right],
            Case choice => choice.Whens.SelectMany(w => new[] { w.Condition, w.Result }).Append(choice.Else),
            Cast cast => [cast.Operand],
            _ => [],
        };

        /// <summary>The expression with each part replaced; the same object where nothing changes.</summary>
        public Expression WithParts(Func<Expression, Expression> replace)
        {
            switch (expression)
            {
                case Call call:
                    var arguments = All(call.Arguments, replace);
                    return arguments == call.Arguments ? call : call with { Arguments = arguments };
                case Logical logical:
                    var conditions = All(logical.Conditions, replace);
                    return conditions == logical.Conditions ? logical : logical with { Conditions = conditions };
                case Not not:
                    var operand = replace(not.Operand);
                    return ReferenceEquals(operand, not.Operand) ? not : new Not(operand);
                case IsNull isNull:
                    var tested = replace(isNull.Operand);
                    return ReferenceEquals(tested, isNull.Operand) ? isNull : new IsNull(tested);
                case NotDistinct same:
                    var (left, right) = (replace(same.Left), replace(same.Right));
                    return ReferenceEquals(left, same.Left) && ReferenceEquals(right, same.Right) ? same : new NotDistinct(left, right);
                case Case choice:
                    var whens = choice.Whens.Select(w => new When(replace(w.Condition), replace(w.Result))).ToImmutableArray();
                    var otherwise = replace(choice.Else);
                    var isSame = ReferenceEquals(otherwise, choice.Else)
                        && whens.Zip(choice.Whens).All(p => ReferenceEquals(p.First.Condition, p.Second.Condition) && ReferenceEquals(p.First.Result, p.Second.Result));
                    return isSame ? choice : choice with { Whens = whens, Else = otherwise };
                case Cast cast:
                    var inner = replace(cast.Operand);
                    return ReferenceEquals(inner, cast.Operand) ? cast : cast with { Operand = inner };
                default: return expression;
            }
        }

        /// <summary>Whether every function in it gives equal results for equal arguments at any time.</summary>
        public bool IsDeterministic() => expression is not Call { Function.IsDeterministic: false } && expression.Parts().All(p => p.IsDeterministic());
    }

    static ImmutableArray<Expression> All(ImmutableArray<Expression> parts, Func<Expression, Expression> replace)
    {
        var isSame = true;
        var replaced = ImmutableArray.CreateBuilder<Expression>(parts.Length);
        foreach (var part in parts)
        {
            var other = replace(part);
            isSame &= ReferenceEquals(other, part);
            replaced.Add(other);
        }
        return isSame ? parts : replaced.MoveToImmutable();
    }
}

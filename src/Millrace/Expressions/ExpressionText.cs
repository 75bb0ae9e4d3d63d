using System.Globalization;
using System.Text;
using Millrace.Data;

namespace Millrace.Expressions;

/// <summary>Expressions printed back as SQL, for EXPLAIN and messages: with as few parentheses as the precedence of operators needs.</summary>
public static class ExpressionText
{
    static readonly Dictionary<string, int> s_precedence = new(StringComparer.Ordinal)
    {
        ["^"] = 9,
        ["neg"] = 10,
        ["*"] = 8,
        ["/"] = 8,
        ["%"] = 8,
        ["+"] = 7,
        ["-"] = 7,
        ["||"] = 6,
        ["->"] = 6,
        ["->>"] = 6,
        ["~"] = 6,
        ["~*"] = 6,
        ["!~"] = 6,
        ["!~*"] = 6,
        ["like"] = 5,
        ["ilike"] = 5,
        ["in_list"] = 5,
        ["="] = 4,
        ["<>"] = 4,
        ["<"] = 4,
        ["<="] = 4,
        [">"] = 4,
        [">="] = 4,
    };
    const int IsPrecedence = 3, NotPrecedence = 2, AndPrecedence = 1, OrPrecedence = 0, Atom = 20;

    extension(Expression expression)
    {
        /// <summary>The expression as SQL.</summary>
        public string ToSql()
        {
            var text = new StringBuilder();
            Write(expression, 0, text);
            return text.ToString();
        }
    }

    static void Write(Expression expression, int least, StringBuilder text)
    {
        var own = Precedence(expression);
        if (own < least) text.Append('(');
        switch (expression)
        {
            case ColumnReference column: text.Append(Name(column.Name)); break;
            case Literal literal: WriteLiteral(literal, text); break;
            case Call call: WriteCall(call, own, text); break;
            case Logical logical: Join(logical.Conditions, logical.IsAnd ? " AND " : " OR ", own + 1, text); break;
            case Not not:
                text.Append("NOT ");
                Write(not.Operand, own, text);
                break;
            case IsNull isNull:
                Write(isNull.Operand, own + 1, text);
                text.Append(" IS NULL");
                break;
            case NotDistinct same:
                Write(same.Left, own + 1, text);
                text.Append(" IS NOT DISTINCT FROM ");
                Write(same.Right, own + 1, text);
                break;
            case Case choice:
                text.Append("CASE");
                foreach (var when in choice.Whens)
                {
                    text.Append(" WHEN ");
                    Write(when.Condition, 0, text);
                    text.Append(" THEN ");
                    Write(when.Result, 0, text);
                }
                if (choice.Else is not Literal { Value: null })
                {
                    text.Append(" ELSE ");
                    Write(choice.Else, 0, text);
                }
                text.Append(" END");
                break;
            case Cast cast:
                text.Append(cast.Soft ? "TRY_CAST(" : "CAST(");
                Write(cast.Operand, 0, text);
                text.Append(" AS ").Append(cast.Type).Append(')');
                break;
        }
        if (own < least) text.Append(')');
    }

    static int Precedence(Expression expression) => expression switch
    {
        Call call when call.Function.Name != "neg" && call.Arguments.Length < 2 => Atom,
        Call call => s_precedence.GetValueOrDefault(call.Function.Name, Atom),
        Logical logical => logical.IsAnd ? AndPrecedence : OrPrecedence,
        Not => NotPrecedence,
        IsNull or NotDistinct => IsPrecedence,
        _ => Atom,
    };

    static void WriteCall(Call call, int own, StringBuilder text)
    {
        var name = call.Function.Name;
        var arguments = call.Arguments;
        switch (name)
        {
            case "neg":
                text.Append('-');
                Write(arguments[0], own + 1, text);
                return;
            case "in_list":
                Write(arguments[0], own + 1, text);
                text.Append(" IN (");
                Join(arguments[1..], ", ", 0, text);
                text.Append(')');
                return;
            case "extract" when arguments[0] is Literal { Value: string field }:
                text.Append("EXTRACT(").Append(field.ToUpperInvariant()).Append(" FROM ");
                Write(arguments[1], 0, text);
                text.Append(')');
                return;
            case "like" or "ilike":
                Write(arguments[0], own + 1, text);
                text.Append(name == "like" ? " LIKE " : " ILIKE ");
                Write(arguments[1], own + 1, text);
                if (arguments.Length < 3) return;
                text.Append(" ESCAPE ");
                Write(arguments[2], own + 1, text);
                return;
        }
        if (own != Atom)
        {
            Write(arguments[0], own, text);
            text.Append(' ').Append(name).Append(' ');
            Write(arguments[1], own + 1, text);
            return;
        }
        text.Append(name).Append('(');
        Join(arguments, ", ", 0, text);
        text.Append(')');
    }

    static void Join(IEnumerable<Expression> parts, string separator, int least, StringBuilder text)
    {
        var isFirst = true;
        foreach (var part in parts)
        {
            if (!isFirst) text.Append(separator);
            isFirst = false;
            Write(part, least, text);
        }
    }

    static void WriteLiteral(Literal literal, StringBuilder text)
    {
        switch (literal.Value)
        {
            case null: text.Append("NULL"); break;
            case bool flag: text.Append(flag ? "TRUE" : "FALSE"); break;
            case string value: text.Append('\'').Append(value.Replace("'", "''", StringComparison.Ordinal)).Append('\''); break;
            case byte[] bytes: text.Append("'\\x").Append(Convert.ToHexStringLower(bytes)).Append('\''); break;
            case Int128 scaled: text.Append(Casts.Show(scaled, literal.Type.Scale)); break;
            case long time when literal.Type.Kind == TypeKind.Timestamp: Quoted("TIMESTAMP", time, ValueText.FormatTimestamp, text); break;
            case Interval interval: Quoted("INTERVAL", interval, ValueText.FormatInterval, text); break;
            case double number: Number(number, text); break;
            default: text.Append(CultureInfo.InvariantCulture, $"{literal.Value}"); break;
        }
    }

    delegate int Formatter<T>(T value, Span<byte> target);

    static void Quoted<T>(string type, T value, Formatter<T> format, StringBuilder text)
    {
        Span<byte> room = stackalloc byte[ValueText.MaxLength];
        text.Append(type).Append(" '").Append(Encoding.UTF8.GetString(room[..format(value, room)])).Append('\'');
    }

    static void Number(double value, StringBuilder text)
    {
        Span<byte> room = stackalloc byte[ValueText.MaxLength];
        var digits = Encoding.UTF8.GetString(room[..ValueText.FormatDouble(value, room)]);
        if (!double.IsFinite(value)) text.Append("CAST('").Append(digits).Append("' AS DOUBLE)");
        else text.Append(digits).Append(digits.AsSpan().ContainsAny('.', 'e') ? "" : ".0");
    }

    static string Name(string name)
    {
        var isPlain = name.Length > 0 && (char.IsAsciiLetterLower(name[0]) || name[0] == '_') && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '_');
        return isPlain ? name : $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}

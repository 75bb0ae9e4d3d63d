using System.Globalization;
using System.Text;
using Millrace.Data;
using Millrace.Expressions;
using Millrace.Functions;

namespace Millrace.Tests.Functions;

/// <summary>Reads the few forms of SQL that examples of functions are written in, straight into expressions: it tests functions without the front end.</summary>
sealed class ExampleParser(string sql)
{
    static readonly string[][] s_levels =
    [
        ["=", "<>", "!=", "<=", ">=", "<", ">"],
        ["||", "->>", "->", "~*", "!~*", "!~", "~", "&", "|", "#", "<<", ">>", "^@"],
        ["+", "-"], ["*", "/", "%"], ["^"],
    ];

    int _at;

    public static Expression Parse(string sql)
    {
        var parser = new ExampleParser(sql);
        var result = parser.Level(0);
        Assert.Equal(sql.Length, parser._at);
        return result;
    }

    void Blanks()
    {
        while (_at < sql.Length && sql[_at] == ' ') _at++;
    }

    bool Take(string text)
    {
        Blanks();
        if (string.Compare(sql, _at, text, 0, text.Length, StringComparison.OrdinalIgnoreCase) != 0) return false;
        var end = _at + text.Length;
        if (char.IsLetter(text[^1]) && end < sql.Length && (char.IsLetterOrDigit(sql[end]) || sql[end] == '_')) return false;
        _at = end;
        Blanks();
        return true;
    }

    void Expect(string text) => Assert.True(Take(text), $"'{text}' expected at {_at} of {sql}");

    Expression Level(int level)
    {
        if (level == s_levels.Length) return Unary();
        var left = Level(level + 1);
        while (true)
        {
            if (level == 0 && Take("LIKE")) left = Pattern("like", left);
            else if (level == 0 && Take("ILIKE")) left = Pattern("ilike", left);
            else if (level == 0 && Take("IN")) left = Call("in_list", [left, .. List()]);
            else if (Operator(s_levels[level]) is { } symbol) left = Call(symbol, [left, Level(level + 1)]);
            else return left;
        }
    }

    Expression Pattern(string name, Expression text)
    {
        var pattern = Level(1);
        return Take("ESCAPE") ? Call(name, [text, pattern, Level(1)]) : Call(name, [text, pattern]);
    }

    string? Operator(string[] symbols)
    {
        Blanks();
        var length = 0;
        while (_at + length < sql.Length && "=<>!|-~&#^@+*/%".Contains(sql[_at + length])) length++;
        var found = sql.Substring(_at, length);
        if (found.Length > 1 && found[^1] == '-' && found is not "->") found = found[..^1];
        if (!symbols.Contains(found)) return null;
        _at += found.Length;
        Blanks();
        return found;
    }

    Expression Unary()
    {
        Blanks();
        if (!Take("-")) return Primary();
        return Primary() switch
        {
            Literal { Value: int v } => new Literal(-v, DataType.Integer),
            Literal { Value: Int128 v } literal => new Literal(-v, literal.Type),
            var other => Call("neg", [other]),
        };
    }

    List<Expression> List()
    {
        Expect("(");
        var list = new List<Expression>();
        while (!Take(")"))
        {
            list.Add(Level(0));
            Take(",");
        }
        return list;
    }

    Expression Primary()
    {
        if (Take("("))
        {
            var inner = Level(0);
            Expect(")");
            return inner;
        }
        if (Take("NULL")) return new Literal(null, DataType.Null);
        if (Take("true")) return new Literal(true, DataType.Boolean);
        if (Take("false")) return new Literal(false, DataType.Boolean);
        if (Take("TIMESTAMP")) return Fold(Text(), DataType.Timestamp);
        if (Take("INTERVAL")) return Fold(Text(), DataType.Interval);
        if (Take("CAST"))
        {
            Expect("(");
            var operand = Level(0);
            Expect("AS");
            var type = new[] { DataType.Double, DataType.Bytes, DataType.Integer, DataType.BigInt, DataType.Text }.First(t => Take(t.ToString()));
            Expect(")");
            return Fold(operand, type);
        }
        if (sql[_at] == '\'') return Text();
        if (char.IsDigit(sql[_at])) return Number();
        var start = _at;
        while (_at < sql.Length && (char.IsLetterOrDigit(sql[_at]) || sql[_at] == '_')) _at++;
        var name = sql[start.._at];
        if (name == "extract")
        {
            Expect("(");
            var field = _at;
            while (char.IsLetter(sql[_at])) _at++;
            var unit = new Literal(sql[field.._at], DataType.Text);
            Expect("FROM");
            var time = Level(0);
            Expect(")");
            return Call(name, [unit, time]);
        }
        if (name == "position")
        {
            Expect("(");
            var part = Level(1);
            Expect("IN");
            var text = Level(1);
            Expect(")");
            return Call(name, [part, text]);
        }
        return Call(name, List());
    }

    Literal Text()
    {
        var text = new StringBuilder();
        for (_at++; ; _at++)
        {
            if (sql[_at] != '\'') text.Append(sql[_at]);
            else if (_at + 1 < sql.Length && sql[_at + 1] == '\'') text.Append(sql[++_at]);
            else break;
        }
        _at++;
        return new(text.ToString(), DataType.Text);
    }

    Literal Number()
    {
        var start = _at;
        while (_at < sql.Length && (char.IsDigit(sql[_at]) || sql[_at] == '.')) _at++;
        var text = sql[start.._at];
        var point = text.IndexOf('.');
        if (point >= 0) return new(Int128.Parse(text.Replace(".", ""), CultureInfo.InvariantCulture), DataType.Decimal(text.Length - 1, text.Length - 1 - point));
        var value = long.Parse(text, CultureInfo.InvariantCulture);
        return value == (int)value ? new((int)value, DataType.Integer) : new(value, DataType.BigInt);
    }

    static Expression Fold(Expression operand, DataType type) => operand.Type == type ? operand : ConstantFolding.Fold(new Cast(operand, type, Soft: false));

    public static Expression Call(string name, IReadOnlyList<Expression> arguments)
    {
        var function = Catalog.BuiltIn.Scalar(name);
        Assert.True(function is not null, $"no function {name}");
        var signature = function.Resolve([.. arguments.Select(a => a.Type)], [.. arguments.Select(a => a as Literal)]);
        Assert.True(signature is not null, $"{name}({string.Join(", ", arguments.Select(a => a.Type))}) does not resolve");
        return new Call(function, [.. arguments.Select((a, i) => Fold(a, signature.Parameters[i]))], signature.Result);
    }
}

using System.Collections.Immutable;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>CREATE MODEL, and the functions in FROM that ask a model.</summary>
internal sealed partial class Parser
{
    CreateModel ParseModel(Token start)
    {
        RefuseIfNotExists();
        var name = Name("the model's name");
        if (!TryWord("with")) throw Expected("WITH (type = '...', target = '...')");
        var options = Parenthesised(ParseOption);
        Word("as");
        if (!IsQueryStart) throw Expected("SELECT");
        var query = ParseQuery();
        var emit = IsWord("emit") ? ParseEmit() : null;
        return new CreateModel(name, options, query, emit, From(start));
    }

    // ML_PREDICT(MODEL m, TABLE t) | ML_PREDICT(MODEL m)
    ModelItem ParseModelFunction(Name function)
    {
        Symbol("(");
        if (!TryWord("model")) throw Expected("MODEL and the name of a model");
        var model = Name("the name of a model");
        FromItem? input = null;
        var arguments = ImmutableArray.CreateBuilder<(Name, Expr)>();
        while (TrySymbol(","))
        {
            if (Current.Kind == TokenKind.Word && IsSymbol(Ahead(1), "=>"))
            {
                Name name = new(Raw(Current).ToString().ToLowerInvariant(), Current.Span);
                _at += 2;
                arguments.Add((name, ParseExpression()));
                continue;
            }
            if (input is not null) throw Expected("name => value");
            if (!TryWord("table")) throw Expected("TABLE and the rows that the model is asked about");
            input = ParseFromItem();
        }
        Symbol(")");
        return new ModelItem(function, model, input, arguments.ToImmutable(), null, [], function.Span.To(Previous.Span));
    }

    // ML_FORECAST(x, ts, horizon => 12, season => 24) OVER (PARTITION BY k ORDER BY ts), ML_DETECT_ANOMALIES(x, ts, confidence => 0.99) OVER (...)
    SeriesExpr ParseSeries(Name function)
    {
        Symbol("(");
        var value = ParseExpression();
        Symbol(",");
        var time = ParseExpression();
        var arguments = ImmutableArray.CreateBuilder<(Name, Expr)>();
        while (TrySymbol(","))
        {
            if (Current.Kind != TokenKind.Word || !IsSymbol(Ahead(1), "=>")) throw Expected("name => value");
            Name name = new(Raw(Current).ToString().ToLowerInvariant(), Current.Span);
            _at += 2;
            arguments.Add((name, ParseExpression()));
        }
        Symbol(")");
        if (!TryWord("over")) throw Expected("OVER (PARTITION BY ... ORDER BY time)");
        return new SeriesExpr(function, value, time, arguments.ToImmutable(), IsSymbol("(") ? ParseWindow() : NamedOnly(), function.Span.To(Previous.Span));
    }
}

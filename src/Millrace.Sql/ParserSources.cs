using System.Collections.Immutable;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>CREATE SOURCE.</summary>
internal sealed partial class Parser
{
    CreateSource ParseSource(Token start)
    {
        RefuseIfNotExists();
        var name = Name("the source's name");
        var columns = ImmutableArray.CreateBuilder<ColumnSyntax>();
        var constraints = ImmutableArray.CreateBuilder<ConstraintSyntax>();
        WatermarkSyntax? watermark = null;
        ImmutableArray<Name> primaryKey = [];
        Symbol("(");
        do
        {
            if (IsWord("watermark") && Is(Ahead(1), "for"))
            {
                var parsed = ParseWatermark();
                if (watermark is not null) throw new SqlError(Codes.Repeated, parsed.Span, "WATERMARK stands twice; a source has one.");
                watermark = parsed;
            }
            else if (IsWord("constraint")) constraints.Add(ParseConstraint());
            else if (IsWord("primary") && Is(Ahead(1), "key"))
            {
                if (!primaryKey.IsEmpty) throw new SqlError(Codes.Repeated, Current.Span, "PRIMARY KEY stands twice; a source has one.");
                primaryKey = ParsePrimaryKey();
            }
            else if (IsWord("unique")) throw NotYet(Current.Span, "UNIQUE", "Keep one row a key with SELECT DISTINCT ON (...) in a view.");
            else if (IsWord("check")) throw new SqlError(Codes.Unexpected, Current.Span, "found CHECK; a constraint is written CONSTRAINT name EXPECT (condition) ON VIOLATION action.");
            else
            {
                columns.Add(ParseColumn(out var isKey));
                if (!isKey) continue;
                if (!primaryKey.IsEmpty) throw new SqlError(Codes.Repeated, columns[^1].Name.Span, "PRIMARY KEY stands twice. A key of several columns is written PRIMARY KEY (a, b) behind the columns.");
                primaryKey = [columns[^1].Name];
            }
        }
        while (TrySymbol(","));
        Symbol(")");
        if (IsWord("as")) throw new SqlError(Codes.MisplacedStatement, Current.Span, "found AS; a table made from a query is a view: CREATE MATERIALIZED VIEW name AS SELECT ...");
        ImmutableArray<OptionSyntax>? options = null;
        LateSyntax? late = null;
        while (IsWord("with") || IsWord("on"))
        {
            var at = Current;
            if (TryWord("with"))
            {
                if (options is not null) throw new SqlError(Codes.Repeated, at.Span, "WITH stands twice.");
                options = Parenthesised(ParseOption);
            }
            else
            {
                if (late is not null) throw new SqlError(Codes.Repeated, at.Span, "ON LATE stands twice.");
                late = ParseLate();
            }
        }
        if (options is null) throw Expected("WITH (connector = '...', ...)");
        return new CreateSource(name, columns.ToImmutable(), watermark, constraints.ToImmutable(), options.Value, late, From(start)) { PrimaryKey = primaryKey };
    }

    // PRIMARY KEY (column, ...) [NOT ENFORCED]
    ImmutableArray<Name> ParsePrimaryKey()
    {
        _at += 2;
        var columns = Parenthesised(() => Name("a column"));
        NotEnforced();
        return columns;
    }

    /// <summary>Flink's words: nobody checks that a key stands once, which is so here too.</summary>
    void NotEnforced()
    {
        if (IsWord("not") && Is(Ahead(1), "enforced")) _at += 2;
    }

    WatermarkSyntax ParseWatermark()
    {
        var start = Word("watermark");
        Word("for");
        var column = Name("a column");
        Word("as");
        var expression = ParseExpression();
        return new WatermarkSyntax(column, expression, From(start));
    }

    // name type [FROM 'path' | METADATA [FROM 'name']] [MASKED WITH (...)] | name [type] [GENERATED ALWAYS] AS expression
    ColumnSyntax ParseColumn(out bool isKey)
    {
        isKey = false;
        var name = Name("a column");
        TypeSyntax? type = null;
        if (!IsWord("as") && !IsWord("generated")) type = ParseType();
        string? path = null;
        Name? metadata = null;
        MaskSyntax? mask = null;
        Expr? generated = null;
        while (true)
        {
            if (IsWord("generated") || IsWord("as"))
            {
                if (TryWord("generated")) Word("always");
                Word("as");
                generated = ParseExpression();
                if (!TryWord("stored")) TryWord("virtual");
            }
            else if (TryWord("from")) path = Text("the path of a field").Value;
            else if (IsWord("metadata"))
            {
                var span = Take();
                metadata = TryWord("from") ? new Name(Text("what is known of a message").Value, From(span)) : name;
            }
            else if (IsWord("masked"))
            {
                var start = Take();
                Word("with");
                mask = new MaskSyntax(Parenthesised(ParseOption), From(start));
            }
            else if (IsWord("primary") && Is(Ahead(1), "key"))
            {
                _at += 2;
                NotEnforced();
                isKey = true;
            }
            else if (IsWord("unique")) throw NotYet(Current.Span, "UNIQUE", "Keep one row a key with SELECT DISTINCT ON (...) in a view.");
            else if (IsWord("not") && Is(Ahead(1), "null"))
                throw NotYet(Current.Span.To(Ahead(1).Span), "NOT NULL", $"Write CONSTRAINT has_{name} EXPECT ({name} IS NOT NULL) ON VIOLATION ...");
            else if (IsWord("default")) throw NotYet(Current.Span, "DEFAULT", "Use COALESCE in a generated column or a view.");
            else if (IsWord("null")) _at++;
            else break;
        }
        return new ColumnSyntax(name, type, generated, path, mask) { Metadata = metadata };
    }

    // ON LATE { DROP | TO table | UPDATE FOR interval [THEN { DROP | TO table }] }
    LateSyntax ParseLate()
    {
        Word("on");
        Word("late");
        if (TryWord("drop")) return new LateSyntax(null, null);
        if (TryWord("to")) return new LateSyntax(null, Name("the late table's name"));
        if (!TryWord("update")) throw Expected("DROP, TO table or UPDATE FOR INTERVAL '...' after ON LATE");
        Word("for");
        var allowed = ParseExpression();
        if (!TryWord("then") || TryWord("drop")) return new LateSyntax(allowed, null);
        if (!TryWord("to")) throw Expected("DROP or TO table after THEN");
        return new LateSyntax(allowed, Name("the late table's name"));
    }
}

using System.Collections.Immutable;
using Millrace.Sql.Syntax;

namespace Millrace.Sql;

/// <summary>CREATE DASHBOARD.</summary>
internal sealed partial class Parser
{
    static readonly string[] s_clauses = ["value", "x", "y", "series", "format", "width", "top"];

    CreateDashboard ParseDashboard(Token start)
    {
        RefuseIfNotExists();
        var name = Name("the dashboard's name");
        var title = TryWord("title") ? Text("a title").Value : null;
        var tiles = Parenthesised(ParseTile);
        return new CreateDashboard(name, title, tiles, From(start));
    }

    TileSyntax ParseTile()
    {
        var start = Word("tile");
        var kind = ParseLabel();
        var title = Current.Kind is TokenKind.Text or TokenKind.EscapedText ? Text("a title").Value : null;
        Name? view = TryWord("from") ? Name("a view") : null;
        var clauses = ImmutableArray.CreateBuilder<TileClause>();
        while (Current.Kind == TokenKind.Word)
        {
            var word = ParseLabel();
            if (!s_clauses.Contains(word.Text))
                throw new SqlError(Codes.BadTile, word.Span, $"no clause '{word}' in a tile.{Suggestions.OrList(word.Text, s_clauses.Select(c => c.ToUpperInvariant()), "There are")}");
            if (clauses.Any(c => c.Word.Text == word.Text)) throw new SqlError(Codes.Repeated, word.Span, $"{word.Text.ToUpperInvariant()} stands twice.");
            if (word.Text is "width" or "top")
            {
                var at = Current;
                clauses.Add(new(word, ParseSmallNumber().ToString(System.Globalization.CultureInfo.InvariantCulture), at.Span));
            }
            else if (word.Text == "format")
            {
                var (value, span) = Text("'number', 'currency' or 'percent'");
                clauses.Add(new(word, value, span));
            }
            else
            {
                var column = Name("a column");
                clauses.Add(new(word, column.Text, column.Span));
            }
        }
        return new TileSyntax(kind, title, view, clauses.ToImmutable(), From(start));
    }
}

using System.Text;
using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Parts of URLs, found by their delimiters; what is not there is NULL.</summary>
internal static class Urls
{
    public static ScalarFunction[] All { get; } =
    [
        new TextFunction("url_host", "text", "url_host(url)", "The host of a URL in lower case, without user and port; NULL where there is none.", [Gives(Text, Text)], (in Row row, Outcome outcome) =>
        {
            var host = Host(row.Text(0));
            if (host.IsEmpty) outcome.Null();
            else Utf8Text.Map(host, outcome.Text, Rune.ToLowerInvariant);
        }, ("url_host('https://me@Example.com:8080/a?b=c')", "example.com"), ("url_host('/a')", "NULL")),
        new TextFunction("url_path", "text", "url_path(url)", "The path of a URL, / where it is empty.", [Gives(Text, Text)], (in Row row, Outcome outcome) =>
        {
            var path = Cut(AfterHost(row.Text(0)), "?#"u8);
            outcome.Append(path.IsEmpty ? "/"u8 : path);
        }, ("url_path('https://example.com/a/b?c=d#e')", "/a/b")),
        new TextFunction("url_query", "text", "url_query(url)", "What stands after the question mark of a URL; NULL where there is none.", [Gives(Text, Text)], (in Row row, Outcome outcome) =>
        {
            if (TryQuery(row.Text(0), out var query)) outcome.Append(query);
            else outcome.Null();
        }, ("url_query('https://example.com/a?c=d#e')", "c=d")),
        new TextFunction("url_parameter", "text", "url_parameter(url, name)", "The value of a parameter of a URL's query, decoded; NULL where there is none.", [Gives(Text, Text, Text)], (in Row row, Outcome outcome) =>
        {
            _ = TryQuery(row.Text(0), out var query);
            while (!query.IsEmpty)
            {
                var one = Cut(query, "&"u8);
                query = query[Math.Min(query.Length, one.Length + 1)..];
                var name = Cut(one, "="u8);
                if (!name.SequenceEqual(row.Text(1))) continue;
                Decode(one[Math.Min(one.Length, name.Length + 1)..], outcome.Text);
                return;
            }
            outcome.Null();
        }, ("url_parameter('/search?q=mill+race%21&p=2', 'q')", "mill race!")),
    ];

    static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> text, ReadOnlySpan<byte> ends) => text.IndexOfAny(ends) is >= 0 and var end ? text[..end] : text;

    static ReadOnlySpan<byte> Authority(ReadOnlySpan<byte> url) => Cut(url, "?#"u8).IndexOf("//"u8) is >= 0 and var at ? Cut(url[(at + 2)..], "/?#"u8) : default;

    static ReadOnlySpan<byte> AfterHost(ReadOnlySpan<byte> url) => Cut(url, "?#"u8).IndexOf("//"u8) is >= 0 and var at ? url[(at + 2 + Authority(url).Length)..] : url;

    static ReadOnlySpan<byte> Host(ReadOnlySpan<byte> url)
    {
        var authority = Authority(url);
        authority = authority[(authority.LastIndexOf((byte)'@') + 1)..];
        if (authority.StartsWith("["u8)) return authority[..(authority.IndexOf((byte)']') + 1)];
        return Cut(authority, ":"u8);
    }

    static bool TryQuery(ReadOnlySpan<byte> url, out ReadOnlySpan<byte> query)
    {
        url = Cut(url, "#"u8);
        var at = url.IndexOf((byte)'?');
        query = at < 0 ? default : url[(at + 1)..];
        return at >= 0;
    }

    static void Decode(ReadOnlySpan<byte> text, ByteBuffer target)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '+') target.Append((byte)' ');
            else if (text[i] == '%' && i + 2 < text.Length && Expressions.Hex.Digit(text[i + 1]) is >= 0 and var high && Expressions.Hex.Digit(text[i + 2]) is >= 0 and var low)
            {
                target.Append((byte)(high << 4 | low));
                i += 2;
            }
            else target.Append(text[i]);
        }
    }
}

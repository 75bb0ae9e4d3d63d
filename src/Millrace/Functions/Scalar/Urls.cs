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
        new TextFunction("url_encode", "text", "url_encode(text)", "A text as it stands in a URL's query: blanks as +, all but letters, digits and .-*_ as % and two digits.", [Gives(Text, Text)], (in Row row, Outcome outcome) =>
        {
            foreach (var b in row.Text(0))
            {
                if (char.IsAsciiLetterOrDigit((char)b) || ".-*_"u8.Contains(b)) outcome.Append(b);
                else if (b == ' ') outcome.Append((byte)'+');
                else
                {
                    outcome.Append((byte)'%');
                    outcome.Append("0123456789ABCDEF"u8[b >> 4]);
                    outcome.Append("0123456789ABCDEF"u8[b & 15]);
                }
            }
        }, ("url_encode('mill race!')", "mill+race%21")),
        new TextFunction("url_decode", "text", "url_decode(text)", "A text out of a URL's query: + as a blank, % and two digits as the byte they stand for.", [Gives(Text, Text)],
            (in Row row, Outcome outcome) => Decode(row.Text(0), outcome.Text), ("url_decode('mill+race%21')", "mill race!")),
        new TextFunction("parse_url", "text", "parse_url(url, part [, name])", "A part of a URL: PROTOCOL, AUTHORITY, USERINFO, HOST, PORT, PATH, FILE (path and query), QUERY or REF; with a name that parameter of the QUERY as it stands. NULL where there is none.",
            [Gives(Text, Text, Text), Gives(Text, Text, Text, Text)], Parse, ("parse_url('https://me@example.com:80/a?b=c#d', 'HOST')", "example.com"), ("parse_url('https://example.com/a?b=c&d=e#f', 'QUERY', 'd')", "e"), ("parse_url('/a', 'REF')", "NULL")),
    ];

    static void Parse(in Row row, Outcome outcome)
    {
        var url = row.Text(0);
        var part = row.Text(1);
        var authority = Authority(url);
        _ = TryQuery(url, out var query);
        ReadOnlySpan<byte> found;
        if (Is(part, "HOST"u8)) found = Host(url);
        else if (Is(part, "AUTHORITY"u8)) found = authority;
        else if (Is(part, "USERINFO"u8)) found = authority[..Math.Max(0, authority.LastIndexOf((byte)'@'))];
        else if (Is(part, "PORT"u8)) found = authority.LastIndexOf((byte)':') is >= 0 and var colon && colon > authority.LastIndexOf((byte)'@') && colon > authority.LastIndexOf((byte)']') ? authority[(colon + 1)..] : default;
        else if (Is(part, "PROTOCOL"u8)) found = url.IndexOf("://"u8) is > 0 and var end ? url[..end] : default;
        else if (Is(part, "PATH"u8)) found = Cut(AfterHost(url), "?#"u8);
        else if (Is(part, "FILE"u8)) found = Cut(AfterHost(url), "#"u8);
        else if (Is(part, "REF"u8)) found = url.IndexOf((byte)'#') is >= 0 and var hash ? url[(hash + 1)..] : default;
        else if (Is(part, "QUERY"u8)) found = row.Count > 2 ? Parameter(query, row.Text(2)) : query;
        else
        {
            outcome.Fail($"{Expressions.Casts.Quote(part)} is no part of a URL; there are PROTOCOL, AUTHORITY, USERINFO, HOST, PORT, PATH, FILE, QUERY and REF");
            return;
        }
        if (found.IsEmpty) outcome.Null();
        else outcome.Append(found);
    }

    static bool Is(ReadOnlySpan<byte> part, ReadOnlySpan<byte> name) => Ascii.EqualsIgnoreCase(part, name);

    /// <summary>The value of a parameter as it stands; empty where there is none.</summary>
    static ReadOnlySpan<byte> Parameter(ReadOnlySpan<byte> query, ReadOnlySpan<byte> name)
    {
        while (!query.IsEmpty)
        {
            var one = Cut(query, "&"u8);
            query = query[Math.Min(query.Length, one.Length + 1)..];
            var own = Cut(one, "="u8);
            if (own.SequenceEqual(name)) return one[Math.Min(one.Length, own.Length + 1)..];
        }
        return default;
    }

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

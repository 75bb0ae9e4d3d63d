using System.Text;
using System.Text.Json;
using Millrace.Expressions;
using Millrace.Expressions.Kernels;
using static Millrace.Functions.Scalar.Forms;

namespace Millrace.Functions.Scalar;

/// <summary>Parts of JSON that stands in a TEXT. The text is read up to what is asked for, without building a tree; what is no JSON is an error.</summary>
internal static class Json
{
    public static ScalarFunction[] All { get; } =
    [
        new TextFunction("->", "json", "json -> key, json -> index", "A member of a JSON object or an element of an array (from 0, from the end below 0), as JSON; NULL where there is none.",
            [Gives(Text, Text, Text), Gives(Text, Text, Int)], (in Row row, Outcome outcome) => Step(in row, outcome, asText: false), ("'{\"a\": {\"b\": 1}}' -> 'a'", "{\"b\": 1}"), ("'[1, 2, 3]' -> -1", "3")),
        new TextFunction("->>", "json", "json ->> key, json ->> index", "As ->, but a JSON string as its text and JSON's null as NULL.",
            [Gives(Text, Text, Text), Gives(Text, Text, Int)], (in Row row, Outcome outcome) => Step(in row, outcome, asText: true), ("'{\"a\": \"x\"}' ->> 'a'", "x"), ("'{\"a\": null}' ->> 'a'", "NULL")),
        new TextFunction("json_extract", "json", "json_extract(json, path)", "The value at a path such as $.items[0].price or items[0].price, as text; NULL where there is none.", [Gives(Text, Text, Text)], Extract,
            ("json_extract('{\"a\": [{\"b\": 7}]}', '$.a[0].b')", "7"), ("json_extract('{\"a\": 1}', '$.c')", "NULL")),
        new TextFunction("json_value", "json", "json_value(json, path)", "The string, number or truth value at a path, as text; NULL where there is none, and for objects, arrays and null.", [Gives(Text, Text, Text)],
            (in Row row, Outcome outcome) => Find(in row, outcome, Kinds.Scalars), ("json_value('{\"a\": [{\"b\": \"x\"}]}', '$.a[0].b')", "x"), ("json_value('{\"a\": [1]}', '$.a')", "NULL")),
        new TextFunction("json_query", "json", "json_query(json, path)", "The object or array at a path, as JSON; NULL where there is none, and for anything else.", [Gives(Text, Text, Text)],
            (in Row row, Outcome outcome) => Find(in row, outcome, Kinds.Containers), ("json_query('{\"a\": [1, 2]}', '$.a')", "[1, 2]"), ("json_query('{\"a\": 1}', '$.a')", "NULL")),
        new ValueFunction<byte>("json_exists", "json", "json_exists(json, path)", "Whether there is a value at a path, be it null.", [Gives(Bool, Text, Text)], (in Row row, Outcome outcome) =>
        {
            var reader = new Utf8JsonReader(row.Text(0));
            var isThere = TryFind(ref reader, in row, outcome) is true;
            return isThere ? (byte)1 : (byte)0;
        }, ("json_exists('{\"a\": null}', '$.a')", "true"), ("json_exists('{\"a\": 1}', '$.b')", "false")),
        new ValueFunction<int>("json_array_length", "json", "json_array_length(json)", "Number of elements of a JSON array; NULL for anything else.", [Gives(Int, Text)], ArrayLength, ("json_array_length('[1, [2, 3]]')", "2")),
        new TextFunction("json_typeof", "json", "json_typeof(json)", "What a JSON text is: object, array, string, number, boolean or null.", [Gives(Text, Text)], (in Row row, Outcome outcome) =>
        {
            var reader = new Utf8JsonReader(row.Text(0));
            if (Read(ref reader, outcome)) outcome.Append(reader.TokenType switch
            {
                JsonTokenType.StartObject => "object"u8,
                JsonTokenType.StartArray => "array"u8,
                JsonTokenType.String => "string"u8,
                JsonTokenType.Number => "number"u8,
                JsonTokenType.Null => "null"u8,
                _ => "boolean"u8,
            });
        }, ("json_typeof('[]')", "array")),
        new ValueFunction<byte>("json_valid", "json", "json_valid(text)", "Whether a text is JSON.", [Gives(Bool, Text)], (in Row row, Outcome outcome) =>
        {
            var reader = new Utf8JsonReader(row.Text(0));
            try
            {
                while (reader.Read()) { }
                return 1;
            }
            catch (JsonException)
            {
                return 0;
            }
        }, ("json_valid('{\"a\": 1}')", "true"), ("json_valid('{a: 1}')", "false")),
    ];

    static void Step(in Row row, Outcome outcome, bool asText)
    {
        var json = row.Text(0);
        var reader = new Utf8JsonReader(json);
        try
        {
            if (!Read(ref reader, outcome)) return;
            var isThere = row.Column(1) is Data.TextColumn ? Member(ref reader, row.Text(1)) : Element(ref reader, json, row.Int(1));
            Write(ref reader, json, isThere, asText, outcome);
        }
        catch (JsonException e)
        {
            Refuse(json, e, outcome);
        }
    }

    /// <summary>What a path may lead to.</summary>
    enum Kinds { All, Scalars, Containers }

    static void Extract(in Row row, Outcome outcome) => Find(in row, outcome, Kinds.All);

    static void Find(in Row row, Outcome outcome, Kinds kinds)
    {
        var json = row.Text(0);
        var reader = new Utf8JsonReader(json);
        if (TryFind(ref reader, in row, outcome) is not { } isThere) return;
        try
        {
            var isContainer = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray;
            Write(ref reader, json, isThere && (kinds == Kinds.All || isContainer == (kinds == Kinds.Containers)), asText: true, outcome);
        }
        catch (JsonException e)
        {
            Refuse(json, e, outcome);
        }
    }

    /// <summary>Moves to the value at the path, the second argument: whether there is one, or null and an error.</summary>
    static bool? TryFind(ref Utf8JsonReader reader, in Row row, Outcome outcome)
    {
        var json = row.Text(0);
        var path = row.Text(1);
        try
        {
            if (!Read(ref reader, outcome)) return null;
            if (path.StartsWith("$"u8)) path = path[1..];
            while (!path.IsEmpty)
            {
                bool isThere;
                if (path[0] == '[')
                {
                    var end = path.IndexOf((byte)']');
                    if (end < 0 || !ValueText.TryParseLong(path[1..end], out var index) || index != (int)index)
                    {
                        outcome.Fail($"{Casts.Quote(row.Text(1))} is no path; expected one such as $.items[0].price");
                        return null;
                    }
                    isThere = Element(ref reader, json, (int)index);
                    path = path[(end + 1)..];
                }
                else
                {
                    if (path[0] == '.') path = path[1..];
                    var end = path.IndexOfAny((byte)'.', (byte)'[');
                    if (end < 0) end = path.Length;
                    isThere = Member(ref reader, path[..end]);
                    path = path[end..];
                }
                if (!isThere) return false;
            }
            return true;
        }
        catch (JsonException e)
        {
            Refuse(json, e, outcome);
            return null;
        }
    }

    static int ArrayLength(in Row row, Outcome outcome)
    {
        var reader = new Utf8JsonReader(row.Text(0));
        try
        {
            if (!Read(ref reader, outcome)) return 0;
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                outcome.Null();
                return 0;
            }
            return Count(reader);
        }
        catch (JsonException e)
        {
            Refuse(row.Text(0), e, outcome);
            return 0;
        }
    }

    static bool Read(ref Utf8JsonReader reader, Outcome outcome)
    {
        try
        {
            return reader.Read();
        }
        catch (JsonException e)
        {
            outcome.Fail($"the text is no JSON: {e.Message}");
            return false;
        }
    }

    /// <summary>Moves to the value of a member of the object that the reader stands on.</summary>
    static bool Member(ref Utf8JsonReader reader, ReadOnlySpan<byte> name)
    {
        if (reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isIt = reader.ValueTextEquals(name);
            _ = reader.Read();
            if (isIt) return true;
            reader.Skip();
        }
        return false;
    }

    /// <summary>Moves to an element of the array that the reader stands on.</summary>
    static bool Element(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, int index)
    {
        if (reader.TokenType != JsonTokenType.StartArray) return false;
        if (index < 0) index += Count(reader);
        if (index < 0) return false;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (index-- == 0) return true;
            reader.Skip();
        }
        return false;
    }

    static int Count(Utf8JsonReader reader)
    {
        var count = 0;
        for (; reader.Read() && reader.TokenType != JsonTokenType.EndArray; count++) reader.Skip();
        return count;
    }

    static void Write(ref Utf8JsonReader reader, ReadOnlySpan<byte> json, bool isThere, bool asText, Outcome outcome)
    {
        if (!isThere || asText && reader.TokenType == JsonTokenType.Null)
        {
            outcome.Null();
            return;
        }
        if (asText && reader.TokenType == JsonTokenType.String)
        {
            var room = outcome.Text.Reserve(reader.ValueSpan.Length);
            outcome.Text.Advance(reader.CopyString(room));
            return;
        }
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        outcome.Append(json[start..(int)reader.BytesConsumed]);
    }

    static void Refuse(ReadOnlySpan<byte> json, JsonException e, Outcome outcome) => outcome.Fail($"{Casts.Quote(json)} is no JSON: {e.Message}");
}

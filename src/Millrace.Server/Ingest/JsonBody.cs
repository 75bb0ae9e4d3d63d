using System.Buffers;
using System.Text.Json;

namespace Millrace.Server.Ingest;

/// <summary>JSON bodies as records: one object a line.</summary>
static class JsonBody
{
    static readonly JsonReaderOptions s_options = new() { MaxDepth = 256 };

    /// <summary>Appends the one object, or the objects of the one array, of a body; returns how many.</summary>
    public static int Split(ReadOnlySpan<byte> body, IBufferWriter<byte> records)
    {
        body = WithoutMark(body);
        var reader = new Utf8JsonReader(body, s_options);
        try
        {
            if (!reader.Read()) throw new RequestProblem(400, "The body is empty. Send one JSON object or an array of objects.");
            var count = 0;
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                Append(ref reader, body, records);
                count = 1;
            }
            else if (reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    if (reader.TokenType != JsonTokenType.StartObject) throw new RequestProblem(400, $"Element {count + 1} of the array is {Word(reader.TokenType)}; a row is a JSON object.");
                    Append(ref reader, body, records);
                    count++;
                }
            }
            else throw new RequestProblem(400, $"The body is {Word(reader.TokenType)}; it must be one JSON object or an array of objects.");
            while (reader.Read())
            {
            }
            return count;
        }
        catch (JsonException e)
        {
            throw new RequestProblem(400, $"The body is not JSON at line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}: {Cause(e)} Nothing was taken.");
        }
    }

    /// <summary>Appends the objects of a body with one on each line; returns how many.</summary>
    public static int SplitLines(ReadOnlySpan<byte> body, IBufferWriter<byte> records)
    {
        body = WithoutMark(body);
        var count = 0;
        var number = 0;
        while (!body.IsEmpty)
        {
            var end = body.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..end];
            body = end < 0 ? [] : body[(end + 1)..];
            number++;
            line = line.Trim(" \t\r"u8);
            if (line.IsEmpty) continue;
            var reader = new Utf8JsonReader(line, s_options);
            try
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartObject) throw new RequestProblem(400, $"Line {number} is {Word(reader.TokenType)}; a row is a JSON object. Nothing was taken.");
                reader.Skip();
                reader.Read();
            }
            catch (JsonException e)
            {
                throw new RequestProblem(400, $"Line {number} is not JSON at byte {e.BytePositionInLine + 1}: {Cause(e)} Nothing was taken.");
            }
            records.Write(line);
            records.Write("\n"u8);
            count++;
        }
        return count > 0 ? count : throw new RequestProblem(400, "The body is empty. Send one JSON object a line.");
    }

    /// <summary>Copies the object that begins at the reader; a line end can only stand between its tokens and becomes a blank.</summary>
    static void Append(ref Utf8JsonReader reader, ReadOnlySpan<byte> body, IBufferWriter<byte> records)
    {
        var start = (int)reader.TokenStartIndex;
        reader.Skip();
        var text = body[start..(int)reader.BytesConsumed];
        var target = records.GetSpan(text.Length + 1);
        text.CopyTo(target);
        target[..text.Length].Replace((byte)'\n', (byte)' ');
        target[..text.Length].Replace((byte)'\r', (byte)' ');
        target[text.Length] = (byte)'\n';
        records.Advance(text.Length + 1);
    }

    /// <summary>A text without the byte order mark.</summary>
    public static ReadOnlySpan<byte> WithoutMark(ReadOnlySpan<byte> text) => text.StartsWith("\uFEFF"u8) ? text[3..] : text;

    static string Cause(JsonException e)
    {
        var end = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return end < 0 ? e.Message : e.Message[..end];
    }

    static string Word(JsonTokenType type) => type switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };
}
